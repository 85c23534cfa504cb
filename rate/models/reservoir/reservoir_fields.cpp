#include "core/field_table.hpp"
#include "rate/models/reservoir/reservoir.hpp"

namespace rheobase::rate {

const FieldTable<ReservoirOptions>& reservoir_fields() {
  using R = ReservoirOptions;
  constexpr double kMostUnits = 65536.0;
  static const FieldTable<R> table{
      field("units", &R::units, {2.0, kMostUnits},
            {.option = "--units,-N", .label = "units", .help = "Number of units"}),
      field("connection_probability", &R::connection_probability,
            {.low = 0.0, .high = 1.0, .above_low = true},
            {.option = "--connectivity",
             .label = "probability of a connection",
             .help = "Probability that a unit has a synapse from another one"}),
      field("gain", &R::gain, {0.0, 1e6},
            {.option = "--gain",
             .label = "gain",
             .help = "Gain g: weights are normal with SD g / sqrt(p N); above 1: chaos"}),
      field("inputs", &R::inputs, {1.0, 10000.0},
            {.option = "--inputs", .label = "inputs", .help = "Input channels"}),
      field("outputs", &R::outputs, {1.0, 10000.0}, {.label = "outputs"}),
      field("plastic_fraction", &R::plastic_fraction, kProbability,
            {.option = "--plastic",
             .label = "fraction of plastic units",
             .help = "Fraction of the units whose recurrent weights learn"}),
      field("tau_ms", &R::tau_ms, {.low = 0.0, .high = 1e6, .above_low = true},
            {.option = "--tau", .unit = "ms", .label = "time constant", .help = "Time constant"}),
      field("step_ms", &R::step_ms, {.low = 0.0, .high = 1e6, .above_low = true},
            {.option = "--step",
             .unit = "ms",
             .label = "step",
             .help = "Euler step, at most the time constant"}),
  };
  return table;
}

}  // namespace rheobase::rate
