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
  double spike_noise = 0.0;  ///< scaling factor of spike-like noise (Network); 0: none
  double l2_rates = 0.0;     ///< times the mean of r^2 over units and steps is added to a loss
  double l2_weights = 0.0;   ///< times the sum of W^2 is added to the mean loss
  int threads = 1;           ///< over groups of trials; no influence on the result
  SimdLevel level = simd_level();
};

/// Backpropagation through time of the mean loss of a batch, written out by hand (Werbos 1990;
/// equations in backward.kernel.cpp). Real is float, or double to check gradients.
template <class Real>
class Bptt {
 public:
  Bptt(std::shared_ptr<const Parametrisation<Real>> parametrisation, const BpttOptions& options);

  /// Gradient of the mean loss at `parameters`, in the parametrisation's blocks.
  /// @throws InputError for another number of trials than options.batch or trials that do not fit,
  /// Cancelled when `control` asks to stop: there is no gradient then
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
              TrainedParts trained);
    ForwardPass<Real> forward;
    AlignedVector<Real> error, rate_cost, adjoint, feedback, scaled, delta, presynaptic;
    AlignedVector<Real> gain_gradient, readout_gradient, weight_gradient;
    std::vector<double> input_gradient;  ///< as w_in; empty where it is fixed
    std::vector<double> bias_gradient;   ///< outputs
    double penalty = 0.0;
  };

  void run_group(Workspace& work, std::span<const Trial> trials, const TrialGroup& group,
                 const NoiseSeries& noise);
  void load_error(Workspace& work, std::span<const Trial> trials, const TrialGroup& group);
  void load_rate_cost(Workspace& work, std::size_t trials, const TrialGroup& group);
  void add_weight_penalty();
  void walk_back(Workspace& work, const TrialGroup& group);
  void add_input_gradient(Workspace& work, bool panel, std::size_t first, std::size_t last) const;
  void add(const Workspace& work, const TrialGroup& group);

  BpttOptions options_;
  std::shared_ptr<const Parametrisation<Real>> parametrisation_;
  KernelNetwork<Real> network_;
  std::vector<Workspace> workspaces_;
  NetworkGradient<Real> totals_;  ///< the sums over groups are taken in order
  std::vector<Real> gradient_;
  std::vector<double> losses_;
  double penalty_ = 0.0;
};

extern template class Bptt<float>;
extern template class Bptt<double>;

}  // namespace rheobase::rate
