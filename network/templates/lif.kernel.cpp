// The equations of lif.cpp; the order of their quantities is that of the text there.
#include "network/kernels/simd/unit_loops.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

struct Lif : NoOutputs {
  static constexpr std::size_t variables = 2, parameters = 6, inputs = 3, means = 0, actions = 2;

  template <class R>
  RHEOBASE_INLINE static void derivative(const Unit<R>& unit, R* out) {
    const auto& [v, s] = state<2>(unit);
    const auto& [tau, k, eta, tau_s] = parameter<4>(unit);
    const auto& [s_in, s_ext, I_ext] = input<3>(unit);
    out[0] = -v / tau + k * s_in + I_ext + eta;
    out[1] = -s / tau_s + s_ext;
  }
  template <class R>
  RHEOBASE_INLINE static void margin(const Unit<R>& unit, R* out) {
    out[0] = unit.y[0] - unit.p[4];
  }
  template <class R>
  RHEOBASE_INLINE static void actions_of(const Unit<R>& unit, R* out) {
    out[0] = unit.p[5];
    out[1] = R::all(1.0);
  }
};

}  // namespace rheobase::RHEOBASE_SIMD::network

RHEOBASE_DEFINE_UNIT_KERNELS(lif, Lif)
