#include "mapping/comparison/internal/compare_trial.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/analysis/response_times.hpp"
#include "core/analysis/synchrony.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "rate/dynamics/run.hpp"
#include "rate/dynamics/transfer/transfer.hpp"
#include "rate/tasks/scoring.hpp"

namespace rheobase::mapping {

namespace {

/// The filters of the readout: what the weights of the next unit see.
std::vector<analysis::RateKernel> readout_kernels(const spiking::SynapseParameters& synapse) {
  const analysis::KernelShape shape = synapse.kind == spiking::SynapseKind::double_exponential
                                          ? analysis::KernelShape::double_exponential
                                          : analysis::KernelShape::exponential;
  std::vector<analysis::RateKernel> kernels;
  for (const double decay_ms : synapse.decay_ms) {
    kernels.push_back({shape, decay_ms, synapse.rise_ms});
  }
  return kernels;
}

analysis::SpikeList spikes_of(const spiking::SimulationResult& run) {
  return {run.spike_unit, run.spike_time_ms};
}

/// Between spikes of the same LIF unit: copies have trains of their own, unit by unit for each.
std::vector<analysis::IsiSums> intervals_of(const spiking::SimulationResult& run,
                                            Eigen::Index units, double start_ms) {
  const auto count = static_cast<std::size_t>(units);
  std::vector<std::vector<double>> times(count * static_cast<std::size_t>(run.copies));
  for (std::size_t k = 0; k < run.spike_unit.size(); ++k) {
    if (run.spike_time_ms[k] >= start_ms) {
      const auto copy = run.copies > 1 ? static_cast<std::size_t>(run.spike_copy[k]) : 0;
      times[copy * count + static_cast<std::size_t>(run.spike_unit[k])].push_back(
          run.spike_time_ms[k]);
    }
  }
  std::vector<analysis::IsiSums> sums(times.size());
  for (std::size_t train = 0; train < times.size(); ++train) {
    sums[train].add_trial(times[train]);
  }
  return sums;
}

/// Filtered spike trains as rates of the rate network: means of the copies over s, and of a network
/// whose rates go below 0 what as_non_negative made of them, turned back.
Eigen::MatrixXd rates_of(const spiking::SimulationResult& run, const spiking::SpikingModel& model,
                         const ComparisonGrid& grid, bool signed_rates) {
  Eigen::MatrixXd rates = analysis::firing_rates(spikes_of(run), model.units(), grid.samples,
                                                 readout_kernels(model.readout_filter())) /
                          (model.scaling_factor * model.copies);
  if (signed_rates) {
    rates = 2.0 * rates.array() - 1.0;
  }
  return rates;
}

NetworkTrial run_rate_trial(const rate::RateNetwork& model, const rate::Task& task,
                            const rate::Trial& trial, const CompareOptions& options,
                            const ComparisonGrid& grid, std::uint32_t number) {
  const rate::RateNoise noise{options.rate_noise, options.simulation.seed, number,
                              Purpose::evaluation_noise};
  rate::RateRun run = rate::run_rate(model, trial.input, noise);
  NetworkTrial result;
  // Column 0 is the start.
  result.activity = run.r.middleCols(1, grid.samples.samples);
  result.correct = task.rate_correct(trial, run.output);
  result.output = run.output.leftCols(grid.samples.samples);
  measure(result, trial.target.row(0), grid);
  return result;
}

NetworkTrial spiking_trial(const spiking::SimulationResult& run, const spiking::SpikingModel& model,
                           const rate::Task& task, const rate::Trial& trial,
                           const ComparisonGrid& grid, bool signed_rates) {
  NetworkTrial result;
  result.activity = rates_of(run, model, grid, signed_rates);
  result.output = outputs_at_rate_steps(run, grid.samples.samples, task.step_ms());
  result.correct = is_correct(task, trial, run);
  measure(result, trial.target.row(0), grid);
  return result;
}

}  // namespace

ComparisonGrid ComparisonGrid::of_trial(const rate::Trial& trial) const {
  ComparisonGrid own = *this;
  own.samples.samples = rate::own_columns(trial) - 1;
  return own;
}

ComparisonGrid comparison_grid(const rate::Task& task, double analysis_start_ms) {
  ComparisonGrid grid;
  const double step_ms = task.step_ms();
  grid.samples = {step_ms, step_ms, task.steps() - 1};
  const double first = std::ceil(analysis_start_ms / step_ms - 1e-9) - 1.0;
  grid.first =
      to_integer<Eigen::Index>(std::clamp(first, 0.0, static_cast<double>(grid.samples.samples)));
  if (!(analysis_start_ms >= 0.0) || grid.analysed() < 2) {
    throw InputError("comparison", "start of the analysis (ms)",
                     fmt::format("{}", analysis_start_ms),
                     fmt::format("must be at least 0 and leave two steps of a trial of {} ms",
                                 task.steps() * step_ms));
  }
  grid.start_ms = analysis_start_ms;
  const auto windows = task.definition().stimulus_windows(task.parameters());
  const double stimulus_ms = windows.empty() ? 0.0 : windows.front().first * step_ms;
  grid.response_from_ms = std::max(analysis_start_ms, stimulus_ms);
  return grid;
}

void measure(NetworkTrial& trial, const Eigen::VectorXd& target, const ComparisonGrid& grid) {
  if (grid.analysed() < 2) {
    return;
  }
  trial.synchrony = analysis::synchrony_chi(trial.activity.rightCols(grid.analysed()));
  Eigen::Index largest = 0;
  // Not-a-number where nothing is asked of the output.
  const double extreme =
      target.array().isNaN().select(0.0, target.array().abs()).maxCoeff(&largest);
  if (extreme == 0.0) {
    return;
  }
  const SampledSignal output{grid.samples.start_ms, grid.samples.step_ms, trial.output.row(0)};
  trial.onset_ms = analysis::onset_time_ms(output, grid.response_from_ms, 0.5 * target[largest]);
  const std::optional<analysis::Peak> peak =
      analysis::peak_of(output, grid.response_from_ms, target[largest] > 0.0);
  if (peak) {
    trial.peak_ms = peak->time_ms;
  }
}

PairedTrial run_paired_trial(const rate::RateNetwork& rate, const spiking::SpikingModel& spiking,
                             const rate::Task& task, const CompareOptions& options,
                             const ComparisonGrid& longest, std::uint32_t number) {
  const rate::Trial trial =
      task.random_trial(options.simulation.seed, number, Purpose::evaluation_task);
  const ComparisonGrid grid = longest.of_trial(trial);
  PairedTrial result;
  result.condition = trial.condition;
  result.index = trial.index;
  result.rate = run_rate_trial(rate, task, trial, options, grid, number);
  spiking::SimulationResult run =
      simulate_evaluation_trial(spiking, trial, options.simulation, number);
  const bool signed_rates = rate::transfer_named(rate.transfer).lowest < 0.0;
  result.spiking = spiking_trial(run, spiking, task, trial, grid, signed_rates);
  const Eigen::Index units = spiking.units();
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    analysis::CorrelationSums sums;
    if (grid.analysed() > 0) {
      sums.add(result.rate.activity.row(unit).tail(grid.analysed()).transpose().array(),
               result.spiking.activity.row(unit).tail(grid.analysed()).transpose().array());
    }
    result.correlation.push_back(sums);
  }
  result.intervals = intervals_of(run, units, grid.start_ms);
  result.spiking_hz = Eigen::VectorXd::Zero(units);
  if (grid.analysed() > 0) {
    result.spiking_hz = analysis::mean_rates(spikes_of(run), units, grid.start_ms,
                                             std::nextafter(run.duration_ms, HUGE_VAL)) /
                        run.copies;
  }
  if (result.spiking_hz.isZero(0.0)) {
    result.spiking.synchrony.reset();  // of what earlier spikes left in the filters
  }
  result.engine = run.engine;
  result.engine_reason = run.engine_reason;
  result.duration_ms = run.duration_ms;
  result.spikes.unit = std::move(run.spike_unit);
  result.spikes.time_ms = std::move(run.spike_time_ms);
  result.spikes.copy = std::move(run.spike_copy);
  return result;
}

}  // namespace rheobase::mapping
