#include "rate/dynamics/internal/network.hpp"

#include <algorithm>
#include <cmath>

namespace rheobase::rate {

namespace {

/// Standard deviation of the noise relative to a Poisson process's: a LIF unit fires more
/// regularly.
constexpr double kSpikeNoiseFactor = 0.5;

}  // namespace

template <class Real>
Network<Real>::Network(const RateModel& model, ConnectivityUse use, SimdLevel level)
    : layout_(model),
      activation_(model.activation),
      level_(level),
      padded_((layout_.units + 15) / 16 * 16),
      inputs_(static_cast<std::size_t>(model.inputs())),
      tau_min_(model.tau_min_steps),
      tau_max_(model.tau_max_steps),
      recurrent_(model, use, level),
      decay_(padded_, Real{0}),
      gain_(padded_, Real{0}),
      input_weights_(inputs_ * padded_, Real{0}),
      readout_(padded_, Real{0}),
      gain_slope_(layout_.units, 0.0) {
  for (std::size_t k = 0; k < inputs_; ++k) {
    const auto column = model.w_in.col(static_cast<Eigen::Index>(k));
    std::transform(column.begin(), column.end(),
                   input_weights_.begin() + static_cast<std::ptrdiff_t>(k * padded_),
                   [](double weight) { return static_cast<Real>(weight); });
  }
  for (std::size_t i = 0; i < layout_.units; ++i) {
    set_time_constant(i, tau_min_);
  }
}

template <class Real>
void Network<Real>::set_time_constant(std::size_t unit, double tau) {
  gain_[unit] = static_cast<Real>(1.0 / tau);
  decay_[unit] = static_cast<Real>(1.0 - 1.0 / tau);
  if (!spike_scale_.empty()) {
    const double tau_s = tau * kRateStepMs / 1000.0;
    const double decay = std::exp(-1.0 / tau);
    spike_scale_[unit] =
        static_cast<Real>(kSpikeNoiseFactor / std::sqrt(2.0 * tau_s * spike_scaling_factor_));
    spike_decay_[unit] = static_cast<Real>(decay);
    spike_kick_[unit] = static_cast<Real>(std::sqrt(1.0 - decay * decay));
  }
}

template <class Real>
void Network<Real>::use_spike_noise(double scaling_factor) {
  spike_scaling_factor_ = scaling_factor;
  for (AlignedVector<Real>* values : {&spike_scale_, &spike_decay_, &spike_kick_}) {
    values->assign(scaling_factor > 0.0 ? padded_ : 0, Real{0});
  }
  for (std::size_t i = 0; i < layout_.units; ++i) {
    set_time_constant(i, tau_min_);
  }
}

template <class Real>
void Network<Real>::load(std::span<const Real> parameters) {
  recurrent_.load(parameters.data() + layout_.w());
  std::copy_n(parameters.data() + layout_.w_out(), layout_.units, readout_.data());
  bias_ = parameters[layout_.b_out()];
  for (std::size_t i = 0; layout_.trains_tau && i < layout_.units; ++i) {
    const double gate =
        1.0 / (1.0 + std::exp(-static_cast<double>(parameters[layout_.tau_gate() + i])));
    const double tau = gate * (tau_max_ - tau_min_) + tau_min_;
    set_time_constant(i, tau);
    gain_slope_[i] = -gate * (1.0 - gate) * (tau_max_ - tau_min_) / (tau * tau);
  }
  for (std::size_t k = 0; layout_.trains_input && k < inputs_; ++k) {
    std::copy_n(parameters.data() + layout_.w_in() + k * layout_.units, layout_.units,
                input_weights_.data() + k * padded_);
  }
}

template <class Real>
void Network<Real>::describe(ForwardArguments<Real>& arguments) const {
  arguments.activation = activation_;
  arguments.units = units();
  arguments.padded = padded_;
  arguments.inputs = inputs_;
  arguments.recurrent = recurrent_.forward();
  arguments.decay = decay_.data();
  arguments.gain = gain_.data();
  arguments.input_weights = input_weights_.data();
  arguments.readout = readout_.data();
  arguments.bias = bias_;
  if (spike_noise()) {
    arguments.spike_scale = spike_scale_.data();
    arguments.spike_decay = spike_decay_.data();
    arguments.spike_kick = spike_kick_.data();
  }
}

template <class Real>
void Network<Real>::describe(BackwardArguments<Real>& arguments) const {
  arguments.units = units();
  arguments.padded = padded_;
  arguments.transposed = recurrent_.transposed();
  arguments.decay = decay_.data();
  arguments.gain = gain_.data();
  arguments.readout = readout_.data();
}

template class Network<float>;
template class Network<double>;

}  // namespace rheobase::rate
