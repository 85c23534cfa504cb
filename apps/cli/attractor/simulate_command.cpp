#include <algorithm>

#include <fmt/format.h>

#include "apps/cli/attractor/attractor_commands.hpp"
#include "apps/cli/attractor/attractor_results.hpp"
#include "apps/cli/interrupt.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/error.hpp"
#include "core/option_names.hpp"

namespace rheobase::cli {

namespace {

struct AttractorSimulation {
  AttractorChoice choice;
  rate::AttractorTrialOptions trials;
  std::filesystem::path output;
  bool json = false;
};

constexpr const char* kAttractorSimulateExamples =
    "Examples:\n"
    "  rheobase attractor simulate -o trials.mat\n"
    "  rheobase attractor simulate --type two-hemispheres-ramp --inhibit first\n"
    "      -o left.mat\n"
    "  rheobase attractor simulate --ramp 1.5 --levels 0,0.5 --json -o weak.mat";

io::AttractorFile simulate_levels(const AttractorSimulation& request, const Console& console) {
  io::AttractorFile file;
  file.model = attractor_of(request.choice);
  file.protocol = request.choice.protocol;
  file.options = request.trials;
  file.levels = attractor_levels(request.choice, file.model);
  file.command = with_seed(console.command_line, request.trials.seed);
  if (file.options.hemispheres != rate::PhotoinhibitedSide::both && file.model.hemispheres == 1) {
    throw InputError("--inhibit", "", "one hemisphere alone",
                     "must be both for a type with one hemisphere");
  }
  const InterruptGuard guard;
  ProgressBar bar(console, "simulating");
  const auto levels = static_cast<double>(file.levels.size());
  for (std::size_t level = 0; level < file.levels.size(); ++level) {
    rate::AttractorTrialOptions options = file.options;
    options.photoinhibition = file.levels[level];
    options.first_trial =
        static_cast<std::uint32_t>(level) * static_cast<std::uint32_t>(options.trials);
    RunControl control = bar.control(guard);
    if (control.report) {
      control.report = [report = control.report, level, levels](const Progress& progress) {
        report({(static_cast<double>(level) + progress.fraction) / levels, progress.status});
      };
    }
    file.trials.push_back(with_option_names(
        [&] { return rate::simulate_attractor(file.model, file.protocol, options, control); },
        rate::attractor_trial_fields()));
  }
  return file;
}

Proportion correct_of(const rate::AttractorTrials& trials, int side) {
  int all = 0;
  int correct = 0;
  for (std::size_t i = 0; i < trials.side.size(); ++i) {
    all += trials.side[i] == side ? 1 : 0;
    correct += trials.side[i] == side && trials.correct[i] ? 1 : 0;
  }
  return wilson_interval(correct, all);
}

void print_simulation(const AttractorSimulation& request, const io::AttractorFile& file,
                      const Console& console) {
  if (request.json) {
    Json levels = Json::array();
    for (std::size_t level = 0; level < file.levels.size(); ++level) {
      levels.push_back({{"photoinhibition", file.levels[level]},
                        {"right", {{"correct", to_json(correct_of(file.trials[level], 0))}}},
                        {"left", {{"correct", to_json(correct_of(file.trials[level], 1))}}}});
    }
    print_json(console, {{"command", console.command_line},
                         {"file", request.output.string()},
                         {"type", file.model.name},
                         {"trials", file.options.trials},
                         {"seed", file.options.seed},
                         {"levels", levels}});
    return;
  }
  TextTable table({"photoinhibition", "correct right", "95 % interval", "left", "95 % interval"});
  for (std::size_t level = 0; level < file.levels.size(); ++level) {
    const Proportion right = correct_of(file.trials[level], 0);
    const Proportion left = correct_of(file.trials[level], 1);
    table.add_row({fmt::format("{:g}", file.levels[level]), percent(right.value), interval(right),
                   percent(left.value), interval(left)});
  }
  Summary summary;
  summary.add("type", file.model.name);
  summary.add("trials", fmt::format("{} a level, seed {}", file.options.trials, file.options.seed));
  summary.add("saved", request.output.string());
  console.out << table.text() << '\n' << summary.text();
}

void run_attractor_simulate(const AttractorSimulation& request, const Console& console) {
  if (request.output.empty()) {
    throw InputError("--output", "", "nothing", "must name the file to write");
  }
  check_output(console, "--output", request.output);
  const io::AttractorFile file = simulate_levels(request, console);
  save_result(request.output,
              [&](const std::filesystem::path& path) { io::write_attractor(path, file); });
  print_simulation(request, file, console);
}

}  // namespace

void add_attractor_simulate(Command group, const Console& console) {
  const auto request = std::make_shared<AttractorSimulation>();
  const Command command = group.add_command(
      "simulate",
      "Trials of the structured model at several levels of photoinhibition\n"
      "Prints how many are correct and keeps their rates for `attractor analyse`.");
  command.examples(kAttractorSimulateExamples);
  command.add_file("-o,--output", request->output, "File to write (.mat)");
  add_text(command, "--levels", request->choice.levels, "LIST",
           "Levels of photoinhibition, multiples of the drive of inhibition: 0,1,2.5 (default: "
           "those of the type)");
  add_fields(command, rate::attractor_trial_fields(), request->trials);
  add_json(command, request->json);
  add_attractor_options(command, request->choice);
  command.short_help(
      {"--levels", "--output", "--trials", "--inhibit", "--seed", "--threads", "--json", "--type"});
  command.action([request, &console] { run_attractor_simulate(*request, console); });
}

}  // namespace rheobase::cli
