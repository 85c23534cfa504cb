// What the kernel of recursive least squares reads and writes: pointers only, so that the kernel
// file needs no other header.
//
// A half matrix of n inputs holds row i up to the end of the pack that contains its diagonal:
// columns 0 ... padded(i + 1) - 1, padded = rounded up to whole 64-byte packs. Entries right of the
// diagonal repeat those below it, bit for bit.
#pragma once

#include <cstddef>

namespace rheobase::rate {

template <class Real>
struct RlsArguments {
  std::size_t inputs = 0;            ///< n
  Real* p = nullptr;                 ///< half matrix, updated
  const Real* rate = nullptr;        ///< r, n values, then 0 up to a whole pack
  Real* direction = nullptr;         ///< k = P r of the old P, as long as `rate`
  Real* root = nullptr;              ///< workspace as long as `rate`
  Real* scale = nullptr;             ///< workspace as long as `rate`
  Real forgetting = 1;               ///< lambda
  Real root_inverse_forgetting = 1;  ///< 1 / sqrt(lambda)
};

template <class Real>
struct RlsOutcome {
  Real q = 0;          ///< r . k, with a negative rounding error cut to 0
  Real raw_q = 0;      ///< as summed
  bool finite = true;  ///< every entry of k
};

// rls_update:  k = P r, q = r . k, P <- (P - k k' / (lambda + q)) / lambda. Where q is 0, P stays
// and k is 0. rls_weights: w <- w - factor k, `count` values; whether all are finite.
#define RHEOBASE_DECLARE(variant)                                                         \
  namespace variant {                                                                     \
  template <class Real>                                                                   \
  RlsOutcome<Real> rls_update(const RlsArguments<Real>& arguments);                       \
  template <class Real>                                                                   \
  bool rls_weights(const Real* direction, Real factor, std::size_t count, Real* weights); \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE

}  // namespace rheobase::rate
