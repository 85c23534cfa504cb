#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/field_table_fwd.hpp"
#include "core/random.hpp"
#include "core/run_control.hpp"
#include "network/network.hpp"
#include "network/network_state.hpp"
#include "network/observer.hpp"

namespace rheobase::network {

struct RunOptions {
  long steps = 0;     ///< 0: as many as the inputs have rows
  long sampling = 1;  ///< a record every so many steps ...
  long cutoff = 0;    ///< ... from this step of the run on
  std::string solver = "euler";
  std::vector<Probe> probes{};
  bool spikes = false;  ///< record all spikes
  Seed seed = 1;        ///< of noise, with `trial`
  std::uint32_t trial = 0;
  long origin = 0;              ///< the step of the state that samples are counted from
  double tolerance = 1e-8;      ///< absolute and relative per step, of adaptive solvers
  double longest_step = 0.0;    ///< of adaptive solvers; 0: the network's step where units spike
  long most_substeps = 100000;  ///< of adaptive solvers, within one step of the network
};

/// All but the probes and the origin.
const FieldTable<RunOptions>& run_fields();

/// Of a run whose steps are known. @throws InputError where its records have no sample or do not
/// fit into memory
void require_samples(const Network& network, const RunOptions& options, long first_step = 0);

/// Runs a network for a number of steps.
///
/// A step n sees y_n everywhere: spikes are the units at or above threshold, records are taken,
/// every edge reads its source, and the state advances; jumps and resets of those spikes belong to
/// y_(n+1). Inputs are held over a step.
///
/// @param state   continues where it is; left at the last step
/// @param inputs  T x input_columns(), a row per step, or one row for all steps, or empty: none
/// @throws InputError for inputs and options that do not fit, records and inputs that no memory
///         holds, equations that an adaptive solver does not get through; NonFiniteError for a
///         network that diverges, Cancelled
Observer run(const Network& network, NetworkState& state, const Eigen::MatrixXd& inputs,
             const RunOptions& options, const RunControl& control = {});

/// The same; what was recorded before a stop or a divergence is in `seen` when this throws. After a
/// stop the state is at the step that was reached, so that another run goes on from there.
void run_into(Observer& seen, const Network& network, NetworkState& state,
              const Eigen::MatrixXd& inputs, const RunOptions& options,
              const RunControl& control = {});

}  // namespace rheobase::network
