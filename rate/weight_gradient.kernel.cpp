// dL/dW at the entries that can change: one dot product over time (and trials) each.
#include "core/simd/pack.hpp"
#include "rate/kernels.hpp"

namespace rheobase::RHEOBASE_SIMD {

namespace {

template <class Real>
RHEOBASE_INLINE Real dot(const Real* a, const Real* b, std::size_t count) {
  using P = Pack<Real>;
  constexpr std::size_t lanes = P::lanes;
  P even = P::all(0);
  P odd = P::all(0);
  std::size_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    even = even + P::load(a + i) * P::load(b + i);
    odd = odd + P::load(a + i + lanes) * P::load(b + i + lanes);
  }
  if (i < count) {
    even = even + P::load(a + i) * P::load(b + i);
  }
  return sum(even + odd);
}

}  // namespace

template <class Real>
void weight_gradient(const WeightGradientArguments<Real>& a) {
  for (std::size_t j = 0; j < a.units; ++j) {
    const Real* presynaptic = a.presynaptic + j * a.width;
    for (std::uint32_t k = a.columns.begin[j]; k < a.columns.begin[j + 1]; ++k) {
      a.gradient[k] += dot(a.delta + a.columns.index[k] * a.width, presynaptic, a.width);
    }
  }
}

template void weight_gradient<float>(const WeightGradientArguments<float>&);
template void weight_gradient<double>(const WeightGradientArguments<double>&);

}  // namespace rheobase::RHEOBASE_SIMD
