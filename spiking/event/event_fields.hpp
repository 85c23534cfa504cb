// States of eight units as fields of eight lanes; for kernel files only (see core/simd/pack.hpp).
#pragma once

#include "core/simd/pack.hpp"
#include "spiking/event/event_kernels.hpp"

namespace rheobase::spiking::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

static_assert(Doubles::lanes == kWindowLanes);

/// The fields of eight states, one lane a unit.
struct Fields {
  Doubles h, current, u, margin;
};

using Register = Doubles::Register;

#if defined(__AVX512F__)

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

#elif defined(__AVX2__)

/// Four rows become four columns, and back.
RHEOBASE_INLINE void transpose(Register (&row)[4]) {
  const Register even[2] = {__builtin_shufflevector(row[0], row[1], 0, 4, 2, 6),
                            __builtin_shufflevector(row[2], row[3], 0, 4, 2, 6)};
  const Register odd[2] = {__builtin_shufflevector(row[0], row[1], 1, 5, 3, 7),
                           __builtin_shufflevector(row[2], row[3], 1, 5, 3, 7)};
  row[0] = __builtin_shufflevector(even[0], even[1], 0, 1, 4, 5);
  row[1] = __builtin_shufflevector(odd[0], odd[1], 0, 1, 4, 5);
  row[2] = __builtin_shufflevector(even[0], even[1], 2, 3, 6, 7);
  row[3] = __builtin_shufflevector(odd[0], odd[1], 2, 3, 6, 7);
}

RHEOBASE_INLINE Fields load_fields(const WindowState* states) {
  Fields fields;
  for (std::size_t i = 0; i < Doubles::parts; ++i) {
    Register row[4];
    for (std::size_t k = 0; k < 4; ++k) {
      row[k] = *reinterpret_cast<const Doubles::Unaligned*>(&states[4 * i + k].h);
    }
    transpose(row);
    fields.h.part[i] = row[0];
    fields.current.part[i] = row[1];
    fields.u.part[i] = row[2];
    fields.margin.part[i] = row[3];
  }
  return fields;
}

RHEOBASE_INLINE void store_fields(const Fields& fields, WindowState* states) {
  for (std::size_t i = 0; i < Doubles::parts; ++i) {
    Register row[4] = {fields.h.part[i], fields.current.part[i], fields.u.part[i],
                       fields.margin.part[i]};
    transpose(row);
    for (std::size_t k = 0; k < 4; ++k) {
      *reinterpret_cast<Doubles::Unaligned*>(&states[4 * i + k].h) = row[k];
    }
  }
}

#else

RHEOBASE_INLINE Fields load_fields(const WindowState* states) {
  Fields fields;
  for (std::size_t i = 0; i < Doubles::parts; ++i) {
    const WindowState& a = states[2 * i];
    const WindowState& b = states[2 * i + 1];
    fields.h.part[i] = Register{a.h, b.h};
    fields.current.part[i] = Register{a.current, b.current};
    fields.u.part[i] = Register{a.u, b.u};
    fields.margin.part[i] = Register{a.margin, b.margin};
  }
  return fields;
}

RHEOBASE_INLINE void store_fields(const Fields& fields, WindowState* states) {
  for (std::size_t unit = 0; unit < kWindowLanes; ++unit) {
    const std::size_t i = unit / 2;
    const std::size_t lane = unit % 2;
    states[unit] = {fields.h.part[i][lane], fields.current.part[i][lane], fields.u.part[i][lane],
                    fields.margin.part[i][lane]};
  }
}

#endif

}  // namespace rheobase::spiking::RHEOBASE_SIMD
