#include "spiking/bridge/bridge_passage.hpp"

#include <cmath>

#include "core/elementary.hpp"

namespace rheobase::spiking {

double first_passage_ms(double start, double end, double intensity, double duration_ms,
                        double normal, double uniform) {
  if (!(start > 0.0)) {
    return 0.0;
  }
  const double shape = start * start / (intensity * duration_ms);
  const double inverse_mean = std::abs(end) / start;
  const double chi = normal * normal;
  // The smaller root mean / (1 + phi + sqrt(phi (2 + phi))), phi = chi mean / (2 shape), written
  // with the inverse of the mean: end = 0 has an infinite one.
  const double phi = 0.5 * chi / shape;
  double odds = 1.0 / (inverse_mean + phi + std::sqrt(phi * (2.0 * inverse_mean + phi)));
  if (uniform * (1.0 + odds * inverse_mean) > 1.0) {
    odds = 1.0 / (inverse_mean * inverse_mean * odds);
  }
  return std::isfinite(odds) ? duration_ms * (odds / (1.0 + odds)) : duration_ms;
}

SpikeDraws::SpikeDraws(Seed seed, std::uint32_t trial, std::uint32_t unit, std::uint32_t spike) {
  const auto words = philox_block(
      {unit, spike, static_cast<std::uint32_t>(Purpose::membrane_crossing), 0}, {seed, trial});
  const auto uniform = [&](std::size_t i) { return (words[i] + 0.5) * 0x1p-32; };
  const double radius = std::sqrt(-2.0 * elementary::log(uniform(1)));
  const auto [sine, cosine] = elementary::sine_cosine_of_turns(uniform(2));
  limit = uniform(0);
  passage_normal = radius * cosine;
  passage_uniform = uniform(3);
  restart_normal = radius * sine;
}

}  // namespace rheobase::spiking
