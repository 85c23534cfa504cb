// Recursive least squares on one half matrix: product, downdate, weights.
#include "core/simd/math.hpp"
#include "rate/dynamics/internal/pack_transpose.hpp"
#include "rate/learning/rls/internal/rls_kernels.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace {

/// Rows that share a load of k and r: as many as leave registers for the operands.
constexpr std::size_t kRowsAtOnce = kRegisterBytes == 64 ? 8 : kRegisterBytes == 32 ? 4 : 1;

/// Rows of one block: their part of k left of the block as sums of packs, what they give to k
/// below the diagonal (as columns, by symmetry), and the block on the diagonal.
template <std::size_t Rows, class Real>
RHEOBASE_INLINE void product_rows(const Real* p, std::size_t stride, const Real* rate,
                                  const Real* row_rate, Real* k, Real* sums) {
  using P = Pack<Real>;
  P total[Rows];
  P own[Rows];
  for (std::size_t row = 0; row < Rows; ++row) {
    total[row] = P::all(0);
    own[row] = P::all(row_rate[row]);
  }
  std::size_t j = 0;
  for (; j + P::lanes < stride; j += P::lanes) {
    const P other = P::load(rate + j);
    P below = P::load(k + j);
    for (std::size_t row = 0; row < Rows; ++row) {
      const P entry = P::load(p + row * stride + j);
      total[row] = total[row] + entry * other;
      below = below + entry * own[row];
    }
    below.store(k + j);
  }
  P diagonal = P::load(k + j);
  for (std::size_t row = 0; row < Rows; ++row) {
    diagonal = diagonal + P::load(p + row * stride + j) * own[row];
    total[row].store(sums + row * P::lanes);
  }
  diagonal.store(k + j);
}

template <class Real>
RHEOBASE_INLINE void clear(Real* values, std::size_t count) {
  for (std::size_t i = 0; i < count; i += Pack<Real>::lanes) {
    Pack<Real>::all(0).store(values + i);
  }
}

/// k = P r. The order of every sum is that of the rows, whatever the instruction set.
template <class Real>
RHEOBASE_INLINE void product(const RlsArguments<Real>& a) {
  using P = Pack<Real>;
  const P zero = P::all(0);
  clear(a.direction, a.inputs);
  alignas(64) Real sums[P::lanes * P::lanes];
  const Real* p = a.p;
  for (std::size_t first = 0; first < a.inputs; first += P::lanes) {
    const std::size_t stride = first + P::lanes;
    const std::size_t rows = a.inputs - first < P::lanes ? a.inputs - first : P::lanes;
    std::size_t row = 0;
    for (; row + kRowsAtOnce <= rows; row += kRowsAtOnce) {
      product_rows<kRowsAtOnce>(p + row * stride, stride, a.rate, a.rate + first + row, a.direction,
                                sums + row * P::lanes);
    }
    for (; row < rows; ++row) {
      product_rows<1>(p + row * stride, stride, a.rate, a.rate + first + row, a.direction,
                      sums + row * P::lanes);
    }
    for (; row < P::lanes; ++row) {
      zero.store(sums + row * P::lanes);
    }
    if (first > 0) {
      (P::load(a.direction + first) + sum_of_each(sums)).store(a.direction + first);
    }
    p += rows * stride;
  }
}

/// P <- P - u u', and with forgetting times s s' entry by entry: the factors commute, so that
/// both halves stay the same. From the last row to the first: the end is still in the cache.
template <bool Forgetting, class Real>
RHEOBASE_INLINE void downdate(const RlsArguments<Real>& a, std::size_t end) {
  using P = Pack<Real>;
  Real* p = a.p + end;
  for (std::size_t i = a.inputs; i-- > 0;) {
    const std::size_t stride = (i / P::lanes + 1) * P::lanes;
    p -= stride;
    const P own = P::all(a.root[i]);
    const P own_scale = P::all(Forgetting ? a.scale[i] : Real{1});
    for (std::size_t j = 0; j < stride; j += P::lanes) {
      P entry = P::load(p + j) - own * P::load(a.root + j);
      if constexpr (Forgetting) {
        entry = entry * (own_scale * P::load(a.scale + j));
      }
      entry.store(p + j);
    }
  }
}

template <class Real>
RHEOBASE_INLINE std::size_t half_matrix_size(std::size_t inputs) {
  constexpr std::size_t lanes = Pack<Real>::lanes;
  const std::size_t blocks = inputs / lanes;
  return lanes * lanes * blocks * (blocks + 1) / 2 + (inputs % lanes) * (blocks + 1) * lanes;
}

/// q = r . k, u = k / sqrt(lambda + q), s = 1 / sqrt(lambda) but 1 for inputs without a direction:
/// an input that was never active keeps its entry of P instead of growing without bound.
template <class Real>
RHEOBASE_INLINE RlsOutcome<Real> direction_sums(const RlsArguments<Real>& a) {
  using P = Pack<Real>;
  P q = P::all(0);
  P check = P::all(0);
  for (std::size_t i = 0; i < a.inputs; i += P::lanes) {
    const P k = P::load(a.direction + i);
    q = q + k * P::load(a.rate + i);
    check = check + k * Real{0};
  }
  RlsOutcome<Real> out;
  out.raw_q = sum(q);
  out.q = out.raw_q > 0 ? out.raw_q : 0;
  out.finite = sum(check) == 0 && out.raw_q - out.raw_q == 0;
  const Real root = Real{1} / static_cast<Real>(__builtin_sqrt(a.forgetting + out.q));
  for (std::size_t i = 0; i < a.inputs; i += P::lanes) {
    const P k = P::load(a.direction + i);
    (k * root).store(a.root + i);
    const P one = P::all(1);
    const P scale = P::all(a.root_inverse_forgetting);
    const P zero = P::all(0);
    select_less(zero, k * k, scale, one).store(a.scale + i);
  }
  return out;
}

}  // namespace

template <class Real>
RlsOutcome<Real> rls_update(const RlsArguments<Real>& a) {
  product(a);
  const RlsOutcome<Real> out = direction_sums(a);
  if (!out.finite) {
    return out;
  }
  if (out.q == 0) {  // no input, or k is nothing but rounding error
    clear(a.direction, a.inputs);
    return out;
  }
  const std::size_t end = half_matrix_size<Real>(a.inputs);
  if (a.forgetting == 1) {
    downdate<false>(a, end);
  } else {
    downdate<true>(a, end);
  }
  return out;
}

template <class Real>
bool rls_weights(const Real* direction, Real factor, std::size_t count, Real* weights) {
  using P = Pack<Real>;
  P check = P::all(0);
  for (std::size_t i = 0; i < count; i += P::lanes) {
    const P w = P::load(weights + i) - P::load(direction + i) * factor;
    check = check + w * Real{0};
    w.store(weights + i);
  }
  return sum(check) == 0;
}

template RlsOutcome<float> rls_update(const RlsArguments<float>&);
template RlsOutcome<double> rls_update(const RlsArguments<double>&);
template bool rls_weights(const float*, float, std::size_t, float*);
template bool rls_weights(const double*, double, std::size_t, double*);

}  // namespace rheobase::rate::RHEOBASE_SIMD
