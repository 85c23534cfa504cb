#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/checks_failed.hpp"
#include "apps/cli/compare_tables.hpp"
#include "apps/cli/interrupt.hpp"
#include "apps/cli/intervention.hpp"
#include "apps/cli/model_input.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/overflow.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/psychometric.hpp"
#include "apps/cli/spiking_options.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/task_options.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "io/comparison/comparison_file.hpp"
#include "io/comparison/comparison_json.hpp"
#include "mapping/comparison/compare_bounds.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

struct CompareRequest {
  fs::path model;
  fs::path output;
  fs::path baseline;
  mapping::Bounds bounds;
  std::optional<double> tolerance;
  TaskChoice task;
  SpikingChoice spiking;
  InterventionChoice intervention;
  std::string over;  ///< a number of the trials
  fs::path plot;
  mapping::CompareOptions options;
  bool components_given = false;
  Seed seed = 1;
  bool json = false;
};

/// Of --tolerance; enough for another engine, not for another network.
constexpr double kTolerance = 0.05;

constexpr const char* kCompareExamples =
    "Examples:\n"
    "  rheobase compare model.lif.mat\n"
    "  rheobase compare model.mat --scaling 50 --trials 400 -o comparison.mat\n"
    "  rheobase compare model.lif.mat --min-accuracy 0.95 --max-accuracy-drop 0.03\n"
    "  rheobase compare model.lif.mat -o baseline.json\n"
    "  rheobase compare model.lif.mat --baseline baseline.json --tolerance 0.02\n"
    "  rheobase compare choice.lif.mat --over strength --plot psychometric.png\n"
    "  rheobase compare model.lif.mat --lesion-connections inh-exc@0.5";

/// All that can be refused before the work is.
void check_request(const CompareRequest& request, const Console& console) {
  if (!request.plot.empty()) {
    if (request.over.empty()) {
      throw InputError("--plot", "", request.plot.string(), "must come with --over");
    }
    report::require_chart_name(request.plot);
    check_output(console, "--plot", request.plot,
                 {request.model, request.baseline, request.task.trials_file, request.task.test_file,
                  request.output});
  }
  if (!request.output.empty()) {
    io::require_comparison_extension(request.output);
    check_output(
        console, "--output", request.output,
        {request.model, request.baseline, request.task.trials_file, request.task.test_file});
  }
  if (request.tolerance && request.baseline.empty()) {
    throw InputError("--tolerance", "", short_number(*request.tolerance),
                     "must come with --baseline");
  }
}

mapping::CompareOptions complete_options(const CompareRequest& request, const io::ModelFile& file) {
  mapping::CompareOptions options = request.options;
  if (!request.components_given) {
    options.components =
        static_cast<int>(std::min<Eigen::Index>(options.components, file.network.units()));
  }
  options.scaling_factor =
      spiking_model_of(file, request.model.string(), options.scaling_factor, request.spiking)
          .scaling_factor;
  options.simulation = request.spiking.simulation;
  options.simulation.seed = request.seed;
  options.transfer = request.spiking.transfer;
  return options;
}

