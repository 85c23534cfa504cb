#pragma once

#include <span>

#include "core/sampled_signal.hpp"
#include "rate/dynamics/internal/connectivity.hpp"
#include "rate/models/internal/parameters.hpp"
#include "rate/models/rate_model.hpp"

namespace rheobase::rate {

/// A rate network in the number type and layout of the kernels. Made from a model once, then
/// loaded with new parameters at every update.
template <class Real>
class Network {
 public:
  Network(const RateModel& model, ConnectivityUse use, SimdLevel level);

  void load(std::span<const Real> parameters);

  /// Spike-like noise of a network mapped with the scaling factor s, to be taken over by load():
  /// r + 0.5 sqrt(r / (2 td s)) n with td in seconds and n of time constant td. 0: none.
  void use_spike_noise(double scaling_factor);
  bool spike_noise() const { return !spike_scale_.empty(); }

  /// The network's part of a kernel's arguments.
  void describe(ForwardArguments<Real>& arguments) const;
  void describe(BackwardArguments<Real>& arguments) const;

  const ParameterLayout& layout() const { return layout_; }
  const Connectivity<Real>& recurrent() const { return recurrent_; }
  std::size_t units() const { return layout_.units; }
  std::size_t padded() const { return padded_; }
  std::size_t inputs() const { return inputs_; }
  SimdLevel level() const { return level_; }

  /// d(1/tau)/dg of one unit.
  double gain_slope(std::size_t unit) const { return gain_slope_[unit]; }

 private:
  void set_time_constant(std::size_t unit, double tau);

  ParameterLayout layout_;
  Activation activation_;
  SimdLevel level_;
  std::size_t padded_, inputs_;
  double tau_min_, tau_max_;
  Connectivity<Real> recurrent_;
  double spike_scaling_factor_ = 0.0;
  AlignedVector<Real> decay_, gain_, input_weights_, readout_;
  AlignedVector<Real> spike_scale_, spike_decay_, spike_kick_;
  std::vector<double> gain_slope_;
  Real bias_ = 0;
};

extern template class Network<float>;
extern template class Network<double>;

}  // namespace rheobase::rate
