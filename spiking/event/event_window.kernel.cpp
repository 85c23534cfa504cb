// Passes of the event engine over all units at the ends of a window.
#include "core/simd/mask.hpp"
#include "spiking/event/event_kernels.hpp"

namespace rheobase::RHEOBASE_SIMD {

namespace {

static_assert(Doubles::lanes == kWindowLanes);

/// The fields of eight states, one lane a unit.
struct Fields {
  Doubles h, current, u, margin;
};

#if defined(__AVX512F__)

using Register = Doubles::Register;

/// Lanes 0 to 3 of `first` and of `second`, or their lanes 4 to 7.
RHEOBASE_INLINE Register low_halves(Register first, Register second) {
  return __builtin_shufflevector(first, second, 0, 1, 2, 3, 8, 9, 10, 11);
}
RHEOBASE_INLINE Register high_halves(Register first, Register second) {
  return __builtin_shufflevector(first, second, 4, 5, 6, 7, 12, 13, 14, 15);
}

RHEOBASE_INLINE Fields load_fields(const WindowState* states) {
  const double* from = &states->h;
  Register pair[4];
  for (std::size_t i = 0; i < 4; ++i) {
    pair[i] = Doubles::load(from + 8 * i).part[0];
  }
  Register currents[2];
  Register voltages[2];
  for (std::size_t i = 0; i < 2; ++i) {
    const Register a = pair[2 * i];
    const Register b = pair[2 * i + 1];
    currents[i] = __builtin_shufflevector(a, b, 0, 4, 8, 12, 1, 5, 9, 13);
    voltages[i] = __builtin_shufflevector(a, b, 2, 6, 10, 14, 3, 7, 11, 15);
  }
  return {{{low_halves(currents[0], currents[1])}},
          {{high_halves(currents[0], currents[1])}},
          {{low_halves(voltages[0], voltages[1])}},
          {{high_halves(voltages[0], voltages[1])}}};
}

RHEOBASE_INLINE void store_fields(const Fields& fields, WindowState* states) {
  double* to = &states->h;
  const Register h = fields.h.part[0];
  const Register current = fields.current.part[0];
  const Register u = fields.u.part[0];
  const Register margin = fields.margin.part[0];
  const Register currents[2] = {low_halves(h, current), high_halves(h, current)};
  const Register voltages[2] = {low_halves(u, margin), high_halves(u, margin)};
  for (std::size_t i = 0; i < 2; ++i) {
    const Register a = currents[i];
    const Register b = voltages[i];
    Doubles{{__builtin_shufflevector(a, b, 0, 4, 8, 12, 1, 5, 9, 13)}}.store(to + 16 * i);
    Doubles{{__builtin_shufflevector(a, b, 2, 6, 10, 14, 3, 7, 11, 15)}}.store(to + 16 * i + 8);
  }
}

#else

RHEOBASE_INLINE Fields load_fields(const WindowState* states) {
  double fields[4][kWindowLanes];
  for (std::size_t lane = 0; lane < kWindowLanes; ++lane) {
    fields[0][lane] = states[lane].h;
    fields[1][lane] = states[lane].current;
    fields[2][lane] = states[lane].u;
    fields[3][lane] = states[lane].margin;
  }
  return {Doubles::load(fields[0]), Doubles::load(fields[1]), Doubles::load(fields[2]),
          Doubles::load(fields[3])};
}

RHEOBASE_INLINE void store_fields(const Fields& from, WindowState* states) {
  double fields[4][kWindowLanes];
  from.h.store(fields[0]);
  from.current.store(fields[1]);
  from.u.store(fields[2]);
  from.margin.store(fields[3]);
  for (std::size_t lane = 0; lane < kWindowLanes; ++lane) {
    states[lane] = {fields[0][lane], fields[1][lane], fields[2][lane], fields[3][lane]};
  }
}

#endif

/// Held units have an infinite margin.
RHEOBASE_INLINE Doubles if_held(const Doubles& margin, const Doubles& yes, const Doubles& no) {
  return select_less(Doubles::all(__DBL_MAX__), margin, yes, no);
}

}  // namespace

std::ptrdiff_t begin_window_of_all(const WindowPass& pass, std::int32_t* flagged) {
  const WindowStep& step = pass.step;
  const Doubles zero = Doubles::all(0.0);
  const Doubles keep = Doubles::all(step.u_keep * (1.0 - pass.slack));
  const Doubles gain = Doubles::all(step.u_from_drive * (1.0 + pass.slack));
  Doubles poison = zero;
  std::ptrdiff_t found = 0;
  for (std::size_t unit = 0; unit < pass.units; unit += kWindowLanes) {
    Fields s = load_fields(pass.states + unit);
    poison = poison + (s.u + s.current) * 0.0;
    const Doubles free = max(s.current, s.current * Doubles::load(step.current_keep + unit));
    // D(b, g; t) still rises at the end of a window, which is shorter than both time constants.
    const Doubles force = Doubles::load(pass.drive + unit) + free +
                          max(s.h, zero) * Doubles::load(step.current_from_h + unit);
    const Doubles margin = zero - (s.u * keep + max(force, zero) * gain);
    s.margin = if_held(s.margin, s.margin, margin);
    store_fields(s, pass.states + unit);
    for (std::uint32_t bits = ~not_less_bits(s.margin, zero) & 0xffU; bits != 0; bits &= bits - 1) {
      flagged[found++] = static_cast<std::int32_t>(unit) + __builtin_ctz(bits);
    }
  }
  return sum(poison) == 0.0 ? found : -1;
}

void end_window_of_all(const WindowPass& pass) {
  const WindowStep& step = pass.step;
  for (std::size_t unit = 0; unit < pass.units; unit += kWindowLanes) {
    Fields s = load_fields(pass.states + unit);
    const Doubles end = s.u * step.u_keep + Doubles::load(pass.drive + unit) * step.u_from_drive +
                        s.current * Doubles::load(step.u_from_current + unit) +
                        s.h * Doubles::load(step.u_from_h + unit);
    s.u = if_held(s.margin, Doubles::load(pass.held_u + unit), end);
    s.current = s.current * Doubles::load(step.current_keep + unit) +
                s.h * Doubles::load(step.current_from_h + unit);
    s.h = s.h * step.h_keep;
    store_fields(s, pass.states + unit);
  }
}

}  // namespace rheobase::RHEOBASE_SIMD
