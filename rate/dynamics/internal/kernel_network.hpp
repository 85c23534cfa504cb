#pragma once

#include <span>
#include <vector>

#include "rate/dynamics/internal/connectivity.hpp"
#include "rate/dynamics/internal/kernel_loop.hpp"
#include "rate/dynamics/internal/kernels.hpp"
#include "rate/dynamics/rate_network.hpp"

namespace rheobase::rate {

/// A rate network in the number type and layout of the kernels. Made from a network once; a
/// learner then writes new values into it at every update. The kernels know white noise on the
/// state; other noise is run step by step (rate/dynamics/stepper.hpp).
template <class Real>
class KernelNetwork {
 public:
  /// Takes over everything but the recurrent weights, which load_weights() brings.
  KernelNetwork(const RateNetwork& network, const WeightConstraint& constraint, ConnectivityUse use,
                SimdLevel level);
  // Views point into the loops' arrays: what is moved keeps them, a copy would not.
  KernelNetwork(KernelNetwork&&) noexcept = default;
  KernelNetwork& operator=(KernelNetwork&&) noexcept = default;
  KernelNetwork(const KernelNetwork&) = delete;
  KernelNetwork& operator=(const KernelNetwork&) = delete;
  ~KernelNetwork() = default;

  /// w: N x N parameters, column by column; the constraint makes weights of them.
  void load_weights(const Real* w) { recurrent_.load(w); }
  void set_time_constant(std::size_t unit, double tau_steps);
  void set_input_weights(std::size_t input, const Real* of_units);
  void set_readout(std::size_t output, const Real* of_units);
  /// u, v: N x rank of the loop, column by column.
  void set_loop(std::size_t loop, const Real* u, const Real* v);
  void set_output_bias(std::size_t output, Real bias) { output_bias_[output] = bias; }

  /// Spike-like noise of a network mapped with the scaling factor s: r + 0.5 sqrt(r / (2 td s)) n
  /// but for the guard (forward.kernel.cpp), td in seconds, n of time constant td. 0: none.
  /// @throws InputError for a transfer function with negative rates
  void use_spike_noise(double scaling_factor);
  bool spike_noise() const { return !spike_scale_.empty(); }

  /// The network's part of a kernel's arguments.
  void describe(ForwardArguments<Real>& arguments) const;
  void describe(BackwardArguments<Real>& arguments) const;

  const Connectivity<Real>& recurrent() const { return recurrent_; }
  const std::vector<KernelLoop<Real>>& loops() const { return loops_; }
  LoopsView<Real> loops_view() const { return {views_.size(), loop_rows_, views_.data()}; }
  std::size_t units() const { return tau_steps_.size(); }
  std::size_t padded() const { return padded_; }
  std::size_t inputs() const { return inputs_; }
  std::size_t outputs() const { return output_bias_.size(); }
  SimdLevel level() const { return level_; }

 private:
  std::size_t transfer_;
  bool negative_rates_;
  SimdLevel level_;
  std::size_t padded_, inputs_;
  double step_ms_;
  std::vector<double> tau_steps_;
  Connectivity<Real> recurrent_;
  double spike_scaling_factor_ = 0.0;
  AlignedVector<Real> decay_, gain_, input_weights_, unit_bias_, readout_;
  AlignedVector<Real> spike_scale_, spike_decay_, spike_kick_;
  std::vector<Real> output_bias_;
  std::vector<KernelLoop<Real>> loops_;
  std::vector<LoopView<Real>> views_;  ///< of the loops: their arrays never move
  std::size_t loop_rows_ = 0;
};

/// Do the kernels know all that the network has?
bool kernels_know(const RateNetwork& network);

/// A network ready to run, its weights as they are.
template <class Real>
KernelNetwork<Real> kernel_network(const RateNetwork& network, ConnectivityUse use,
                                   SimdLevel level);

extern template class KernelNetwork<float>;
extern template class KernelNetwork<double>;

}  // namespace rheobase::rate
