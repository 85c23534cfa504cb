#pragma once

#include <cstddef>
#include <vector>

#include "core/normal_noise.hpp"
#include "network/network.hpp"
#include "network/spike_events.hpp"

namespace rheobase::network {

/// White noise on variables: sigma sqrt(dt) xi is added in every step (Euler-Maruyama). xi is a
/// function of seed, trial, unit and step alone.
class NoiseSource {
 public:
  NoiseSource(const Network& network, Seed seed, std::uint32_t trial, SimdLevel level);

  /// Adds the noise of `step`; clamped variables of refractory units stay.
  void add(long step, const SpikeEvents& spikes, double* y);

 private:
  struct OfVariable {
    std::size_t population;
    std::size_t variable;
    std::size_t first;  ///< of its units among all noisy ones
    double scale;
  };
  bool clamps(const SpikeEvents& spikes, const OfVariable& of) const;

  const Network& network_;
  NoiseStream stream_;
  SimdLevel level_;
  std::vector<OfVariable> variables_;
  std::size_t stride_ = 0;
  std::vector<float> rows_;  ///< four steps
  long block_ = -1;
};

}  // namespace rheobase::network
