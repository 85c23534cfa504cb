#include <limits>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/overflow.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/simulate_request.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/error.hpp"
#include "core/memory.hpp"
#include "core/parallel.hpp"
#include "io/mat/run_trials_file.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

/// What many trials do not record: a file of one trial does.
void check_many(const SimulateRequest& request, const spiking::SimulationOptions& options) {
  if (!request.input.empty()) {
    throw InputError("--trials", "", "--input beside it", "must be given for a task's trials");
  }
  const spiking::Recording& record = options.record;
  if (record.voltage || record.rate || record.input) {
    throw InputError("--record", "", request.record,
                     "must be made of spikes and output with --trials");
  }
  const auto bytes = static_cast<double>(request.trials) * 1e5;
  require_memory(bytes, "--trials", "", std::to_string(request.trials), "fewer trials take less");
}

/// How many trials are simulated: given ones at most once each.
int trial_count(const SimulateRequest& request, const rate::Task& task, std::uint32_t first) {
  if (request.condition.empty()) {
    return task.evaluation_trials(request.trials, first);
  }
  return task.evaluation_trials_of(task.condition_index(request.condition), request.trials);
}

/// Trials number first, first + 1, ... of the task, as `eval` has them.
std::vector<io::RunFile> simulate_trials(const SimulateRequest& request, const io::ModelFile& file,
                                         const spiking::SpikingModel& spiking,
                                         const rate::Task& task,
                                         const spiking::SimulationOptions& options,
                                         const Console& console) {
  const std::uint32_t first = options.trial;
  constexpr std::uint32_t kLast = std::numeric_limits<std::uint32_t>::max();
  if (static_cast<std::uint32_t>(request.trials) - 1 > kLast - first) {
    throw InputError(
        "--trial", "", std::to_string(first),
        fmt::format("must be at most {} for {} trials: their numbers end at {}",
                    kLast - static_cast<std::uint32_t>(request.trials) + 1, request.trials, kLast));
  }
  std::vector<io::RunFile> runs(static_cast<std::size_t>(trial_count(request, task, first)));
  const InterruptGuard guard;
  ProgressBar bar(console, "simulating");
  const auto run_one = [&](std::size_t k) {
    spiking::SimulationOptions own = options;
    own.trial = first + static_cast<std::uint32_t>(k);
    const rate::Trial trial = trial_of(request, task, own.trial);
    const Eigen::MatrixXd input = rate::spiking_input(trial);
    io::RunFile& run = runs[k];
    run.result = spiking::simulate(spiking, input, own);
    run.description = description_of(request, file, spiking.scaling_factor, own, console);
    describe_trial(task, trial, run.result, run.description);
  };
  parallel_for(runs.size(), request.threads, run_one, bar.control(guard));
  return runs;
}

/// Spikes a second of a unit over all trials, each with its length, as in `eval`.
double mean_rate_hz(const std::vector<const io::RunFile*>& runs) {
  double spikes = 0.0;
  double seconds = 0.0;
  for (const io::RunFile* run : runs) {
    spikes += run->result.mean_rate_hz().mean() * run->result.duration_ms;
    seconds += run->result.duration_ms;
  }
  return spikes / seconds;
}

/// Trials, right answers and spikes by condition.
std::string trials_table(const std::vector<io::RunFile>& runs,
                         const std::vector<std::string>& conditions) {
  TextTable table({"condition", "trials", "correct", "95 % interval", "mean rate"});
  for (const std::string& condition : conditions) {
    int trials = 0;
    int correct = 0;
    std::vector<const io::RunFile*> of_condition;
    for (const io::RunFile& run : runs) {
      if (run.description.condition == condition) {
        ++trials;
        correct += *run.description.correct ? 1 : 0;
        of_condition.push_back(&run);
      }
    }
    if (trials > 0) {
      const Proportion accuracy = wilson_interval(correct, trials);
      table.add_row({condition, std::to_string(trials), percent(accuracy.value), interval(accuracy),
                     fmt::format("{:.2f} Hz", mean_rate_hz(of_condition))});
    }
  }
  return table.text();
}

}  // namespace

void simulate_many(const SimulateRequest& request, io::ModelFile& file, const Console& console) {
  const rate::Task task = with_drive(
      request.intervention,
      resolve_task(request.task, file, request.model.string(), TrialsUse::evaluation, console));
  const std::string changed = intervene(request.intervention, file).text;
  const spiking::SpikingModel spiking =
      spiking_model_of(file, request.model.string(), request.scaling, request.spiking);
  const spiking::SimulationOptions options = options_of(request, spiking.units());
  check_many(request, options);
  check_window(options.stimulation, task.steps() + 1, file.network.step_ms);
  const std::vector<io::RunFile> runs = naming_overflow(request.model.string(), [&] {
    return simulate_trials(request, file, spiking, task, options, console);
  });
  save_result(request.output, [&](const fs::path& path) { io::write_run_trials(path, runs); });
  int correct = 0;
  double spikes = 0.0;
  std::vector<const io::RunFile*> all;
  for (const io::RunFile& run : runs) {
    all.push_back(&run);
    correct += *run.description.correct ? 1 : 0;
    spikes += run.result.spike_count.sum();
  }
  const auto trials = static_cast<int>(runs.size());
  const spiking::EngineChoice engine{runs.front().result.engine, runs.front().result.engine_reason};
  if (request.json) {
    print_json(console, {{"command", console.command_line},
                         {"model", request.model.string()},
                         {"output", request.output.string()},
                         {"seed", request.seed},
                         {"trials", trials},
                         {"task", to_json(task)},
                         {"scaling_factor", spiking.scaling_factor},
                         {"simulation", to_json(options, engine)},
                         {"intervention", changed.empty() ? Json() : Json(changed)},
                         {"accuracy", to_json(wilson_interval(correct, trials))},
                         {"mean_rate_hz", mean_rate_hz(all)},
                         {"spikes", spikes}});
    return;
  }
  Summary summary;
  summary.add("model", fmt::format("{}, scaling factor {:g}, task {}", request.model.string(),
                                   spiking.scaling_factor, task.name()));
  add_network(summary, request.spiking.transfer);
  if (!changed.empty()) {
    summary.add("changed", changed);
  }
  summary.add("trials",
              trials_text(task, trials, request.seed, {options.trial, request.condition}));
  summary.add("engine", simulation_text(options, engine));
  summary.add("saved", request.output.string());
  console.out << summary.text() << '\n' << trials_table(runs, task.conditions());
}

}  // namespace rheobase::cli
