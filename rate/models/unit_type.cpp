#include "rate/models/unit_type.hpp"

namespace rheobase::rate {

std::string_view to_string(UnitType type) {
  switch (type) {
    case UnitType::excitatory:
      return "E";
    case UnitType::inhibitory:
      return "I";
    case UnitType::som:
      return "SOM";
  }
  return "";
}

std::vector<UnitType> unit_types(const RateModel& model) {
  std::vector<UnitType> types;
  for (const bool inhibitory : model.inhibitory) {
    types.push_back(inhibitory ? UnitType::inhibitory : UnitType::excitatory);
  }
  for (const Eigen::Index unit : som_units(model)) {
    types[static_cast<std::size_t>(unit)] = UnitType::som;
  }
  return types;
}

}  // namespace rheobase::rate
