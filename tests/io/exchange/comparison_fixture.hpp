#pragma once

#include <limits>

#include "mapping/comparison/compare.hpp"

namespace rheobase::test {

/// Three units, two outputs, two conditions and three trials, of which the last one is shorter; the
/// spikes of the first and the last are kept.
inline mapping::Comparison small_comparison() {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  mapping::Comparison made;
  made.task = "go-nogo";
  made.options.scaling_factor = 40.0;
  made.options.simulation.trial = 7;
  made.duration_ms = 20.0;
  mapping::ConditionComparison& all = made.all;
  all.name = "all";
  all.trials = 3;
  all.rate_accuracy = wilson_interval(3, 3);
  all.spiking_accuracy = wilson_interval(2, 3);
  all.output_rmse = 0.25;
  all.mean_rate_hz = 12.5;
  made.conditions = {all, all};
  made.conditions[0].name = "go";
  made.conditions[1].name = "no \"go\"";
  made.conditions[1].trials = 1;
  made.conditions[1].onset = {1, 2.5, 0.0};
  made.conditions[1].output_rmse.reset();
  mapping::UnitComparison& units = made.units;
  units.type = {rate::UnitType::excitatory, rate::UnitType::inhibitory, rate::UnitType::som};
  for (Eigen::VectorXd* values :
       {&units.tau_ms, &units.rate_activity, &units.spiking_hz, &units.correlation,
        &units.trial_correlation, &units.isi_cv, &units.isi_cv2}) {
    *values = Eigen::Vector3d(0.5, nan, 2.0);
  }
  mapping::ComparisonTraces& traces = made.traces;
  traces.step_ms = 5.0;
  traces.conditions = {0, 1, 0};
  traces.index = {-1, -1, 4};
  traces.rate_correct = {true, true, true};
  traces.spiking_correct = {true, false, true};
  traces.outputs = 2;
  traces.rate_output = Eigen::MatrixXd{{0.1, 0.2, 0.3, 1.1, 1.2, 1.3},
                                       {0.4, 0.5, 0.6, 1.4, 1.5, 1.6},
                                       {0.7, 0.8, nan, 1.7, 1.8, nan}};
  traces.spiking_output = -traces.rate_output;
  traces.spikes = {{0, {2, 0}, {1.5, 12.0}}, {2, {0, 0, 1}, {0.5, 7.0, 9.5}}};
  return made;
}

}  // namespace rheobase::test