void print_comparison(const CompareRequest& request, const mapping::Comparison& comparison,
                      const rate::Task& task, const std::vector<PsychometricPoint>& points,
                      const Console& console) {
  if (request.json) {
    Json json = Json::parse(io::comparison_to_json(comparison));
    if (!request.over.empty()) {
      json["over"] = psychometric_json(points, request.over, task);
    }
    print_json(console, json);
    return;
  }
  const mapping::CompareOptions& options = comparison.options;
  const spiking::SimulationOptions& simulation = options.simulation;
  Summary summary;
  summary.add("model", fmt::format("{}, task {}", request.model.string(), comparison.task));
  if (!comparison.intervention.empty()) {
    summary.add("changed", comparison.intervention);
  }
  summary.add("trials",
              trials_text(task, options.trials, simulation.seed, {.first = simulation.trial}));
  summary.add("rate", fmt::format("noise {:g}", options.rate_noise.value_or(0.0)));
  summary.add("spiking", fmt::format("scaling factor {:g}, {} engine{}, noise {:g} mV^2/ms",
                                     options.scaling_factor, comparison.engine,
                                     simulation.parity ? " in parity mode" : "",
                                     spiking::effective_noise_intensity(simulation)));
  add_network(summary, options.transfer);
  add_engine_reason(summary, request.spiking, {comparison.engine, comparison.engine_reason});
  summary.add(
      "measured",
      fmt::format("from {:g} ms to the end; accuracy{} as in eval", options.analysis_start_ms,
                  comparison.all.rate_target_rmse ? " and RMSE to the target" : ""));
  Summary outcome;
  outcome.add("time", seconds_text(comparison.seconds));
  if (!request.output.empty()) {
    outcome.add("saved", request.output.string());
  }
  console.out << summary.text() << '\n' << comparison_tables(comparison) << '\n';
  if (!request.over.empty()) {
    console.out << psychometric_table(points, request.over, task) << '\n';
  }
  console.out << outcome.text();
}

void check(const CompareRequest& request, const mapping::Comparison& comparison,
           const std::optional<mapping::Comparison>& baseline) {
  std::vector<std::string> failed = mapping::check_bounds(comparison, request.bounds);
  if (baseline) {
    const auto worse = mapping::check_baseline(
        comparison, *baseline, request.tolerance.value_or(kTolerance), request.baseline.string());
    failed.insert(failed.end(), worse.begin(), worse.end());
  }
  if (!failed.empty()) {
    throw ChecksFailed(failed);
  }
}

/// A curve that lacks a value of the file is no fault of the networks.
void note_left_out(const std::vector<double>& values, const std::string& name,
                   const Console& console) {
  if (!values.empty()) {
    note(console,
         fmt::format("no trial that was compared has {} {:g}: a label for each value holds "
                     "some of each out",
                     name, fmt::join(values, ", ")));
  }
}

void draw_over(const CompareRequest& request, const rate::Task& task,
               const std::vector<PsychometricPoint>& points, const Console& console) {
  report::draw_chart(psychometric_chart(points, request.over, task), request.plot);
  if (!request.json) {
    Summary drawn;
    drawn.add("plot", request.plot.string());
    console.out << drawn.text();
  }
}

void run_compare(CompareRequest request, const Console& console) {
  check_request(request, console);
  io::ModelFile file = read_noted_model(request.model, console);
  finish_spiking_options(request.spiking, file);
  note_spiking_network(request.spiking, file.network.units(), console);
  note_drive_window(request.intervention, console);
  const rate::Task intact =
      resolve_task(request.task, file, request.model.string(), TrialsUse::evaluation, console);
  const rate::Task task = with_drive(request.intervention, intact);
  const std::string changed = intervene(request.intervention, file).text;
  const mapping::CompareOptions options = complete_options(request, file);
  std::optional<mapping::Comparison> baseline;
  if (!request.over.empty()) {
    require_value(task, request.over);
  }
  if (!request.baseline.empty()) {
    baseline = io::read_comparison(request.baseline);
    mapping::require_same_subject(*baseline, file.network, task, changed,
                                  request.baseline.string());
    mapping::require_same_window(*baseline, options.analysis_start_ms, request.baseline.string());
  }

  const InterruptGuard guard;
  mapping::Comparison comparison = naming_overflow(request.model.string(), [&] {
    ProgressBar bar(console, "comparing");
    return mapping::compare(file.network, task, options, bar.control(guard));
  });
  comparison.model_file = request.model.string();
  comparison.intervention = changed;
  comparison.command = with_seed(console.command_line, request.seed);
  std::vector<PsychometricPoint> points;
  if (!request.over.empty()) {
    points = psychometric(comparison, task, request.over);
    note_left_out(values_left_out(points, task, request.over), request.over, console);
  }
  if (!request.output.empty()) {
    save_result(request.output,
                [&](const fs::path& path) { io::write_comparison(path, comparison); });
  }
  print_comparison(request, comparison, task, points, console);
  if (!request.plot.empty()) {
    draw_over(request, task, points, console);
  }
  check(request, comparison, baseline);
}

