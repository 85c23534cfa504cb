#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "apps/cli/innate/innate_commands.hpp"
#include "apps/cli/innate/innate_result.hpp"
#include "apps/cli/interrupt.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/cli/value_syntax.hpp"
#include "apps/report/chart.hpp"
#include "apps/report/innate_picture.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/partial_progress.hpp"
#include "io/mat/innate_file.hpp"
#include "rate/learning/innate/innate_robustness.hpp"
#include "rate/learning/innate/lyapunov.hpp"
#include "rate/learning/innate/trial_measures.hpp"

namespace rheobase::cli {

namespace {

constexpr const char* kRunExamples =
    "Examples:\n"
    "  rheobase innate run timing.mat\n"
    "  rheobase innate run timing.mat --noise 0.01 --perturbation 1 --trials 20\n"
    "  rheobase innate run timing.mat --noise-levels 0,0.01 --amplitudes 0,0.2,0.5\n"
    "  rheobase innate run words.mat --lyapunov --plot paths.pdf --json";

/// What `innate run` was asked for.
struct InnateTestRequest {
  std::filesystem::path model;
  int trials = 10;                    ///< of each kind and trajectory
  std::optional<double> noise;        ///< none: as in training
  std::optional<double> spike_noise;  ///< Hz; none: as in training
  std::optional<double> amplitude;    ///< of the perturbation; none: as in training
  std::optional<double> offset_ms;    ///< from the onset of the cue
  std::optional<double> duration_ms;
  std::string noise_levels, amplitudes;  ///< lists; both empty: no grid
  bool lyapunov = false;
  std::filesystem::path plot;
  Seed seed = 1;
  int threads = 0;
  bool json = false;
};

/// What is tested: the trained network's trials with the perturbation that was asked for.
struct TestPlan {
  io::InnateFile file;
  double noise = 0.0;
  double spike_noise = 0.0;
  bool perturbed = false;  ///< there is a perturbation to test
  std::vector<double> noise_levels, amplitudes;
};

/// What came out, a row a noise level and amplitude for every trajectory.
struct TestOutcome {
  std::vector<rate::InnateTest> tests;
  std::vector<std::vector<rate::RobustnessPoint>> grids;
  double free_exponent = 0.0;
  std::vector<double> exponents;
};

std::vector<double> numbers_of(const std::string& option, const std::string& text) {
  std::vector<double> numbers;
  for (const std::string& part : split(text, ',')) {
    numbers.push_back(number_from(option, part, {.low = 0.0, .high = 1e6}));
  }
  return numbers;
}

int steps_of_ms(const std::string& option, double ms, double step_ms) {
  const double steps = ms / step_ms;
  if (std::abs(steps - std::round(steps)) > 1e-6) {
    throw InputError(option, "", fmt::format("{} ms", ms),
                     fmt::format("must be a whole number of steps of {} ms", step_ms));
  }
  return static_cast<int>(std::lround(steps));
}

/// The perturbation of training with the changes that were asked for.
void change_perturbation(const InnateTestRequest& request, double step_ms, std::size_t k,
                         rate::InnateTrial& trial) {
  rate::Pulse& pulse = trial.perturbation;
  const bool asked =
      request.amplitude || request.offset_ms || request.duration_ms || !request.amplitudes.empty();
  if (pulse.steps == 0) {  // training had none
    if (!asked) {
      return;
    }
    const rate::TrialClock usual;  // the one of the published figure 1, to the nearest step
    const auto steps = [&](double ms) { return static_cast<int>(std::lround(ms / step_ms)); };
    pulse = {static_cast<int>(2 * k + 1), 0.0,
             trial.cue.start + steps(usual.perturbation_offset_ms),
             std::max(1, steps(usual.perturbation_ms))};
  }
  if (request.offset_ms) {
    pulse.start =
        trial.cue.start + steps_of_ms("--perturbation-offset", *request.offset_ms, step_ms);
  }
  if (request.duration_ms) {
    pulse.steps = steps_of_ms("--perturbation-duration", *request.duration_ms, step_ms);
  }
  if (request.amplitude) {
    pulse.amplitude = *request.amplitude;
  }
  if (pulse.start > trial.steps - pulse.steps) {
    throw InputError(
        "--perturbation-offset", "",
        fmt::format("a perturbation in steps {} to {}", pulse.start + 1, pulse.start + pulse.steps),
        fmt::format("must lie inside the trial of {}", counted(trial.steps, "step")));
  }
}

TestPlan plan_of(const InnateTestRequest& request, const Console& console) {
  TestPlan plan;
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
    check_output(console, "--plot", request.plot, {request.model});
  }
  plan.file = io::read_innate_file(request.model);
  std::vector<rate::InnateTrial>& trials = plan.file.experiment.trials;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    change_perturbation(request, plan.file.start.step_ms, k, trials[k]);
    plan.perturbed = plan.perturbed || trials[k].perturbation.amplitude != 0.0;
  }
  plan.noise = request.noise.value_or(plan.file.experiment.noise);
  plan.spike_noise = request.spike_noise.value_or(plan.file.experiment.spike_noise);
  if (!request.noise_levels.empty() || !request.amplitudes.empty()) {
    plan.noise_levels = request.noise_levels.empty()
                            ? std::vector{plan.noise}
                            : numbers_of("--noise-levels", request.noise_levels);
    plan.amplitudes = request.amplitudes.empty() ? std::vector{0.0}
                                                 : numbers_of("--amplitudes", request.amplitudes);
  }
  return plan;
}

