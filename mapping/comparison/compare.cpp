#include "mapping/comparison/compare.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/parallel.hpp"
#include "mapping/comparison/internal/compare_sums.hpp"
#include "mapping/comparison/target_rmse.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "mapping/conversion/network_fingerprint.hpp"
#include "rate/dynamics/transfer/transfer.hpp"
#include "rate/learning/evaluate.hpp"

namespace rheobase::mapping {

namespace {

/// Trials that are in memory at once, and between which progress is told. Fixed: the order of
/// sums must not depend on the number of threads.
constexpr int kBlock = 16;

/// Options with everything filled in that follows from the model.
CompareOptions complete(const rate::RateNetwork& model, const rate::Task& task,
                        CompareOptions options) {
  options.rate_noise = options.rate_noise.value_or(model.noise.factor);
  check(options, compare_fields(), "comparison");
  rate::require_fit(model, task);
  if (options.components > model.units()) {
    throw InputError("comparison", "components", fmt::format("{}", options.components),
                     fmt::format("must not exceed the number of units, {}", model.units()));
  }
  if (options.scaling_factor == 0.0) {
    throw InputError("comparison", "scaling factor", "nothing",
                     "must be given for a model without one");
  }
  options.trials = task.evaluation_trials(options.trials, options.simulation.trial);
  options.simulation.stimulation.reset();
  options.simulation.initial_voltage.reset();
  options.simulation.record = {};
  options.simulation.record.spikes = true;
  options.simulation.output_period_ms = scoring_period_ms(options.simulation);
  return options;
}

ComparisonLayout layout_of(const rate::RateNetwork& model, const rate::Task& task,
                           const CompareOptions& options, const ComparisonGrid& grid) {
  ComparisonLayout layout;
  layout.conditions = task.conditions();
  layout.unit_type = rate::unit_types(model);
  layout.tau_ms = model.tau_ms;
  layout.grid = grid;
  layout.scaling_factor = options.scaling_factor;
  layout.signed_rates = rate::transfer_named(model.transfer).lowest < 0.0;
  layout.outputs = static_cast<int>(model.outputs());
  layout.trials = options.trials;
  layout.components = options.components;
  layout.example_trials = options.example_trials;
  return layout;
}

/// Gain and bias of every unit, as transferred.
void add_operating_points(UnitComparison& units, const spiking::SpikingModel& spiking,
                          const TransferOptions& transfer) {
  const Eigen::Index count = spiking.units();
  units.drive_gain_mv = Eigen::VectorXd::Constant(count, transfer.gain);
  if (!transfer.unit_gain.empty()) {
    units.drive_gain_mv.array() *=
        Eigen::Map<const Eigen::ArrayXd>(transfer.unit_gain.data(), count);
  }
  units.bias_mv.resize(count);
  for (Eigen::Index unit = 0; unit < count; ++unit) {
    units.bias_mv[unit] = spiking.neuron.bias_mv - spiking.threshold_of(unit);
  }
  if (spiking.unit_bias_mv.size() != 0) {
    units.bias_mv += spiking.unit_bias_mv;
  }
}

}  // namespace

Comparison compare(const rate::RateNetwork& model, const rate::Task& task,
                   const CompareOptions& given, const RunControl& control) {
  const auto start = std::chrono::steady_clock::now();
  const CompareOptions options = complete(model, task, given);
  const spiking::SpikingModel spiking =
      map_to_spiking(model, options.scaling_factor, options.transfer);
  const ComparisonGrid grid = comparison_grid(task, options.analysis_start_ms);

  ComparisonSums sums(layout_of(model, task, options, grid));
  for (int first = 0; first < options.trials; first += kBlock) {
    if (control.stop_requested()) {
      throw Cancelled("comparison stopped before it was complete");
    }
    control.progress(static_cast<double>(first) / options.trials,
                     fmt::format("trial {} of {}", first + 1, options.trials));
    const auto count = static_cast<std::size_t>(std::min(kBlock, options.trials - first));
    std::vector<PairedTrial> block(count);
    parallel_for(count, options.threads, [&](std::size_t k) {
      const std::uint32_t number = options.simulation.trial + static_cast<std::uint32_t>(first) +
                                   static_cast<std::uint32_t>(k);
      block[k] = run_paired_trial(model, spiking, task, options, grid, number);
    });
    for (PairedTrial& trial : block) {
      sums.add(std::move(trial));
    }
  }

  Comparison result = sums.result();
  add_operating_points(result.units, spiking, options.transfer);
  const std::vector<std::string>& names = task.definition().output_names;
  for (std::size_t k = 0; k < std::min(names.size(), result.outputs.size()); ++k) {
    result.outputs[k].name = names[k];
  }
  if (task.split()) {
    // Traces are as long as the longest of the given trials, whichever of them ran.
    result.duration_ms = std::max(result.duration_ms, task.steps() * task.step_ms());
  }
  result.task = task.name();
  result.task_parameters = task.parameters();
  result.split = task.split();
  result.network = network_fingerprint(model);
  result.options = options;
  add_target_rmse(result, task);
  control.progress(1.0);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace rheobase::mapping
