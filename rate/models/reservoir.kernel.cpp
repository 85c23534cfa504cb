// One Euler step of the reservoir.
#include "core/simd/mask.hpp"
#include "core/simd/math.hpp"
#include "rate/models/reservoir_kernels.hpp"

namespace rheobase::RHEOBASE_SIMD {

namespace {

/// tanh, relative error below 3e-7: a polynomial near 0, 1 - 2 e^-2|x| / (1 + e^-2|x|) elsewhere.
RHEOBASE_INLINE Floats tanh(const Floats& x) {
  constexpr float terms[] = {-0.333333343F, 0.133333042F,    -0.0539592579F,
                             0.0217689183F, -0.00834394526F, 0.00229274482F};
  const Floats zero = Floats::all(0.0F);
  const Floats one = Floats::all(1.0F);
  const Floats square = x * x;
  const Floats near = x + x * square * detail::polynomial(square, terms);
  const Floats magnitude = max(x, zero - x);
  const Floats z = exp(magnitude * -2.0F);
  const Floats far = one - (z + z) / (one + z);
  const Floats signed_far = select_less(x, zero, zero - far, far);
  return select_less(magnitude, Floats::all(0.625F), near, signed_far);
}

/// Double precision serves golden tests and Lyapunov exponents: lane by lane.
RHEOBASE_INLINE Doubles tanh(const Doubles& x) {
  return per_lane(x, [](double v) { return __builtin_tanh(v); });
}

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

}  // namespace rheobase::RHEOBASE_SIMD
