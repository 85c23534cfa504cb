#include "core/random.hpp"

#include <cmath>

#include <Random123/philox.h>

#include "core/elementary.hpp"

namespace rheobase {

std::array<std::uint32_t, 4> philox_block(const std::array<std::uint32_t, 4>& counter,
                                          const std::array<std::uint32_t, 2>& key) {
  const r123::Philox4x32::ctr_type c{{counter[0], counter[1], counter[2], counter[3]}};
  const r123::Philox4x32::key_type k{{key[0], key[1]}};
  const auto out = r123::Philox4x32{}(c, k);
  return {out[0], out[1], out[2], out[3]};
}

RandomStream::RandomStream(Seed seed, std::uint32_t trial, Purpose purpose, std::uint32_t lane)
    : key_{seed, trial}, counter_{0, 0, static_cast<std::uint32_t>(purpose), lane} {}

std::uint32_t RandomStream::bits() {
  if (used_ == 4) {
    block_ = philox_block(counter_, key_);
    if (++counter_[0] == 0) {
      ++counter_[1];
    }
    used_ = 0;
  }
  return block_[static_cast<std::size_t>(used_++)];
}

double RandomStream::uniform() {
  const std::uint64_t high = bits() >> 5;
  const std::uint64_t low = bits() >> 6;
  const double integer = static_cast<double>((high << 26) | low);
  return (integer + 0.5) * 0x1p-53;
}

double RandomStream::uniform(double low, double high) {
  return low + (high - low) * uniform();
}

double RandomStream::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2.0 * elementary::log(uniform()));
  const elementary::SineCosine direction = elementary::sine_cosine_of_turns(uniform());
  spare_normal_ = radius * direction.sine;
  has_spare_ = true;
  return radius * direction.cosine;
}

bool RandomStream::coin(double probability) {
  return uniform() < probability;
}

std::uint32_t RandomStream::below(std::uint32_t n) {
  // Lemire (2019): multiply-shift with rejection of the biased low part.
  std::uint64_t product = static_cast<std::uint64_t>(bits()) * n;
  auto low = static_cast<std::uint32_t>(product);
  if (low < n) {
    const std::uint32_t bound = (0U - n) % n;
    while (low < bound) {
      product = static_cast<std::uint64_t>(bits()) * n;
      low = static_cast<std::uint32_t>(product);
    }
  }
  return static_cast<std::uint32_t>(product >> 32);
}

double RandomStream::gamma(double shape, double scale) {
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = normal();
    const double t = 1.0 + c * x;
    if (t <= 0.0) {
      continue;
    }
    const double v = t * t * t;
    if (elementary::log(uniform()) < 0.5 * x * x + d - d * v + d * elementary::log(v)) {
      return d * v * scale;
    }
  }
}

}  // namespace rheobase
