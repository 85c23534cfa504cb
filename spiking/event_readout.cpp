#include "spiking/event_readout.hpp"

#include <cmath>

#include "core/simd/dispatch.hpp"
#include "spiking/aligned_vector.hpp"
#include "spiking/clock_kernels.hpp"

namespace rheobase {

namespace {

/// The modes of all units and their step over one sample period (Hz, ms).
class RateModes {
 public:
  RateModes(const EventNetwork& network, double period_ms)
      : network_(network), kernels_(RHEOBASE_SIMD_DISPATCH(simd_level(), clock_kernels<double>)()) {
    const auto units = static_cast<std::size_t>(network.units());
    const std::size_t padded = padded_to_packs<double>(units);
    for (AlignedVector<double>* values : {&r_, &rise_, &keep_, &from_rise_, &weight_}) {
      values->assign(padded, 0.0);
    }
    double rise_keep = 1.0;
    for (std::size_t unit = 0; unit < units; ++unit) {
      const auto at = static_cast<Eigen::Index>(unit);
      const DecayRates rates = network.rates(at);
      keep_[unit] = std::exp(-rates.decay * period_ms);
      from_rise_[unit] = exponential_cascade(rates.decay, rates.rise, period_ms);
      weight_[unit] = network.w_out[at];
      rise_keep = std::exp(-rates.rise * period_ms);
    }
    filter_ = {r_.data(),
               rise_.data(),
               keep_.data(),
               from_rise_.data(),
               weight_.data(),
               rise_keep,
               padded / (64 / sizeof(double))};
  }

  /// To the next sample; returns the readout without the spikes since the last one.
  double advance() { return kernels_.advance_readout(filter_); }

  /// A spike `age_ms` before the sample; returns what it adds to the readout.
  double add(std::int32_t unit, double age_ms) {
    const auto at = static_cast<std::size_t>(unit);
    const DecayRates rates = network_.rates(unit);
    const double jump = network_.rate_jump(unit);
    double r = 0.0;
    if (network_.double_exponential()) {
      rise_[at] += jump * std::exp(-rates.rise * age_ms);
      r = jump * exponential_cascade(rates.decay, rates.rise, age_ms);
    } else {
      r = jump * std::exp(-rates.decay * age_ms);
    }
    r_[at] += r;
    return weight_[at] * r;
  }

  auto rate() const { return Eigen::Map<const Eigen::VectorXd>(r_.data(), network_.units()); }

 private:
  const EventNetwork& network_;
  ClockKernels<double> kernels_;
  AlignedVector<double> r_, rise_, keep_, from_rise_, weight_;
  ReadoutFilter<double> filter_;
};

}  // namespace

EventReadout read_out(const EventNetwork& network, std::span<const SpikeEvent> spikes,
                      const SampleGrid& samples, bool keep_rate) {
  EventReadout readout;
  readout.output.resize(samples.count);
  if (keep_rate) {
    readout.rate.resize(network.units(), samples.count);
  }
  RateModes modes(network, samples.period_ms);
  std::size_t next = 0;
  for (Eigen::Index sample = 0; sample < samples.count; ++sample) {
    const double time_ms = samples.time_ms(sample);
    double output = modes.advance();
    for (; next < spikes.size() && spikes[next].time_ms <= time_ms; ++next) {
      output += modes.add(spikes[next].unit, time_ms - spikes[next].time_ms);
    }
    readout.output[sample] = output + network.b_out;
    if (keep_rate) {
      readout.rate.col(sample) = modes.rate();
    }
  }
  return readout;
}

}  // namespace rheobase
