#include "spiking/event/spike_limit.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::spiking {

void SpikeLimit::count(double time_ms) {
  if (time_ms > since_ms_ + 1.0) {
    since_ms_ = time_ms;
    spikes_ = 0;
  }
  if (++spikes_ > most_) {
    throw InputError(engine_, fmt::format("spikes in the ms from {:g} ms on", since_ms_),
                     fmt::format("more than {} a unit", kMostPerMs),
                     "must be fewer: the drive is too strong");
  }
}

}  // namespace rheobase::spiking
