#include "mapping/comparison/target_rmse.hpp"

#include <algorithm>
#include <cmath>

#include "rate/tasks/scoring.hpp"

namespace rheobase::mapping {

namespace {

/// The limit of the distance that a task is judged by, a parameter of it.
constexpr const char* kTargetLimit = "rms-limit";

/// Squares of distances from the targets.
class TargetDistance {
 public:
  /// @param output  outputs x (T - 1), not-a-number behind the end of a shorter trial
  void add(const rate::Task& task, const rate::Trial& trial, const Eigen::MatrixXd& output) {
    const auto& [first, end] = task.definition().scored_outputs;
    for (Eigen::Index i = first; i < std::min<Eigen::Index>(end, output.cols()); ++i) {
      for (Eigen::Index k = 0; k < output.rows(); ++k) {
        const double distance = output(k, i) - trial.target(k, i);
        if (!std::isnan(distance)) {  // nothing is asked there, or the trial is over
          squares_ += distance * distance;
          numbers_ += 1.0;
        }
      }
    }
  }
  std::optional<double> rmse() const {
    return numbers_ > 0.0 ? std::optional(std::sqrt(squares_ / numbers_)) : std::nullopt;
  }

 private:
  double squares_ = 0.0;
  double numbers_ = 0.0;
};

/// Of outputs of the evaluation trials from number `first` on, outputs x (T - 1) each.
template <class OutputOf>
std::optional<double> rmse_of(const rate::Task& task, std::size_t trials, Seed seed,
                              std::uint32_t first, const OutputOf& output_of) {
  if (!target_limit(task)) {
    return std::nullopt;
  }
  TargetDistance distance;
  for (std::size_t k = 0; k < trials; ++k) {
    distance.add(
        task,
        task.random_trial(seed, first + static_cast<std::uint32_t>(k), Purpose::evaluation_task),
        output_of(k));
  }
  return distance.rmse();
}

/// Distances of both networks from the target.
struct TargetSums {
  TargetDistance rate, spiking;

  void add(const rate::Task& task, const rate::Trial& trial, const Eigen::MatrixXd& rate_output,
           const Eigen::MatrixXd& spiking_output) {
    rate.add(task, trial, rate_output);
    spiking.add(task, trial, spiking_output);
  }
  void put_into(ConditionComparison& condition) const {
    condition.rate_target_rmse = rate.rmse();
    condition.spiking_target_rmse = spiking.rmse();
  }
};

/// A trial of the traces as outputs x (T - 1).
Eigen::MatrixXd traced_outputs(const Eigen::MatrixXd& traces, Eigen::Index trial, int outputs) {
  const Eigen::Index samples = traces.cols() / outputs;
  Eigen::MatrixXd values(outputs, samples);
  for (Eigen::Index k = 0; k < outputs; ++k) {
    values.row(k) = traces.row(trial).segment(k * samples, samples);
  }
  return values;
}

}  // namespace

std::optional<double> target_limit(const rate::Task& task) {
  const bool judged = task.definition().parts.empty() && task.parameters().contains(kTargetLimit);
  return judged ? std::optional(task.parameters().at(kTargetLimit)) : std::nullopt;
}

std::optional<double> target_rmse(const rate::Task& task, const rate::RateEvaluation& evaluation,
                                  Seed seed, std::uint32_t first_trial) {
  return rmse_of(task, evaluation.correct.size(), seed, first_trial, [&](std::size_t k) {
    const Eigen::VectorXd row = evaluation.outputs.row(static_cast<Eigen::Index>(k));
    const Eigen::Index outputs = task.outputs();  // a row has all of them step by step
    return Eigen::MatrixXd(row.reshaped(outputs, row.size() / outputs));
  });
}

std::optional<double> target_rmse(const rate::Task& task,
                                  const std::vector<SampledSignal>& readouts,
                                  const spiking::SimulationOptions& options) {
  const auto outputs = static_cast<std::size_t>(task.outputs());
  return rmse_of(task, readouts.size() / outputs, options.seed, options.trial, [&](std::size_t k) {
    Eigen::MatrixXd values(task.outputs(), task.steps() - 1);
    for (std::size_t i = 0; i < outputs; ++i) {
      values.row(static_cast<Eigen::Index>(i)) =
          rate::at_rate_steps(readouts[k * outputs + i], values.cols(), task.step_ms()).transpose();
    }
    return values;
  });
}

void add_target_rmse(Comparison& comparison, const rate::Task& task) {
  if (!target_limit(task)) {
    return;
  }
  const ComparisonTraces& traces = comparison.traces;
  const spiking::SimulationOptions& options = comparison.options.simulation;
  TargetSums all;
  std::vector<TargetSums> conditions(comparison.conditions.size());
  for (std::size_t k = 0; k < traces.conditions.size(); ++k) {
    const rate::Trial trial = task.random_trial(
        options.seed, options.trial + static_cast<std::uint32_t>(k), Purpose::evaluation_task);
    const auto row = static_cast<Eigen::Index>(k);
    const Eigen::MatrixXd rate = traced_outputs(traces.rate_output, row, traces.outputs);
    const Eigen::MatrixXd spiking = traced_outputs(traces.spiking_output, row, traces.outputs);
    all.add(task, trial, rate, spiking);
    conditions[static_cast<std::size_t>(traces.conditions[k])].add(task, trial, rate, spiking);
  }
  all.put_into(comparison.all);
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    conditions[c].put_into(comparison.conditions[c]);
  }
}

}  // namespace rheobase::mapping