/// Trial i of both kinds starts from the same state with the same noise.
template <class Real>
std::vector<rate::InnateTest> test_trials(const InnateTestRequest& request, const TestPlan& plan,
                                          const RunControl& control) {
  const rate::Reservoir& network = plan.file.result.network;
  const std::size_t trajectories = plan.file.experiment.trials.size();
  const auto repeats = static_cast<std::size_t>(request.trials);
  const std::size_t kinds = plan.perturbed ? 2 : 1;
  std::vector<rate::InnateTest> tests(trajectories * kinds * repeats);
  const auto one = [&](std::size_t i) {
    const std::size_t k = i / (kinds * repeats);
    const rate::InnateTrial& trial = plan.file.experiment.trials[k];
    const bool perturbed = i / repeats % kinds == 1;
    rate::TrialStart start =
        rate::drawn_start(network.units(), plan.noise, request.seed,
                          kSearchTrials + static_cast<std::uint32_t>(i % repeats));
    start.spike_noise = plan.spike_noise;
    start.perturbed = perturbed;
    rate::TrialRunner<Real> runner{rate::RunningReservoir<Real>(network)};
    runner.abandon_when(control.cancelled);
    rate::TrialRecord record =
        rate::record_trial(runner, trial, start, plan.file.experiment.recorded_units);
    tests[i] = {.trajectory = k,
                .trained = true,
                .perturbed = perturbed,
                .correlation = rate::window_correlation(record.output, trial),
                .path_rmse = rate::path_rmse(record.output, trial),
                .output = std::move(record.output),
                .rates = std::move(record.rates)};
  };
  parallel_for(tests.size(), request.threads, one, control);
  return tests;
}

/// Robustness of every trajectory, a grid each.
std::vector<std::vector<rate::RobustnessPoint>> robustness_grids(const InnateTestRequest& request,
                                                                 const TestPlan& plan,
                                                                 const RunControl& control) {
  const std::vector<rate::InnateTrial>& trials = plan.file.experiment.trials;
  std::vector<std::vector<rate::RobustnessPoint>> grids;
  while (!plan.noise_levels.empty() && grids.size() < trials.size()) {
    const auto done = static_cast<double>(grids.size());
    const auto all = static_cast<double>(trials.size());
    grids.push_back(rate::robustness(plan.file.result.network, trials[grids.size()],
                                     {.noise = plan.noise_levels,
                                      .perturbation = plan.amplitudes,
                                      .spike_noise = plan.spike_noise,
                                      .trials = request.trials,
                                      .seed = request.seed,
                                      .threads = request.threads},
                                     part_of(control, done / all, (done + 1.0) / all)));
  }
  return grids;
}

