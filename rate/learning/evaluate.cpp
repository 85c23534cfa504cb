#include "rate/learning/evaluate.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/memory.hpp"
#include "core/parallel.hpp"
#include "core/shared_control.hpp"
#include "rate/dynamics/internal/forward_pass.hpp"
#include "rate/dynamics/run.hpp"

namespace rheobase::rate {

namespace {

using Clock = std::chrono::steady_clock;

void check(const RateNetwork& network, const Task& task, int trials) {
  if (trials < 1) {
    throw InputError("trials", "", fmt::format("{}", trials), "must be at least 1");
  }
  require_fit(network, task);
  const double numbers = static_cast<double>(task.steps()) *
                         static_cast<double>(2 * network.outputs() + network.inputs() + 2);
  require_memory(sizeof(double) * numbers * static_cast<double>(trials), "trials", "",
                 fmt::format("{} of {} steps", trials, task.steps()), "fewer trials take less");
}

/// Result of one trial; threads write to different ones.
struct TrialScore {
  Eigen::MatrixXd output;
  double loss = 0.0, mean_rate = 0.0;
  double steps = 0.0;  ///< its own
  int condition = 0;
  bool correct = false;
};

void check_finite(const Eigen::MatrixXd& output) {
  for (Eigen::Index i = 0; i < output.cols(); ++i) {
    if (!output.col(i).allFinite()) {
      throw NonFiniteError("output of the rate network", fmt::format("step {}", i + 1), -1);
    }
  }
}

bool correct_with_margin(const Task& task, const Trial& trial, const Eigen::MatrixXd& output,
                         double margin) {
  return task.rate_correct(trial, output) &&
         (margin == 0.0 || (task.rate_correct(trial, (1.0 - margin) * output) &&
                            task.rate_correct(trial, (1.0 + margin) * output)));
}

/// Over units, trials and the own steps of each. Where all are equally long every weight is exactly
/// 1.
double mean_over_steps(const std::vector<TrialScore>& scores) {
  const auto trials = static_cast<double>(scores.size());
  const double most = std::ranges::max(scores, {}, &TrialScore::steps).steps;
  double sum = 0.0;
  double weights = 0.0;
  for (const TrialScore& score : scores) {
    const double weight = score.steps / most;
    sum += weight * score.mean_rate / trials;
    weights += weight;
  }
  return sum * (trials / weights);
}

RateEvaluation collect(const std::vector<TrialScore>& scores) {
  RateEvaluation result;
  const auto trials = static_cast<double>(scores.size());
  result.outputs.resize(static_cast<Eigen::Index>(scores.size()), scores[0].output.size());
  int right = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    result.outputs.row(static_cast<Eigen::Index>(i)) = scores[i].output.reshaped().transpose();
    result.conditions.push_back(scores[i].condition);
    result.correct.push_back(scores[i].correct);
    result.mean_loss += scores[i].loss / trials;
    right += scores[i].correct ? 1 : 0;
  }
  result.mean_rate = mean_over_steps(scores);
  result.accuracy = wilson_interval(right, static_cast<int>(scores.size()));
  return result;
}

Trial trial_of(const Task& task, const RateEvaluationOptions& options, std::size_t i) {
  return task.random_trial(options.seed, options.first_trial + static_cast<std::uint32_t>(i),
                           Purpose::evaluation_task);
}

TrialScore score_of(const Task& task, const Trial& trial, const RateEvaluationOptions& options,
                    Eigen::MatrixXd output, double mean_rate) {
  check_finite(output);
  TrialScore score;
  score.loss = loss_of(options.loss, output, trial.target);
  score.mean_rate = mean_rate;
  score.steps = static_cast<double>(own_columns(trial));
  score.condition = trial.condition;
  score.correct = correct_with_margin(task, trial, output, options.margin);
  score.output = std::move(output);
  return score;
}

void score_by_kernels(const RateNetwork& network, const Task& task,
                      const RateEvaluationOptions& options, const RunControl& control,
                      std::vector<TrialScore>& scores) {
  const std::vector<TrialGroup> groups = group_trials<float>(scores.size());
  KernelNetwork<float> kernel = kernel_network<float>(
      network, {.trials = !groups.back().panel, .panels = groups.front().panel, .backward = false},
      simd_level());
  kernel.use_spike_noise(options.spike_noise);
  std::vector<Trial> drawn(scores.size());
  const NoiseSeries series{.factor = options.noise.value_or(network.noise.factor),
                           .initial = network.initial.scale,
                           .seed = options.seed,
                           .purpose = Purpose::evaluation_noise,
                           .first_trial = options.first_trial};
  const RunControl asked = for_all_threads(control);
  parallel_for(
      groups.size(), options.threads,
      [&](std::size_t g) {
        const TrialGroup& group = groups[g];
        for (std::size_t i = group.first; i < group.first + group.count; ++i) {
          drawn[i] = trial_of(task, options, i);
        }
        ForwardPass<float> pass(kernel, static_cast<std::size_t>(task.steps()), group.panel, false);
        pass.run(kernel, drawn, group, series, asked);
        for (std::size_t lane = 0; lane < group.count; ++lane) {
          scores[group.first + lane] =
              score_of(task, drawn[group.first + lane], options, pass.output(group, lane),
                       pass.mean_rate(group, lane));
        }
      },
      control);
}

void score_by_steps(const RateNetwork& network, const Task& task,
                    const RateEvaluationOptions& options, const RunControl& control,
                    std::vector<TrialScore>& scores) {
  if (options.spike_noise > 0.0) {
    throw InputError("spike-like noise", "", "a network with noise of its own kind",
                     "must be one with white noise on the state and initial states of that noise");
  }
  parallel_for(
      scores.size(), options.threads,
      [&](std::size_t i) {
        const Trial trial = trial_of(task, options, i);
        RateRun run = run_rate(
            network, trial.input,
            {options.noise, options.seed, options.first_trial + static_cast<std::uint32_t>(i),
             Purpose::evaluation_noise});
        const double mean_rate = run.r.leftCols(own_columns(trial)).mean();
        scores[i] = score_of(task, trial, options, std::move(run.output), mean_rate);
      },
      control);
}

}  // namespace

