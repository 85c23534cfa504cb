// The equations of qif_reset.cpp; the order of their quantities is that of the text there.
#include "network/kernels/simd/unit_loops.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

struct QifReflecting : NoOutputs {
  static constexpr std::size_t variables = 2, parameters = 5, inputs = 2, means = 0, actions = 2;

  template <class R>
  RHEOBASE_INLINE static void derivative(const Unit<R>& unit, R* out) {
    const auto& [v, s] = state<2>(unit);
    const auto& [tau, k, eta, tau_s] = parameter<4>(unit);
    const auto& [s_in, I_ext] = input<2>(unit);
    out[0] = (v * v + eta + I_ext) / tau + k * s_in;
    out[1] = -s / tau_s;
  }
  template <class R>
  RHEOBASE_INLINE static void margin(const Unit<R>& unit, R* out) {
    out[0] = unit.y[0] - unit.p[4];
  }
  template <class R>
  RHEOBASE_INLINE static void actions_of(const Unit<R>& unit, R* out) {
    out[0] = -(unit.y[0] * 2.0);
    out[1] = R::all(1.0);
  }
};

}  // namespace rheobase::RHEOBASE_SIMD::network

RHEOBASE_DEFINE_UNIT_KERNELS(qif_reset, QifReflecting)
