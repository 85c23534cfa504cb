#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace rheobase::network {

/// A named number of a neuron: a variable with its initial value, a parameter with its default.
struct Quantity {
  std::string name{};
  std::string unit{};  ///< empty: dimensionless
  double value = 0.0;
  std::string help{};
};

/// What edges and inputs of a run add up in.
struct InputQuantity {
  std::string name{};
  std::string unit{};
  std::string help{};
  bool event = false;  ///< takes spikes, as jumps, rather than a value that lasts
};

/// When an action happens to a unit.
enum class Trigger {
  spike,             ///< the unit spikes
  population_spike,  ///< any unit of its population spikes
  arrival,           ///< its event input `input` is not 0
};

/// A jump of a variable: it is set to a value (after all jumps that add), or the value is added.
struct Action {
  Trigger trigger = Trigger::spike;
  std::size_t variable = 0;
  bool assigns = false;
  std::size_t input = 0;
};

/// Stands for the fraction of spiking units in NeuronDescription::means.
inline constexpr std::size_t kSpikeMean = ~std::size_t{0};

/// The names of a neuron's equations, in the order in which the numbers are stored.
///
/// Part::derivative gives the time derivative of every variable; Part::outputs the outputs, which
/// depend on variables and parameters alone; Part::margin one number, the unit spikes where it is
/// not negative; Part::actions the value of every action.
struct NeuronDescription {
  std::vector<Quantity> variables;
  std::vector<Quantity> parameters;
  std::vector<InputQuantity> inputs;
  std::vector<Quantity> outputs;
  std::vector<std::size_t> means;  ///< variables whose population means the equations use
  bool spikes = false;
  std::vector<Action> actions;
  /// Parameter with the refractory period, for which the variables that a spike sets stay.
  std::optional<std::size_t> refractory;
  std::string time_unit;  ///< "ms", "s", ...: of t in dv/dt; empty: not said

  /// Quantities that partial derivatives are taken of: variables, parameters, inputs, means.
  std::size_t quantities() const {
    return variables.size() + parameters.size() + inputs.size() + means.size();
  }
};

/// Index of the entry of that name.
template <class Entry>
std::optional<std::size_t> find_named(const std::vector<Entry>& entries, const std::string& name) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].name == name) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace rheobase::network