TestOutcome run_plan(const InnateTestRequest& request, const TestPlan& plan,
                     const Console& console) {
  const InterruptGuard guard;
  ProgressBar bar(console, "testing");
  const RunControl control = bar.control(guard);
  const rate::Reservoir& network = plan.file.result.network;
  const rate::InnateExperiment& experiment = plan.file.experiment;
  // By the number of trials.
  const double kinds = plan.perturbed ? 2.0 : 1.0;
  const auto grid = static_cast<double>(plan.noise_levels.size() * plan.amplitudes.size());
  const RunControl tests = part_of(control, 0.0, kinds / (kinds + grid));
  TestOutcome outcome;
  outcome.tests = experiment.precision == rate::Precision::single_precision
                      ? test_trials<float>(request, plan, tests)
                      : test_trials<double>(request, plan, tests);
  outcome.grids = robustness_grids(request, plan, part_of(control, kinds / (kinds + grid), 1.0));
  if (request.lyapunov) {
    const RunControl asking{{}, control.cancelled};
    outcome.free_exponent = rate::free_lyapunov_exponent(network, {.seed = request.seed}, asking);
    for (const rate::InnateTrial& trial : experiment.trials) {
      outcome.exponents.push_back(rate::trial_lyapunov_exponent(
          network, trial, rate::drawn_start(network.units(), 0.0, request.seed, 0), request.seed,
          asking));
    }
  }
  return outcome;
}

std::string trajectory_name(const io::InnateFile& file, std::size_t k) {
  return file.names[k].empty() ? fmt::format("{}", k + 1) : file.names[k];
}

void print_test_json(const InnateTestRequest& request, const TestPlan& plan,
                     const TestOutcome& outcome, const Console& console) {
  Json tests = Json::array();
  for (const rate::InnateTest& test : outcome.tests) {
    tests.push_back(to_json(test));
  }
  Json grid = Json::array();
  for (std::size_t k = 0; k < outcome.grids.size(); ++k) {
    for (const rate::RobustnessPoint& point : outcome.grids[k]) {
      grid.push_back({{"trajectory", k + 1},
                      {"noise", point.noise},
                      {"amplitude", point.perturbation},
                      {"mean_r2", point.mean_r2},
                      {"sd_r2", point.sd_r2},
                      {"path_rmse", point.path_rmse}});
    }
  }
  const Json exponents = request.lyapunov
                             ? Json{{"free", outcome.free_exponent}, {"trial", outcome.exponents}}
                             : Json();
  print_json(console, {{"command", console.command_line},
                       {"model", request.model.string()},
                       {"trajectories", plan.file.names},
                       {"seed", request.seed},
                       {"noise", plan.noise},
                       {"spike_noise_hz", plan.spike_noise},
                       {"trials", request.trials},
                       {"tests", tests},
                       {"robustness", grid},
                       {"lyapunov_per_s", exponents},
                       {"plot", request.plot.empty() ? Json() : Json(request.plot.string())}});
}

std::string grid_table(const TestPlan& plan, const TestOutcome& outcome) {
  TextTable table({"trajectory", "noise", "amplitude", "mean R^2", "SD", "path RMSE"});
  for (std::size_t k = 0; k < outcome.grids.size(); ++k) {
    for (const rate::RobustnessPoint& point : outcome.grids[k]) {
      table.add_row({trajectory_name(plan.file, k), short_number(point.noise),
                     short_number(point.perturbation), fmt::format("{:.4f}", point.mean_r2),
                     fmt::format("{:.4f}", point.sd_r2), fmt::format("{:.4f}", point.path_rmse)});
    }
  }
  return table.text();
}

