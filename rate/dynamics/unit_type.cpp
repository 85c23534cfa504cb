#include "rate/dynamics/unit_type.hpp"

#include "rate/dynamics/rate_network.hpp"

namespace rheobase::rate {

std::string_view to_string(UnitType type) {
  switch (type) {
    case UnitType::excitatory:
      return "E";
    case UnitType::inhibitory:
      return "I";
    case UnitType::som:
      return "SOM";
    case UnitType::mixed:
      return "mixed";
  }
  return "";
}

std::vector<UnitType> unit_types(const RateNetwork& network) {
  if (!network.unit_type.empty()) {
    return network.unit_type;
  }
  std::vector<UnitType> types;
  for (const auto& outgoing : network.w.colwise()) {
    const bool negative = (outgoing.array() < 0.0).any();
    if (negative && (outgoing.array() > 0.0).any()) {
      return std::vector(static_cast<std::size_t>(network.units()), UnitType::mixed);
    }
    types.push_back(negative ? UnitType::inhibitory : UnitType::excitatory);
  }
  return types;
}

}  // namespace rheobase::rate
