#include "rate/dynamics/internal/kernel_network.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::rate {

namespace {

/// Standard deviation of the noise relative to a Poisson process's: a LIF unit fires more
/// regularly.
constexpr double kSpikeNoiseFactor = 0.5;

/// Values of units, one signal behind the other, each padded.
template <class Real>
void put(const Eigen::VectorXd& of_units, std::size_t signal, std::size_t padded,
         AlignedVector<Real>& to) {
  std::transform(of_units.begin(), of_units.end(),
                 to.begin() + static_cast<std::ptrdiff_t>(signal * padded),
                 [](double value) { return static_cast<Real>(value); });
}

}  // namespace

template <class Real>
KernelNetwork<Real>::KernelNetwork(const RateNetwork& network, const WeightConstraint& constraint,
                                   ConnectivityUse use, SimdLevel level)
    : transfer_(transfer_index(network.transfer)),
      negative_rates_(transfer_named(network.transfer).lowest < 0.0),
      level_(level),
      padded_((static_cast<std::size_t>(network.units()) + 15) / 16 * 16),
      inputs_(static_cast<std::size_t>(network.inputs())),
      step_ms_(network.step_ms),
      tau_steps_(static_cast<std::size_t>(network.units())),
      recurrent_(constraint, use, level),
      decay_(padded_, Real{0}),
      gain_(padded_, Real{0}),
      input_weights_(inputs_ * padded_, Real{0}),
      unit_bias_(network.bias.isZero(0.0) ? 0 : padded_, Real{0}),
      readout_(static_cast<std::size_t>(network.outputs()) * padded_, Real{0}) {
  for (Eigen::Index k = 0; k < network.inputs(); ++k) {
    put<Real>(network.w_in.col(k), static_cast<std::size_t>(k), padded_, input_weights_);
  }
  if (!unit_bias_.empty()) {
    put<Real>(network.bias, 0, padded_, unit_bias_);
  }
  for (Eigen::Index k = 0; k < network.outputs(); ++k) {
    put<Real>(network.w_out.row(k), static_cast<std::size_t>(k), padded_, readout_);
    output_bias_.push_back(static_cast<Real>(network.b_out[k]));
  }
  for (const LowRankLoop& loop : network.loops) {
    loops_.emplace_back(loop, network.step_ms, loop_rows_);
    views_.push_back(loops_.back().view());
    loop_rows_ += loops_.back().padded_rank();
  }
  for (std::size_t i = 0; i < units(); ++i) {
    set_time_constant(i, network.tau_ms[static_cast<Eigen::Index>(i)] / network.step_ms);
  }
}

template <class Real>
void KernelNetwork<Real>::set_time_constant(std::size_t unit, double tau) {
  tau_steps_[unit] = tau;
  gain_[unit] = static_cast<Real>(1.0 / tau);
  decay_[unit] = static_cast<Real>(1.0 - 1.0 / tau);
  if (!spike_scale_.empty()) {
    const double tau_s = tau * step_ms_ / 1000.0;
    const double decay = elementary::exp(-1.0 / tau);
    spike_scale_[unit] =
        static_cast<Real>(kSpikeNoiseFactor / std::sqrt(2.0 * tau_s * spike_scaling_factor_));
    spike_decay_[unit] = static_cast<Real>(decay);
    spike_kick_[unit] = static_cast<Real>(std::sqrt(1.0 - decay * decay));
  }
}

template <class Real>
void KernelNetwork<Real>::set_input_weights(std::size_t input, const Real* of_units) {
  std::copy_n(of_units, units(), input_weights_.data() + input * padded_);
}

template <class Real>
void KernelNetwork<Real>::set_readout(std::size_t output, const Real* of_units) {
  std::copy_n(of_units, units(), readout_.data() + output * padded_);
}

template <class Real>
void KernelNetwork<Real>::set_loop(std::size_t loop, const Real* u, const Real* v) {
  loops_[loop].load(u, v);
}

template <class Real>
void KernelNetwork<Real>::use_spike_noise(double scaling_factor) {
  if (scaling_factor > 0.0 && negative_rates_) {
    throw InputError("spike-like noise", "", "a transfer function with negative rates",
                     "must be one whose rates are 0 or more");
  }
  spike_scaling_factor_ = scaling_factor;
  for (AlignedVector<Real>* values : {&spike_scale_, &spike_decay_, &spike_kick_}) {
    values->assign(scaling_factor > 0.0 ? padded_ : 0, Real{0});
  }
  for (std::size_t i = 0; i < units(); ++i) {
    set_time_constant(i, tau_steps_[i]);
  }
}

template <class Real>
void KernelNetwork<Real>::describe(ForwardArguments<Real>& arguments) const {
  arguments.transfer = transfer_;
  arguments.units = units();
  arguments.padded = padded_;
  arguments.inputs = inputs_;
  arguments.outputs = outputs();
  arguments.recurrent = recurrent_.forward();
  arguments.loops = loops_view();
  arguments.decay = decay_.data();
  arguments.gain = gain_.data();
  arguments.input_weights = input_weights_.data();
  arguments.unit_bias = unit_bias_.empty() ? nullptr : unit_bias_.data();
  arguments.readout = readout_.data();
  arguments.output_bias = output_bias_.data();
  if (spike_noise()) {
    arguments.spike_scale = spike_scale_.data();
    arguments.spike_decay = spike_decay_.data();
    arguments.spike_kick = spike_kick_.data();
  }
}

template <class Real>
void KernelNetwork<Real>::describe(BackwardArguments<Real>& arguments) const {
  arguments.units = units();
  arguments.padded = padded_;
  arguments.outputs = outputs();
  arguments.transposed = recurrent_.transposed();
  arguments.loops = loops_view();
  arguments.decay = decay_.data();
  arguments.gain = gain_.data();
  arguments.readout = readout_.data();
}

bool kernels_know(const RateNetwork& network) {
  return network.noise.process == NoiseModel::Process::white &&
         network.noise.entry == NoiseModel::Entry::state &&
         network.initial.kind == InitialState::Kind::noise;
}

template <class Real>
KernelNetwork<Real> kernel_network(const RateNetwork& network, ConnectivityUse use,
                                   SimdLevel level) {
  KernelNetwork<Real> kernel(network, as_they_are(network.w), use, level);
  const Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic> w = network.w.cast<Real>();
  kernel.load_weights(w.data());
  return kernel;
}

template class KernelNetwork<float>;
template class KernelNetwork<double>;
template KernelNetwork<float> kernel_network<float>(const RateNetwork&, ConnectivityUse, SimdLevel);
template KernelNetwork<double> kernel_network<double>(const RateNetwork&, ConnectivityUse,
                                                      SimdLevel);

}  // namespace rheobase::rate
