// One Euler step of the reservoir.
#include "core/simd/mask.hpp"
#include "core/simd/math.hpp"
#include "rate/models/reservoir/internal/reservoir_kernels.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace {

/// y += W r, every sum in the order of the columns. Rows side by side hide the latency of sums.
template <std::size_t Rows, class Real>
RHEOBASE_INLINE void product_rows(const ReservoirArguments<Real>& a, std::size_t first, Real* y) {
  const std::int32_t* column[Rows];
  const Real* weight[Rows];
  Real total[Rows];
  std::size_t shortest = a.count[first];
  for (std::size_t row = 0; row < Rows; ++row) {
    column[row] = a.column + a.start[first + row];
    weight[row] = a.weight + a.start[first + row];
    total[row] = y[row];
    shortest = a.count[first + row] < shortest ? a.count[first + row] : shortest;
  }
  for (std::size_t k = 0; k < shortest; ++k) {
    for (std::size_t row = 0; row < Rows; ++row) {
      total[row] += weight[row][k] * a.r[column[row][k]];
    }
  }
  for (std::size_t row = 0; row < Rows; ++row) {
    for (std::size_t k = shortest; k < a.count[first + row]; ++k) {
      total[row] += weight[row][k] * a.r[column[row][k]];
    }
    y[row] = total[row];
  }
}

}  // namespace

template <class Real>
void reservoir_step(const ReservoirArguments<Real>& a) {
  using P = Pack<Real>;
  const std::size_t padded = (a.units + P::lanes - 1) / P::lanes * P::lanes;
  for (std::size_t i = 0; i < a.units; i += P::lanes) {
    P drive = P::all(0);
    for (std::size_t c = 0; c < a.inputs; ++c) {
      if (a.input[c] != 0) {
        drive = drive + P::load(a.input_weights + c * padded + i) * a.input[c];
      }
    }
    drive.store(a.drive + i);
  }
  std::size_t row = 0;
  for (; row + 4 <= a.units; row += 4) {
    product_rows<4>(a, row, a.drive + row);
  }
  for (; row < a.units; ++row) {
    product_rows<1>(a, row, a.drive + row);
  }
  for (std::size_t i = 0; i < a.units; i += P::lanes) {
    P drive = P::load(a.drive + i);
    if (a.xi != nullptr) {
      drive = drive + load_floats<Real>(a.xi + i) * a.noise;
    }
    const P x = P::load(a.x + i);
    const P next = x + (drive - x) / a.tau;
    next.store(a.x + i);
    tanh(next).store(a.r + i);
  }
}

template <class Real>
void tanh_of(const Real* x, std::size_t count, Real* y) {
  for (std::size_t i = 0; i < count; i += Pack<Real>::lanes) {
    tanh(Pack<Real>::load(x + i)).store(y + i);
  }
}

template void reservoir_step(const ReservoirArguments<float>&);
template void reservoir_step(const ReservoirArguments<double>&);
template void tanh_of(const float*, std::size_t, float*);
template void tanh_of(const double*, std::size_t, double*);

}  // namespace rheobase::rate::RHEOBASE_SIMD
