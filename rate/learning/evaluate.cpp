#include "rate/learning/evaluate.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "rate/dynamics/internal/forward_pass.hpp"

namespace rheobase::rate {

namespace {

using Clock = std::chrono::steady_clock;

void check(const RateModel& model, const Task& task, int trials) {
  if (trials < 1) {
    throw InputError("trials", "", fmt::format("{}", trials), "must be at least 1");
  }
  if (model.inputs() != task.inputs()) {
    throw InputError("model", "field 'w_in'", fmt::format("{} input channels", model.inputs()),
                     fmt::format("must have {} for task '{}'", task.inputs(), task.name()));
  }
}

/// Result of one trial; threads write to different ones.
struct TrialScore {
  Eigen::VectorXd output;
  double loss = 0.0, mean_rate = 0.0;
  int condition = 0;
  bool correct = false;
};

void check_finite(const Eigen::VectorXd& output) {
  for (Eigen::Index i = 0; i < output.size(); ++i) {
    if (!std::isfinite(output[i])) {
      throw NonFiniteError("output of the rate network", fmt::format("step {}", i + 1), -1);
    }
  }
}

bool correct_with_margin(const Task& task, const Trial& trial, const Eigen::VectorXd& output,
                         double margin) {
  return task.rate_correct(trial, output) &&
         (margin == 0.0 || (task.rate_correct(trial, (1.0 - margin) * output) &&
                            task.rate_correct(trial, (1.0 + margin) * output)));
}

RateEvaluation collect(const std::vector<TrialScore>& scores) {
  RateEvaluation result;
  const auto trials = static_cast<double>(scores.size());
  result.outputs.resize(static_cast<Eigen::Index>(scores.size()), scores[0].output.size());
  int right = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    result.outputs.row(static_cast<Eigen::Index>(i)) = scores[i].output;
    result.conditions.push_back(scores[i].condition);
    result.correct.push_back(scores[i].correct);
    result.mean_loss += scores[i].loss / trials;
    result.mean_rate += scores[i].mean_rate / trials;
    right += scores[i].correct ? 1 : 0;
  }
  result.accuracy = wilson_interval(right, static_cast<int>(scores.size()));
  return result;
}

}  // namespace

RateEvaluation evaluate_rate(const RateModel& model, const Task& task,
                             const RateEvaluationOptions& options) {
  check(model, task, options.trials);
  const auto start = Clock::now();
  const auto count = static_cast<std::size_t>(options.trials);
  const std::vector<TrialGroup> groups = group_trials<float>(count);
  Network<float> network(
      model, {.trials = !groups.back().panel, .panels = groups.front().panel, .backward = false},
      simd_level());
  network.use_spike_noise(options.spike_noise);
  network.load(parameters_of<float>(model));
  std::vector<Trial> drawn(count);
  std::vector<TrialScore> scores(count);
  const NoiseSeries series{options.noise, options.seed, Purpose::evaluation_noise,
                           options.first_trial};
  parallel_for(groups.size(), options.threads, [&](std::size_t g) {
    const TrialGroup& group = groups[g];
    for (std::size_t i = group.first; i < group.first + group.count; ++i) {
      drawn[i] =
          task.random_trial(options.seed, options.first_trial + static_cast<std::uint32_t>(i),
                            Purpose::evaluation_task);
    }
    ForwardPass<float> pass(network, static_cast<std::size_t>(task.steps()), group.panel, false);
    pass.run(network, drawn, group, series);
    for (std::size_t lane = 0; lane < group.count; ++lane) {
      const Trial& trial = drawn[group.first + lane];
      TrialScore& score = scores[group.first + lane];
      score.output = pass.output(group, lane);
      check_finite(score.output);
      score.loss = loss_of(options.loss, score.output, trial.target);
      score.mean_rate = pass.mean_rate(group, lane);
      score.condition = trial.condition;
      score.correct = correct_with_margin(task, trial, score.output, options.margin);
    }
  });
  RateEvaluation result = collect(scores);
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

}  // namespace rheobase::rate
