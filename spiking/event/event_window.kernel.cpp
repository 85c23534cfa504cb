// Passes of the event engine over all units at the ends of a window.
#include "core/simd/mask.hpp"
#include "spiking/event/event_fields.hpp"

namespace rheobase::spiking::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace {

/// Refractory units have an infinite margin.
RHEOBASE_INLINE Doubles if_refractory(const Doubles& margin, const Doubles& yes,
                                      const Doubles& no) {
  return select_less(Doubles::all(__DBL_MAX__), margin, yes, no);
}

/// The states at the end of the window, then the margins of the next one.
template <bool ends, bool begins>
std::ptrdiff_t pass_over(const WindowPass& pass, std::int32_t* flagged) {
  const WindowStep& step = pass.step;
  const Doubles zero = Doubles::all(0.0);
  Doubles poison = zero;
  std::ptrdiff_t found = 0;
  for (std::size_t unit = 0; unit < pass.units; unit += kWindowLanes) {
    Fields s = load_fields(pass.states + unit);
    const Doubles drive = Doubles::load(pass.drive + unit);
    const Doubles u_keep = Doubles::load(step.u_keep + unit);
    const Doubles u_from_drive = Doubles::load(step.u_from_drive + unit);
    const Doubles current_keep = Doubles::load(step.current_keep + unit);
    const Doubles current_from_h = Doubles::load(step.current_from_h + unit);
    if constexpr (ends) {
      const Doubles end = s.u * u_keep + drive * u_from_drive +
                          s.current * Doubles::load(step.u_from_current + unit) +
                          s.h * Doubles::load(step.u_from_h + unit);
      s.u = if_refractory(s.margin, Doubles::load(pass.refractory_u + unit), end);
      s.current = s.current * current_keep + s.h * current_from_h;
      s.h = s.h * step.h_keep;
    }
    if constexpr (begins) {
      poison = poison + (s.u + s.current) * 0.0;
      const Doubles free = max(s.current, s.current * current_keep);
      // D(b, g; t) still rises at the end of a window, which is shorter than both time constants.
      const Doubles force = drive + free + max(s.h, zero) * current_from_h;
      const Doubles keep = u_keep * (1.0 - pass.slack);
      const Doubles gain = u_from_drive * (1.0 + pass.slack);
      const Doubles margin = zero - (s.u * keep + max(force, zero) * gain);
      s.margin = if_refractory(s.margin, s.margin, margin);
      for (std::uint32_t bits = ~not_less_bits(s.margin, zero) & 0xffU; bits != 0;
           bits &= bits - 1) {
        flagged[found++] = static_cast<std::int32_t>(unit) + __builtin_ctz(bits);
      }
    }
    store_fields(s, pass.states + unit);
  }
  return sum(poison) == 0.0 ? found : -1;
}

void end(const WindowPass& pass) {
  pass_over<true, false>(pass, nullptr);
}

}  // namespace

WindowKernels window_kernels() {
  return {&pass_over<false, true>, &end, &pass_over<true, true>};
}

}  // namespace rheobase::spiking::RHEOBASE_SIMD
