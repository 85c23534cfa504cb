// Search of the scaling factor s: for every s of a grid the same n trials, accuracy(s) the fraction
// of correct ones, d(s) the root mean square of spiking readout minus rate output over all trials
// at the rate network's steps.
//
//   best       largest accuracy; of equals the smallest d, or the first (selection reference)
//   extend     while the best is at an end, one more value there: at most 12 beyond each end of the
//              grid, positive by more than a quarter of its step
//   refine     rounds of the middles between the best and its neighbours
//   diverging  a network that leaves the finite numbers has accuracy 0 and d infinite
//
//   symbol  member           default
//   grid    scaling_factors  20:5:75 for sigmoid and tanh, 4:2:26 for the others (transfer/)
//   n       trials           100      numbers of their own, which nothing else is scored on
//           refine           0
//           selection        distance
//
// Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019), methods: the grid, the first of the best.
#pragma once

#include <vector>

#include "core/field_table_fwd.hpp"
#include "core/run_control.hpp"
#include "core/statistics.hpp"
#include "mapping/conversion/transfer.hpp"
#include "rate/tasks/task.hpp"
#include "spiking/engine.hpp"

namespace rheobase::mapping {

enum class Selection {
  distance,   ///< best accuracy; ties go to the smallest distance to the rate network's output
  reference,  ///< the first of the best, as published
};

struct ScalingSearchOptions {
  std::vector<double> scaling_factors;  ///< strictly increasing; empty: the default grid
  bool extend = true;  ///< go on beyond the grid while the best value lies at its edge
  int refine = 0;      ///< rounds of trying the middles between the best value and its neighbours
  int trials = 100;    ///< per value; the same trials for every value
  Selection selection = Selection::distance;
  spiking::SimulationOptions simulation;  ///< engine, dt, noise, seed
  TransferOptions transfer;
  int threads = 0;  ///< no influence on the result
};

/// Its own numbers and words.
const FieldTable<ScalingSearchOptions>& search_fields();

/// Performance at one scaling factor.
struct ScalingPoint {
  double scaling_factor = 0.0;
  Proportion accuracy;
  double mean_rate_hz = 0.0;
  double output_rmse = 0.0;       ///< LIF readout to rate output on the 5 ms grid, over all trials
  std::vector<bool> correct;      ///< per trial
  double spikes_per_trial = 0.0;  ///< of all units and their copies
};

struct ScalingSearchResult {
  std::vector<ScalingPoint> points;  ///< in increasing order of the scaling factor
  std::size_t best = 0;              ///< index into points
  spiking::EngineChoice engine;      ///< that ran the trials
  bool at_edge = false;              ///< the best value is still the first or the last
  double seconds = 0.0;
};

/// The first grid of a transfer function: 20:5:75 for the sigmoid (Kim, Li & Sejnowski 2019).
std::vector<double> default_scaling_grid(const std::string& transfer);

/// Searches the scaling factor s = 1/lambda (Kim, Li & Sejnowski 2019, methods).
/// @throws InputError for an empty or unordered grid, Cancelled when the control says stop
ScalingSearchResult search_scaling(const rate::RateNetwork& model, const rate::Task& task,
                                   const ScalingSearchOptions& options,
                                   const RunControl& control = {});

}  // namespace rheobase::mapping
