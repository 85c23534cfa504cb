// The equations of qif_sfa.cpp; the order of their quantities is that of the text there.
#include "network/kernels/simd/unit_loops.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

struct QifAdapting : NoOutputs {
  static constexpr std::size_t variables = 3, parameters = 8, inputs = 2, means = 0, actions = 3;

  template <class R>
  RHEOBASE_INLINE static void derivative(const Unit<R>& unit, R* out) {
    const auto& [v, s, x] = state<3>(unit);
    const auto& [tau, k, eta, tau_s, alpha, tau_x] = parameter<6>(unit);
    const auto& [s_in, I_ext] = input<2>(unit);
    out[0] = (v * v + eta - x + I_ext) / tau + k * s_in;
    out[1] = -s / tau_s;
    out[2] = -x / tau_x;
  }
  template <class R>
  RHEOBASE_INLINE static void margin(const Unit<R>& unit, R* out) {
    out[0] = unit.y[0] - unit.p[6];
  }
  template <class R>
  RHEOBASE_INLINE static void actions_of(const Unit<R>& unit, R* out) {
    out[0] = unit.p[7];
    out[1] = R::all(1.0);
    out[2] = unit.p[4];
  }
};

}  // namespace rheobase::RHEOBASE_SIMD::network

RHEOBASE_DEFINE_UNIT_KERNELS(qif_sfa, QifAdapting)
