#pragma once

#include "core/random.hpp"

namespace rheobase::spiking {

/// When a Brownian path that was `start` > 0 below the threshold at time 0 and `end` below it
/// (negative: above) at time `duration_ms` first reached it, given that it did.
///
/// tau / (duration - tau) is inverse Gaussian with mean start / |end| and shape
/// start^2 / (intensity duration); drawn after Michael, Schucany & Haas (Am Stat, 1976).
/// @param intensity  variance per time, mV^2/ms
/// @param normal     a standard normal number
/// @param uniform    a number uniform in (0, 1)
/// @return           in [0, duration_ms]
double first_passage_ms(double start, double end, double intensity, double duration_ms,
                        double normal, double uniform);

/// The random numbers of a unit's k-th spike and of the interval that follows it:
/// counter = (unit, k, Purpose::membrane_crossing, 0), key = (seed, trial).
struct SpikeDraws {
  double limit;           ///< uniform: the survival at which the next spike comes
  double passage_normal;  ///< for the time of the spike
  double passage_uniform;
  double restart_normal;  ///< for the noise of the refractory period

  SpikeDraws(Seed seed, std::uint32_t trial, std::uint32_t unit, std::uint32_t spike);
};

}  // namespace rheobase::spiking
