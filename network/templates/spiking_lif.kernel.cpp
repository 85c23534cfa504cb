// The equations of spiking_lif.cpp; the order of their quantities is that of the text there.
#include "network/kernels/simd/unit_loops.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

struct SpikingLif : NoOutputs {
  static constexpr std::size_t variables = 3, parameters = 7, inputs = 2, means = 0, actions = 2;

  template <class R>
  RHEOBASE_INLINE static void derivative(const Unit<R>& unit, R* out) {
    const auto& [v, I, h] = state<3>(unit);
    const auto& [tau_m, bias, rise, decay] = parameter<4>(unit);
    out[0] = (-v + I + bias + unit.in[0]) / tau_m;
    out[1] = -I / decay + h;
    out[2] = -h / rise;
  }
  template <class R>
  RHEOBASE_INLINE static void margin(const Unit<R>& unit, R* out) {
    out[0] = unit.y[0] - unit.p[4];
  }
  template <class R>
  RHEOBASE_INLINE static void actions_of(const Unit<R>& unit, R* out) {
    out[0] = unit.p[5];
    out[1] = unit.in[1] * 1000.0 / (unit.p[2] * unit.p[3]);
  }
};

}  // namespace rheobase::RHEOBASE_SIMD::network

RHEOBASE_DEFINE_UNIT_KERNELS(spiking_lif, SpikingLif)