void add_check_options(Command command, CompareRequest& request) {
  constexpr const char* kGroup = "Checks (exit code 3 and a line for each that fails)";
  add_optional_number(command, "--min-accuracy", request.bounds.min_accuracy, kProbability,
                      "Smallest accuracy of the spiking network")
      .group(kGroup);
  add_optional_number(command, "--max-output-rmse", request.bounds.max_output_rmse, kNonNegative,
                      "Largest root mean square difference of the two outputs")
      .group(kGroup);
  add_optional_number(command, "--min-rate-correlation", request.bounds.min_rate_correlation,
                      {-1.0, 1.0, false},
                      "Smallest correlation of the units' activity in the two networks")
      .group(kGroup);
  add_optional_number(command, "--max-accuracy-drop", request.bounds.max_accuracy_drop,
                      {-1.0, 1.0, false},
                      "Largest accuracy of the rate network minus that of the spiking one")
      .group(kGroup);
  command
      .add_file("--baseline", request.baseline,
                "An earlier comparison of the same network (.json or .mat): accuracies and "
                "correlations must not be lower, the RMSE not higher, the mean rate not other")
      .group(kGroup);
  add_optional_number(command, "--tolerance", request.tolerance, kNonNegative,
                      fmt::format("How much worse than the baseline is still good; of the mean "
                                  "rate, the fraction (default {:g})",
                                  kTolerance))
      .group(kGroup);
}

}  // namespace

void add_compare_command(Command program, const Console& console) {
  const auto request = std::make_shared<CompareRequest>();
  const Command command = program.add_command(
      "compare",
      "A rate network beside its spiking network\n"
      "Both get the same trials, those of `eval`. Accuracies are compared by McNemar's exact test, "
      "outputs by their distance and correlation and the times of onset and peak (of trials of "
      "your "
      "own also by the distance of each from the target); the units' "
      "activity (spike trains behind the synaptic filter, divided by the scaling factor) by "
      "correlation, principal components and mean rates, which the rate network predicts as s r; "
      "spiking by the variability of intervals (CV, CV2) and synchrony (chi of Golomb & Rinzel).");
  command.examples(kCompareExamples);
  command.add_file("MODEL", request->model, "Model file (.mat), from `train` or `map`").required();
  command.add_file("-o,--output", request->output,
                   "Write the comparison: .mat with all traces, or .json");
  add_text(
      command, "--over", request->over, "NAME",
      "Of trials of your own: accuracy and mean of every output of both networks over a number "
      "of the trials, member NAME of `values` in the file. Up to twelve values have a row each; "
      "more are put in eight rows at most, of about as many trials each, equal values in one. "
      "Means are over the steps of score_window_ms where z is a number; without that field over "
      "all such steps, those before a stimulus too");
  command.add_file("--plot", request->plot,
                   "With --over: draw them (.png, .svg or .pdf; needs gnuplot)");
  add_fields(command, mapping::compare_fields(), request->options);
  add_seed(command, request->seed);
  add_threads(command, request->options.threads);
  add_json(command, request->json);
  add_check_options(command, *request);
  add_task_options(command, request->task, "Task of the trials (default: the one the file names)");
  add_intervention_options(command, request->intervention);
  add_spiking_options(command, request->spiking);
  command.short_help({"--output", "--over", "--plot", "--trials", "--seed", "--threads", "--json",
                      "--min-accuracy", "--max-accuracy-drop", "--baseline", "--task",
                      "--trials-file", "--lesion", "--drive", "--drive-strength", "--engine",
                      "--noise"});
  command.action([request, command, &console] {
    request->components_given = command.given("--components");
    run_compare(*request, console);
  });
}

}  // namespace rheobase::cli