void require_fit(const RateNetwork& network, const Task& task) {
  const auto check_equal = [&](const char* field, const char* unit, auto found, auto required) {
    if (found != required) {
      throw InputError("model", field, fmt::format("{} {}", found, unit),
                       fmt::format("must have {} for task '{}'", required, task.name()));
    }
  };
  check_equal("field 'w_in'", "input channels", network.inputs(), Eigen::Index{task.inputs()});
  check_equal("field 'w_out'", "outputs", network.outputs(), Eigen::Index{task.outputs()});
  check_equal("field 'step_ms'", "ms a step", network.step_ms, task.step_ms());
}

double least_accuracy(const Task& task, const RateEvaluation& evaluation) {
  double least = evaluation.accuracy.value;
  for (const TaskPart& part : task.definition().parts) {
    int trials = 0;
    int right = 0;
    for (std::size_t i = 0; i < evaluation.conditions.size(); ++i) {
      const int place = evaluation.conditions[i] - part.first_condition;
      if (place >= 0 && place < part.conditions) {
        ++trials;
        right += evaluation.correct[i] ? 1 : 0;
      }
    }
    if (trials > 0) {
      least = std::min(least, static_cast<double>(right) / trials);
    }
  }
  return least;
}

RateEvaluation evaluate_rate(const RateNetwork& network, const Task& task,
                             const RateEvaluationOptions& given, const RunControl& control) {
  RateEvaluationOptions options = given;
  options.trials = task.evaluation_trials(given.trials, given.first_trial);
  check(network, task, options.trials);
  const auto start = Clock::now();
  std::vector<TrialScore> scores(static_cast<std::size_t>(options.trials));
  if (kernels_know(network)) {
    score_by_kernels(network, task, options, control, scores);
  } else {
    score_by_steps(network, task, options, control, scores);
  }
  RateEvaluation result = collect(scores);
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

}  // namespace rheobase::rate
