#include <algorithm>

#include "apps/cli/attractor/attractor_options.hpp"
#include "apps/cli/force/force_commands.hpp"
#include "apps/cli/force/force_comparison.hpp"
#include "apps/cli/interrupt.hpp"
#include "apps/cli/number_list.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/plot_output.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_table.hpp"

namespace rheobase::cli {

namespace {

struct ForceCompareRequest {
  AttractorChoice choice;
  rate::ForceComparisonOptions options;
  std::string fractions = "0.02,0.05,0.1,0.2";
  std::filesystem::path network, plot;
  bool json = false;
};

constexpr const char* kForceCompareExamples =
    "Examples:\n"
    "  rheobase force compare network.mat --plot both.png\n"
    "  rheobase force compare network.mat --type two-hemispheres-step --levels 2\n"
    "  rheobase force compare network.mat --noise 1 --photoinhibition 0.2,0.6 --json";

void run_force_compare(ForceCompareRequest request, const Console& console) {
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
    check_output(console, "--plot", request.plot, {request.network});
  }
  rate::ForceComparisonOptions& options = request.options;
  options.fractions = number_list("--photoinhibition", request.fractions,
                                  {.low = 0.0, .high = 1.0, .above_low = true});
  options.model = attractor_type(request.choice);
  options.levels = attractor_levels(request.choice, options.model);
  const io::ForceFile file = io::read_force(request.network);
  options.trials.mean_steps = std::min(options.trials.mean_steps, file.task.epochs.cue);
  const rate::ForceComparison comparison = [&] {
    const InterruptGuard guard;
    ProgressBar bar(console, "comparing");
    return rate::compare_with_attractor(
        {file.network, file.task, file.selectivity, file.options.pvar}, options,
        bar.control(guard));
  }();
  if (!request.plot.empty()) {
    report::draw_chart(force_comparison_chart(file, comparison), request.plot);
  }
  if (request.json) {
    Json json = force_comparison_json(comparison);
    json["note"] = convergence_note(file);
    print_json(console, with_plot(std::move(json), request.plot));
  } else {
    console.out << force_comparison_table(comparison);
    if (const std::string said = convergence_note(file); !said.empty()) {
      Summary summary;
      summary.add("note", said);
      console.out << '\n' << summary.text();
    }
    console.out << saved_plot(request.plot);
  }
}

}  // namespace

void add_force_compare(Command group, const Console& console) {
  const auto request = std::make_shared<ForceCompareRequest>();
  request->options.trials.trials = 100;
  request->options.trials.noise = 0.1;
  const Command command = group.add_command(
      "compare",
      "The structured model and a trained network on the same protocol\n"
      "Both run on the network's epochs, with photoinhibition in the same time of the delay: "
      "projection on the coding direction, endpoints, response to photoinhibition.");
  command.examples(kForceCompareExamples);
  command.add_file("NETWORK", request->network, "Network of `force train` (.mat)").required();
  add_attractor_type(command, request->choice, "Published parameters of the structured model");
  add_text(command, "--levels", request->choice.levels, "LIST",
           "Levels of photoinhibition of the model (default: those of the type)");
  add_text(command, "--photoinhibition", request->fractions, "LIST",
           "Fractions of the network's units that are photoinhibited");
  add_number(command, "--photoinhibition-time", request->options.photoinhibition_ms,
             {.low = 0.0, .high = 1e6, .above_low = true}, "ms",
             "Time of photoinhibition, from the start of the delay");
  add_number(command, "--remaining", request->options.remaining, kProbability, "",
             "What is left of the rates of photoinhibited units");
  add_integer(command, "--trials", request->options.trials.trials, {4.0, 10000.0},
              "Trials of each side and condition");
  add_number(command, "--noise", request->options.trials.noise, {0.0, 1e6}, "",
             "Amplitude of the network's noise");
  add_seed(command, request->options.trials.seed);
  add_threads(command, request->options.trials.threads);
  command.add_file("--plot", request->plot, "Draw both (.png, .svg or .pdf)");
  add_json(command, request->json);
  command.action([request, &console] { run_force_compare(*request, console); });
}

}  // namespace rheobase::cli
