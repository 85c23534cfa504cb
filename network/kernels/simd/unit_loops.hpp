// Loops over units around the equations of one template; for its kernel file only.
//
// A template's kernel file defines a type with
//   static constexpr std::size_t variables, parameters, inputs, means, outputs, actions;
//   template <class R> static void derivative(const Unit<R>&, R* out);   // variables values
//   template <class R> static void outputs_of(const Unit<R>&, R* out);   // outputs values
//   template <class R> static void margin(const Unit<R>&, R* out);       // 1 value, spikes at >= 0
//   template <class R> static void actions_of(const Unit<R>&, R* out);   // actions values
// where R is a pack of doubles or of numbers with a derivative; NoSpikes and NoOutputs give empty
// ones.
#pragma once

#include "network/kernels/simd/dual.hpp"
#include "network/kernels/unit_rows.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

using ::rheobase::network::Row;
using ::rheobase::network::UnitKernels;
using ::rheobase::network::UnitRows;

/// One pack of units.
template <class R>
struct Unit {
  const R* y;
  const R* p;
  const R* in;
  const R* mean;
};

/// The first quantities of a kind as an array, for structured bindings.
template <std::size_t Count, class R>
RHEOBASE_INLINE const R (&state(const Unit<R>& unit))[Count] {
  return reinterpret_cast<const R(&)[Count]>(*unit.y);
}
template <std::size_t Count, class R>
RHEOBASE_INLINE const R (&parameter(const Unit<R>& unit))[Count] {
  return reinterpret_cast<const R(&)[Count]>(*unit.p);
}
template <std::size_t Count, class R>
RHEOBASE_INLINE const R (&input(const Unit<R>& unit))[Count] {
  return reinterpret_cast<const R(&)[Count]>(*unit.in);
}

struct NoOutputs {
  static constexpr std::size_t outputs = 0;
  template <class R>
  RHEOBASE_INLINE static void outputs_of(const Unit<R>&, R*) {}
};

struct NoSpikes {
  static constexpr std::size_t actions = 0;
  template <class R>
  RHEOBASE_INLINE static void margin(const Unit<R>&, R* out) {
    out[0] = R::all(-1.0);
  }
  template <class R>
  RHEOBASE_INLINE static void actions_of(const Unit<R>&, R*) {}
};

/// Rows of one kind, copied to where stores to the output cannot change them.
template <std::size_t Count>
struct Rows {
  Row row[Count == 0 ? 1 : Count];

  RHEOBASE_INLINE explicit Rows(const Row* from) {
    for (std::size_t k = 0; k < Count; ++k) {
      row[k] = from[k];
    }
  }
  RHEOBASE_INLINE void load(std::size_t i, Doubles* to) const {
    for (std::size_t k = 0; k < Count; ++k) {
      to[k] = Doubles::load(row[k].data + (i & row[k].mask));
    }
  }
  /// The tangent of quantity `q`, counted from the first of these rows, is 1.
  RHEOBASE_INLINE void load(std::size_t i, std::size_t q, Dual* to) const {
    for (std::size_t k = 0; k < Count; ++k) {
      to[k].value = Doubles::load(row[k].data + (i & row[k].mask));
      to[k].tangent = Doubles::all(k == q ? 1.0 : 0.0);
    }
  }
};

template <class Equations, std::size_t Values, class Function>
RHEOBASE_INLINE void loop_over_units(const UnitRows& rows, double* const* out, Function function) {
  const Rows<Equations::variables> state(rows.state);
  const Rows<Equations::parameters> parameter(rows.parameter);
  const Rows<Equations::inputs> input(rows.input);
  const Rows<Equations::means> mean(rows.mean);
  double* to[Values == 0 ? 1 : Values];
  for (std::size_t k = 0; k < Values; ++k) {
    to[k] = out[k];
  }
  Doubles y[Equations::variables];
  Doubles p[Equations::parameters];
  Doubles in[Equations::inputs == 0 ? 1 : Equations::inputs];
  Doubles means[Equations::means == 0 ? 1 : Equations::means];
  Doubles value[Values == 0 ? 1 : Values];
  for (std::size_t i = 0; i < rows.units; i += Doubles::lanes) {
    state.load(i, y);
    parameter.load(i, p);
    input.load(i, in);
    mean.load(i, means);
    function(Unit<Doubles>{y, p, in, means}, value);
    for (std::size_t k = 0; k < Values; ++k) {
      value[k].store(to[k] + i);
    }
  }
}

template <class Equations, std::size_t Values, class Function>
RHEOBASE_INLINE void loop_over_partials(const UnitRows& rows, std::size_t q, double* const* out,
                                        Function function) {
  const Rows<Equations::variables> state(rows.state);
  const Rows<Equations::parameters> parameter(rows.parameter);
  const Rows<Equations::inputs> input(rows.input);
  const Rows<Equations::means> mean(rows.mean);
  Dual y[Equations::variables];
  Dual p[Equations::parameters];
  Dual in[Equations::inputs == 0 ? 1 : Equations::inputs];
  Dual means[Equations::means == 0 ? 1 : Equations::means];
  Dual value[Values == 0 ? 1 : Values];
  // Counting wraps around below: no row of a later kind has a number that large.
  const std::size_t of_parameter = q - Equations::variables;
  const std::size_t of_input = of_parameter - Equations::parameters;
  const std::size_t of_mean = of_input - Equations::inputs;
  for (std::size_t i = 0; i < rows.units; i += Doubles::lanes) {
    state.load(i, q, y);
    parameter.load(i, of_parameter, p);
    input.load(i, of_input, in);
    mean.load(i, of_mean, means);
    function(Unit<Dual>{y, p, in, means}, value);
    for (std::size_t k = 0; k < Values; ++k) {
      value[k].tangent.store(out[k] + i);
    }
  }
}

#define RHEOBASE_UNIT_LOOPS(name, function, values)                                                \
  static void name(const UnitRows& rows, double* const* out) {                                     \
    loop_over_units<Equations, values>(                                                            \
        rows, out, [](const Unit<Doubles>& unit, Doubles* to) { Equations::function(unit, to); }); \
  }                                                                                                \
  static void name##_partial(const UnitRows& rows, std::size_t q, double* const* out) {            \
    loop_over_partials<Equations, values>(                                                         \
        rows, q, out, [](const Unit<Dual>& unit, Dual* to) { Equations::function(unit, to); });    \
  }

template <class Equations>
struct UnitLoops {
  RHEOBASE_UNIT_LOOPS(derivative, derivative, Equations::variables)
  RHEOBASE_UNIT_LOOPS(outputs, outputs_of, Equations::outputs)
  RHEOBASE_UNIT_LOOPS(margin, margin, 1)
  RHEOBASE_UNIT_LOOPS(actions, actions_of, Equations::actions)

  static UnitKernels kernels() {
    return {{&derivative, &outputs, &margin, &actions},
            {&derivative_partial, &outputs_partial, &margin_partial, &actions_partial}};
  }
};

#undef RHEOBASE_UNIT_LOOPS

}  // namespace rheobase::RHEOBASE_SIMD::network

/// Ends a template's kernel file: its equations for this instruction set.
#define RHEOBASE_DEFINE_UNIT_KERNELS(word, Equations) \
  namespace rheobase::RHEOBASE_SIMD::network {        \
  UnitKernels word##_unit_kernels();                  \
  UnitKernels word##_unit_kernels() {                 \
    return UnitLoops<Equations>::kernels();           \
  }                                                   \
  }
