// The equations of iku.cpp; the order of their quantities is that of the text there.
#include "network/kernels/simd/unit_loops.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

struct IzhikevichShared : NoOutputs {
  static constexpr std::size_t variables = 3, parameters = 13, inputs = 2, means = 2, actions = 3;

  template <class R>
  RHEOBASE_INLINE static void derivative(const Unit<R>& unit, R* out) {
    const auto& [v, u, s] = state<3>(unit);
    const auto& [C, k, v_r, v_th, eta, g, E_r, b, tau_u, kappa, tau_s] = parameter<11>(unit);
    const auto& [s_in, I_ext] = input<2>(unit);
    out[0] = (k * (v - v_r) * (v - v_th) - u + I_ext + eta + g * s_in * (E_r - v)) / C;
    out[1] = (b * (unit.mean[0] - v_r) - u) / tau_u;
    out[2] = -s / tau_s;
  }
  template <class R>
  RHEOBASE_INLINE static void margin(const Unit<R>& unit, R* out) {
    out[0] = unit.y[0] - unit.p[11];
  }
  template <class R>
  RHEOBASE_INLINE static void actions_of(const Unit<R>& unit, R* out) {
    out[0] = unit.p[12];
    out[1] = R::all(1.0);
    out[2] = unit.p[9] * unit.mean[1];
  }
};

}  // namespace rheobase::RHEOBASE_SIMD::network

RHEOBASE_DEFINE_UNIT_KERNELS(iku, IzhikevichShared)
