#include "spiking/event/event_readout.hpp"

#include "spiking/internal/sampled_readout.hpp"

namespace rheobase::spiking {

namespace {

constexpr Eigen::Index kFlushSamples = 64;

}  // namespace

EventReadout read_out(const EventNetwork& network, std::span<const SpikeEvent> spikes,
                      const SampleGrid& samples, bool keep_rate) {
  EventReadout readout;
  readout.output.resize(network.w_out.rows(), samples.count);
  if (keep_rate) {
    readout.rate.resize(network.units(), samples.count);
  }
  SampledReadout<double> filter(network.readout_filter, network.w_out, samples.period_ms,
                                simd_level());
  std::size_t next = 0;
  for (Eigen::Index sample = 0; sample < samples.count; ++sample) {
    const double time_ms = samples.time_ms(sample);
    for (; next < spikes.size() && spikes[next].time_ms <= time_ms; ++next) {
      filter.spike(spikes[next].unit, spikes[next].time_ms);
    }
    readout.output.col(sample) = filter.sample(time_ms) + network.b_out;
    if (keep_rate) {
      readout.rate.col(sample) = filter.rate();
    }
    if (sample % kFlushSamples == 0) {
      filter.flush();
    }
  }
  return readout;
}

}  // namespace rheobase::spiking
