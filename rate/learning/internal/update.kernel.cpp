// One pass over all parameters each: Adam, the norm of a gradient, the pattern of the weights.
#include "core/simd/math.hpp"
#include "rate/dynamics/internal/kernels.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace {

RHEOBASE_INLINE void adam_pack(const AdamArguments& a, const float* gradient, float* parameter,
                               float* mean, float* square) {
  const Floats g = Floats::load(gradient);
  const Floats m = Floats::load(mean) * a.beta1 + g * (1.0F - a.beta1);
  const Floats v = Floats::load(square) * a.beta2 + g * g * (1.0F - a.beta2);
  m.store(mean);
  v.store(square);
  const Floats kept = Floats::load(parameter) * a.keep;
  (kept - m * a.step / (sqrt(v) + a.epsilon)).store(parameter);
}

}  // namespace

void adam(const AdamArguments& a) {
  std::size_t i = 0;
  for (; i + Floats::lanes <= a.count; i += Floats::lanes) {
    adam_pack(a, a.gradient + i, a.parameter + i, a.mean + i, a.square + i);
  }
  const std::size_t rest = a.count - i;
  if (rest == 0) {
    return;
  }
  float tail[4][Floats::lanes] = {};
  for (std::size_t k = 0; k < rest; ++k) {
    tail[0][k] = a.gradient[i + k];
    tail[1][k] = a.parameter[i + k];
    tail[2][k] = a.mean[i + k];
    tail[3][k] = a.square[i + k];
  }
  adam_pack(a, tail[0], tail[1], tail[2], tail[3]);
  for (std::size_t k = 0; k < rest; ++k) {
    a.parameter[i + k] = tail[1][k];
    a.mean[i + k] = tail[2][k];
    a.square[i + k] = tail[3][k];
  }
}

double squared_norm(const float* values, std::size_t count) {
  constexpr std::size_t block = 4096;
  double total = 0.0;
  for (std::size_t from = 0; from < count; from += block) {
    const std::size_t to = from + block < count ? from + block : count;
    Floats partial = Floats::all(0.0F);
    std::size_t i = from;
    for (; i + Floats::lanes <= to; i += Floats::lanes) {
      const Floats value = Floats::load(values + i);
      partial = partial + value * value;
    }
    total += static_cast<double>(sum(partial));
    for (; i < to; ++i) {
      total += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    }
  }
  return total;
}

template <class Real>
std::size_t count_effective(const Real* w, const Real* allowed, std::size_t count) {
  using P = Pack<Real>;
  // Lanes count in Real, exactly: a block stays far below 2^24.
  constexpr std::size_t block = 1 << 16;
  const P zero = P::all(0);
  std::size_t total = 0;
  for (std::size_t from = 0; from < count; from += block) {
    const std::size_t to = from + block < count ? from + block : count;
    P ones = zero;
    std::size_t i = from;
    for (; i + P::lanes <= to; i += P::lanes) {
      const P factor = P::load(allowed + i);
      ones = ones + select_less(zero, P::load(w + i), factor * factor, zero);
    }
    total += static_cast<std::size_t>(sum(ones));
    for (; i < to; ++i) {
      total += w[i] > 0 && allowed[i] != 0 ? 1 : 0;
    }
  }
  return total;
}

template std::size_t count_effective<float>(const float*, const float*, std::size_t);
template std::size_t count_effective<double>(const double*, const double*, std::size_t);

}  // namespace rheobase::rate::RHEOBASE_SIMD
