#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "core/aligned_vector.hpp"
#include "core/random.hpp"
#include "core/run_control.hpp"
#include "rate/dynamics/internal/kernel_network.hpp"
#include "rate/tasks/trial.hpp"

namespace rheobase::rate {

/// Noise of a series of trials: trial i of a span carries the number first_trial + i.
struct NoiseSeries {
  double factor = 0.0;   ///< of the white noise on the state
  double initial = 0.1;  ///< x_0 = initial * factor * xi_0
  Seed seed = 1;
  Purpose purpose = Purpose::rate_noise;
  std::uint32_t first_trial = 0;
  bool spikes = true;  ///< with spike-like noise, where the network has it
  /// One matrix a trial, N x steps or fewer columns: column n is added to x_n, column 0 in place of
  /// the noise: it is x_0. Empty: nothing is added.
  std::span<const Eigen::MatrixXd> added = {};
};

/// Consecutive trials that one kernel call advances.
struct TrialGroup {
  std::size_t first = 0;
  std::size_t count = 1;
  bool panel = false;  ///< lanes are trials; else count is 1
};

/// Cuts `count` trials into full panels and a rest: a panel where that is cheaper than one by one.
template <class Real>
std::vector<TrialGroup> group_trials(std::size_t count);

/// Buffers of one group, and the forward pass through them.
template <class Real>
class ForwardPass {
 public:
  /// @param record  keep what backpropagation needs; else only the outputs
  /// @param pull    with `record`: what the gradient of time constants needs, too
  ForwardPass(const KernelNetwork<Real>& network, std::size_t steps, bool panels, bool record,
              bool pull = false);

  /// Runs trials[group.first] ...
  /// @throws InputError unless each has the network's inputs, the steps given to the constructor
  ///         and a target for every output; Cancelled when `control`, asked every 0.5 ms or so,
  ///         says so
  void run(const KernelNetwork<Real>& network, std::span<const Trial> trials,
           const TrialGroup& group, const NoiseSeries& noise, const RunControl& control = {});

  /// o of the group's trial `lane`: outputs x (steps - 1).
  Eigen::MatrixXd output(const TrialGroup& group, std::size_t lane) const;
  /// o_0 and o of the group's trial `lane`: outputs x steps.
  Eigen::MatrixXd output_from_start(const TrialGroup& group, std::size_t lane) const;
  /// x at the last step of the group's trial `lane`, N.
  Eigen::VectorXd last_state(const TrialGroup& group, std::size_t lane) const;
  /// r of the group's trial `lane` at a step, N; recorded runs only.
  Eigen::VectorXd rates(const TrialGroup& group, std::size_t lane, std::size_t step) const;
  /// r of the group's trial `lane`, mean over units and the trial's own steps; not recorded runs
  /// only.
  double mean_rate(const TrialGroup& group, std::size_t lane) const;

  const Real* input() const { return input_.data(); }
  const Real* rate() const { return rate_.data(); }
  const Real* slope() const { return slope_.data(); }
  const Real* loop_sums() const { return loop_sums_.data(); }
  const Real* pull() const { return pull_.empty() ? nullptr : pull_.data(); }

  static std::size_t bytes(std::size_t units, std::size_t inputs, std::size_t outputs,
                           std::size_t steps, bool panels, bool record, bool pull,
                           std::size_t loop_rows = 0);

 private:
  void load_input(std::span<const Trial> trials, const TrialGroup& group);
  void load_added(const TrialGroup& group, const NoiseSeries& noise);
  Eigen::VectorXd units_of(const Real* row, const TrialGroup& group, std::size_t lane) const;

  std::size_t units_, padded_, steps_, inputs_, outputs_;
  bool record_;
  AlignedVector<Real> input_, rate_, slope_, pull_, output_, total_rate_, current_, drive_;
  std::vector<Real> own_rate_;  ///< per lane: r summed over units up to the trial's own end
  std::vector<std::size_t> own_steps_;
  AlignedVector<Real> spike_state_, loop_sums_, added_;
  AlignedVector<float> xi_, spike_xi_;
};

extern template class ForwardPass<float>;
extern template class ForwardPass<double>;

}  // namespace rheobase::rate