void print_tests(const InnateTestRequest& request, const TestPlan& plan, const TestOutcome& outcome,
                 const Console& console) {
  if (request.json) {
    print_test_json(request, plan, outcome, console);
    return;
  }
  Summary summary;
  summary.add("model", request.model.string());
  summary.add("tests", fmt::format("{} of each kind, noise {:g}{}, seed {}", request.trials,
                                   plan.noise, spike_noise_text(plan.spike_noise), request.seed));
  for (std::size_t k = 0; k < plan.file.names.size(); ++k) {
    const rate::Pulse& pulse = plan.file.experiment.trials[k].perturbation;
    const double step_ms = plan.file.start.step_ms;
    if (pulse.amplitude != 0.0) {
      summary.add(k == 0 ? "perturbation" : "",
                  fmt::format("{}: {:g} on input {}, {:g} to {:g} ms",
                              trajectory_name(plan.file, k), pulse.amplitude, pulse.channel + 1,
                              step_ms * pulse.start, step_ms * (pulse.start + pulse.steps)));
    }
  }
  if (request.lyapunov) {
    summary.add("Lyapunov", fmt::format("free: {:.2f} per s", outcome.free_exponent));
    for (std::size_t k = 0; k < outcome.exponents.size(); ++k) {
      summary.add("", fmt::format("along {}: {:.2f} per s", trajectory_name(plan.file, k),
                                  outcome.exponents[k]));
    }
  }
  io::InnateFile tested = plan.file;
  tested.result.tests = outcome.tests;
  console.out << summary.text() << '\n' << test_table(tested);
  if (!outcome.grids.empty()) {
    console.out << '\n' << grid_table(plan, outcome);
  }
  if (!request.plot.empty()) {
    console.out << '\n' << saved_text(request.plot);
  }
}

/// Tests a trained network and prints how it did.
void run_innate_tests(const InnateTestRequest& request, const Console& console) {
  const TestPlan plan = plan_of(request, console);
  const TestOutcome outcome = run_plan(request, plan, console);
  if (!request.plot.empty()) {
    io::InnateFile tested = plan.file;
    std::erase_if(tested.result.tests, [](const auto& test) { return test.trained; });
    tested.result.tests.insert(tested.result.tests.end(), outcome.tests.begin(),
                               outcome.tests.end());
    report::draw_innate(tested, request.plot, outcome.grids);
  }
  print_tests(request, plan, outcome, console);
}

}  // namespace

void add_innate_run_command(Command innate, const Console& console) {
  const auto request = std::make_shared<InnateTestRequest>();
  const Command command = innate.add_command(
      "run",
      "Test a trained network under noise and perturbations\n"
      "Trials from new start states, with and without a perturbation: correlation with the target, "
      "distance from it, robustness over levels of both, Lyapunov exponents.");
  command.examples(kRunExamples);
  command.add_file("MODEL", request->model, "Network of innate timing or words (.mat)").required();
  add_integer(command, "--trials", request->trials, {1.0, 1e6}, "Trials of every kind");
  add_optional_number(command, "--noise", request->noise, {0.0, 1e6},
                      "Standard deviation of the noise", "", "as in training");
  add_optional_number(command, "--spike-noise", request->spike_noise, {0.0, 1e9},
                      "Noise as of spikes: so many a second from a unit at its highest rate; 0: "
                      "none",
                      "Hz", "as in training");
  add_optional_number(command, "--perturbation", request->amplitude, {-1e6, 1e6},
                      "Amplitude of the perturbation", "", "as in training");
  add_optional_number(command, "--perturbation-offset", request->offset_ms, {0.0, 1e7},
                      "Onset of the perturbation, from the onset of the cue", "ms",
                      "as in training");
  add_optional_number(command, "--perturbation-duration", request->duration_ms, {0.0, 1e7},
                      "Duration of the perturbation", "ms", "as in training");
  add_text(command, "--noise-levels", request->noise_levels, "NUMBER,...",
           "Robustness over these levels of noise ...");
  add_text(command, "--amplitudes", request->amplitudes, "NUMBER,...",
           "... and these amplitudes of the perturbation; every combination is tested");
  command.add_flag("--lyapunov", request->lyapunov,
                   "Largest Lyapunov exponents: without input, and along the trials");
  command.add_file("--plot", request->plot, "Draw the tests (.png, .svg, .pdf)");
  add_seed(command, request->seed);
  add_threads(command, request->threads);
  add_json(command, request->json);
  command.action([request, &console] { run_innate_tests(*request, console); });
}

}  // namespace rheobase::cli
