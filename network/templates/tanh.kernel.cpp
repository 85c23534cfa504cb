// The equations of tanh.cpp; the order of their quantities is that of the text there.
#include "network/kernels/simd/unit_loops.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

struct LeakyTanh : NoSpikes {
  static constexpr std::size_t variables = 1, parameters = 3, inputs = 2, means = 0, outputs = 1;

  template <class R>
  RHEOBASE_INLINE static void derivative(const Unit<R>& unit, R* out) {
    const auto& [v] = state<1>(unit);
    const auto& [tau, k, eta] = parameter<3>(unit);
    const auto& [r_in, I_ext] = input<2>(unit);
    out[0] = -v / tau + k * r_in + I_ext + eta;
  }
  template <class R>
  RHEOBASE_INLINE static void outputs_of(const Unit<R>& unit, R* out) {
    out[0] = tanh(unit.y[0]);
  }
};

}  // namespace rheobase::RHEOBASE_SIMD::network

RHEOBASE_DEFINE_UNIT_KERNELS(tanh, LeakyTanh)
