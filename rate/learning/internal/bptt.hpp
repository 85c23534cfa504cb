// Gradient of the mean loss of a batch of B trials with N units and T steps,
//
//   L = 1/B sum_b loss(o_b, z_b)                                             loss.hpp
//       + l2_rates / (B N T) sum_b sum_i sum_{1 <= t < T} r_i(t)^2
//       + l2_weights sum_ij W_ij^2
//
// by backpropagation through time, written out by hand: dynamics/internal/backward.kernel.cpp.
// Reference: Werbos, Proc IEEE 78:1550 (1990).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/run_control.hpp"
#include "rate/dynamics/internal/forward_pass.hpp"
#include "rate/dynamics/internal/parametrisation.hpp"
#include "rate/learning/loss.hpp"

namespace rheobase::rate {

struct BpttOptions {
  std::size_t steps = 0;  ///< T of every trial
  std::size_t batch = 1;  ///< trials of every call of run()
  Loss loss = Loss::l2;
  std::size_t first_step = 1;  ///< 0: the output of x_0 counts too, a target's first column is its
  double spike_noise = 0.0;    ///< scaling factor of spike-like noise; 0: none
  double l2_rates = 0.0;       ///< times the mean of r^2 over units and steps is added to a loss
  double l2_weights = 0.0;     ///< times the sum of W^2 is added to the mean loss
  int threads = 1;             ///< over groups of trials; no influence on the result
  SimdLevel level = simd_level();
};

/// The gradient of one batch after the other. Real is float, or double to check gradients.
template <class Real>
class Bptt {
 public:
  Bptt(std::shared_ptr<const Parametrisation<Real>> parametrisation, const BpttOptions& options);

  /// Gradient of the mean loss at `parameters`, in the parametrisation's blocks.
  /// @throws InputError for another number of trials than options.batch or trials that do not fit,
  /// Cancelled when `control`, asked within trials by every thread, says so: there is no gradient
  /// then
  void run(std::span<const Real> parameters, std::span<const Trial> trials,
           const NoiseSeries& noise, const RunControl& control = {});

  /// Of the last call: dL/dparameters with all penalties, and every trial's loss without them.
  std::span<Real> gradient() { return gradient_; }
  std::span<const double> losses() const { return losses_; }

  /// What the penalties of the last call add to the mean loss.
  double penalty() const { return penalty_; }

  const ParameterBlocks& blocks() const { return parametrisation_->blocks(); }

  /// Upper bound of the memory of one object.
  static std::size_t bytes(const Parametrisation<Real>& parametrisation,
                           const BpttOptions& options);

 private:
  /// All that one group of trials needs; groups of one batch may run on different threads.
  struct Workspace {
    Workspace(const KernelNetwork<Real>& network, const BpttOptions& options, bool panels,
              const TrainedParts& trained);
    ForwardPass<Real> forward;
    AlignedVector<Real> error, rate_cost, adjoint, feedback, scaled, delta, presynaptic;
    AlignedVector<Real> gain_gradient, readout_gradient, weight_gradient;
    std::vector<double> input_gradient;  ///< as w_in; empty where it is fixed
    AlignedVector<Real> loop_back, back_lines, sum_lines;
    std::vector<AlignedVector<Real>> u_gradient, v_gradient;  ///< in loop_order; empty: fixed
    std::vector<double> bias_gradient;                        ///< outputs
    double penalty = 0.0;
  };

  void run_group(Workspace& work, std::span<const Trial> trials, const TrialGroup& group,
                 const NoiseSeries& noise, const RunControl& control);
  void load_error(Workspace& work, std::span<const Trial> trials, const TrialGroup& group);
  void load_rate_cost(Workspace& work, std::size_t trials, const TrialGroup& group);
  void add_weight_penalty();
  void walk_back(Workspace& work, const TrialGroup& group, const RunControl& control);
  BackwardArguments<Real> backward_arguments(Workspace& work, const TrialGroup& group) const;
  void add_first_step(Workspace& work, const TrialGroup& group) const;
  void add_loop_gradients(Workspace& work, const BackwardArguments<Real>& walked) const;
  void add_loops(const Workspace& work);
  void add_input_gradient(Workspace& work, bool panel, std::size_t first, std::size_t last) const;
  void add(const Workspace& work, const TrialGroup& group);

  BpttOptions options_;
  std::shared_ptr<const Parametrisation<Real>> parametrisation_;
  TrainedParts trained_;
  KernelNetwork<Real> network_;
  std::vector<FullOrder> loop_order_;  ///< of every loop's gradient; empty: none is trained
  std::vector<Workspace> workspaces_;
  NetworkGradient<Real> totals_;  ///< the sums over groups are taken in order
  std::vector<Real> gradient_;
  std::vector<double> losses_;
  double penalty_ = 0.0;
};

extern template class Bptt<float>;
extern template class Bptt<double>;

}  // namespace rheobase::rate
