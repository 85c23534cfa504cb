#include "mapping/conversion/evaluate_spiking.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "core/memory.hpp"
#include "core/parallel.hpp"
#include "rate/tasks/scoring.hpp"

namespace rheobase::mapping {

namespace {

/// Means over trials of `steps` steps each, by their durations. Where all are equally long every
/// weight is exactly 1.
Eigen::VectorXd mean_over_time(const Eigen::MatrixXd& rates, const std::vector<int>& steps) {
  const Eigen::VectorXd weight =
      Eigen::Map<const Eigen::VectorXi>(steps.data(), rates.cols()).cast<double>() /
      static_cast<double>(*std::ranges::max_element(steps));
  const Eigen::MatrixXd weighted = rates * weight.asDiagonal();
  return weighted.rowwise().mean() * (static_cast<double>(steps.size()) / weight.sum());
}

/// Distance of the samples of the readout.
double scoring_step_ms(const spiking::SimulationOptions& options) {
  return std::max(options.output_period_ms, options.dt_ms);
}

}  // namespace

spiking::SimulationResult simulate_evaluation_trial(const spiking::SpikingModel& model,
                                                    const rate::Trial& trial,
                                                    spiking::SimulationOptions options,
                                                    std::uint32_t number) {
  options.trial = number;
  if (options.output_period_ms == 0.0) {
    options.output_period_ms = scoring_period_ms(options);
  }
  return spiking::simulate(model, rate::spiking_input(trial), options);
}

double scoring_period_ms(const spiking::SimulationOptions& options) {
  return options.parity ? 0.0 : 0.5;
}

Eigen::MatrixXd outputs_at_rate_steps(const spiking::SimulationResult& run, Eigen::Index count,
                                      double step_ms) {
  Eigen::MatrixXd outputs(run.outputs(), count);
  for (Eigen::Index k = 0; k < outputs.rows(); ++k) {
    outputs.row(k) = rate::at_rate_steps(run.output_of(k), count, step_ms).transpose();
  }
  return outputs;
}

bool is_correct(const rate::Task& task, const rate::Trial& trial,
                const spiking::SimulationResult& run) {
  if (task.outputs() == 1) {
    return task.spiking_correct(trial, run.output);
  }
  return task.rate_correct(trial,
                           outputs_at_rate_steps(run, trial.input.cols() - 1, task.step_ms()));
}

SpikingEvaluation evaluate_spiking(const spiking::SpikingModel& model, const rate::Task& task,
                                   int wanted, const spiking::SimulationOptions& options,
                                   int threads, std::vector<SampledSignal>* outputs,
                                   const RunControl& control) {
  const auto start = std::chrono::steady_clock::now();
  const int trials = task.evaluation_trials(wanted, options.trial);
  const auto count = static_cast<std::size_t>(trials);
  const double samples = outputs == nullptr ? 0.0
                                            : static_cast<double>(task.steps() * model.outputs()) *
                                                  model.input_step_ms / scoring_step_ms(options);
  require_memory(
      sizeof(double) * (static_cast<double>(model.units()) + samples) * static_cast<double>(trials),
      "trials", "", fmt::format("{} of {} units", trials, model.units()), "fewer trials take less");
  std::vector<char> correct(count);
  std::vector<int> conditions(count);
  std::vector<int> steps(count);
  Eigen::MatrixXd rates(model.units(), trials);
  const auto outputs_of_trial = static_cast<std::size_t>(model.outputs());
  std::vector<SampledSignal> readouts(outputs != nullptr ? count * outputs_of_trial : 0);

  const auto run_trial = [&](std::size_t k) {
    const std::uint32_t number = options.trial + static_cast<std::uint32_t>(k);
    const rate::Trial trial = task.random_trial(options.seed, number, Purpose::evaluation_task);
    spiking::SimulationResult run = simulate_evaluation_trial(model, trial, options, number);
    correct[k] = is_correct(task, trial, run) ? 1 : 0;
    conditions[k] = trial.condition;
    steps[k] = static_cast<int>(rate::own_columns(trial));
    rates.col(static_cast<Eigen::Index>(k)) = run.mean_rate_hz();
    if (outputs != nullptr) {
      for (std::size_t output = 0; output < outputs_of_trial; ++output) {
        readouts[k * outputs_of_trial + output] = run.output_of(static_cast<Eigen::Index>(output));
      }
    }
  };
  parallel_for(count, threads, run_trial, control);

  SpikingEvaluation evaluation;
  evaluation.accuracy = wilson_interval(
      static_cast<int>(std::count(correct.begin(), correct.end(), char{1})), trials);
  evaluation.conditions = std::move(conditions);
  evaluation.correct.assign(correct.begin(), correct.end());
  evaluation.mean_rate_hz = mean_over_time(rates, steps);
  evaluation.steps = std::move(steps);
  if (outputs != nullptr) {
    *outputs = std::move(readouts);
  }
  evaluation.engine = spiking::choose_engine(model, options);
  evaluation.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return evaluation;
}

}  // namespace rheobase::mapping
