// dL/dW at the entries that can change: one dot product over time (and trials) each. A block of
// postsynaptic units stays in the L1 cache while the presynaptic ones stream by.
//
// For kernel files only, one a precision.
#pragma once

#include "rate/dynamics/internal/kernels.hpp"
#include "rate/dynamics/internal/pack_transpose.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace {

/// Collects the lane-wise dot products of consecutive entries and adds a full pack of entries to
/// the gradient at once.
template <class Real>
class EntrySums {
 public:
  RHEOBASE_INLINE explicit EntrySums(Real* gradient) : gradient_(gradient) {}

  RHEOBASE_INLINE void push(const Pack<Real>& products) {
    products.store(waiting_ + used_ * Pack<Real>::lanes);
    if (++used_ == Pack<Real>::lanes) {
      (Pack<Real>::load(gradient_) + sum_of_each(waiting_)).store(gradient_);
      gradient_ += Pack<Real>::lanes;
      used_ = 0;
    }
  }

  RHEOBASE_INLINE void flush() {
    Real sums[Pack<Real>::lanes];
    sum_of_each(waiting_).store(sums);
    for (std::size_t k = 0; k < used_; ++k) {
      gradient_[k] += sums[k];
    }
  }

 private:
  alignas(64) Real waiting_[Pack<Real>::lanes * Pack<Real>::lanes] = {};
  std::size_t used_ = 0;
  Real* gradient_;
};

/// `Count` entries of one presynaptic unit at once: its values are loaded once for all.
template <std::size_t Count, class Real>
RHEOBASE_INLINE void push_entries(const WeightGradientArguments<Real>& a, const Real* presynaptic,
                                  const std::uint32_t* row, EntrySums<Real>& sums) {
  using P = Pack<Real>;
  P products[Count];
  const Real* delta[Count];
  for (std::size_t k = 0; k < Count; ++k) {
    products[k] = P::all(0);
    delta[k] = a.delta + row[k] * a.width;
  }
  for (std::size_t i = 0; i < a.width; i += P::lanes) {
    const P rate = P::load(presynaptic + i);
    for (std::size_t k = 0; k < Count; ++k) {
      products[k] = products[k] + P::load(delta[k] + i) * rate;
    }
  }
  for (std::size_t k = 0; k < Count; ++k) {
    sums.push(products[k]);
  }
}

}  // namespace

template <class Real>
void weight_gradient(const WeightGradientArguments<Real>& a) {
  EntrySums<Real> sums(a.gradient);
  const std::uint32_t* begin = a.entries.begin;
  for (std::size_t block = 0; block < a.entries.blocks; ++block) {
    for (std::size_t j = 0; j < a.units; ++j, ++begin) {
      const Real* presynaptic = a.presynaptic + j * a.width;
      const std::uint32_t* row = a.entries.row + begin[0];
      const std::uint32_t* end = a.entries.row + begin[1];
      for (; row + 4 <= end; row += 4) {
        push_entries<4>(a, presynaptic, row, sums);
      }
      for (; row < end; ++row) {
        push_entries<1>(a, presynaptic, row, sums);
      }
    }
  }
  sums.flush();
}

}  // namespace rheobase::rate::RHEOBASE_SIMD
