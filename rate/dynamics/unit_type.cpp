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
  }
  return "";
}

std::vector<UnitType> unit_types(const RateNetwork& network) {
  if (!network.unit_type.empty()) {
    return network.unit_type;
  }
  std::vector<UnitType> types;
  for (const double outgoing : network.w.colwise().sum()) {
    types.push_back(outgoing < 0.0 ? UnitType::inhibitory : UnitType::excitatory);
  }
  return types;
}

}  // namespace rheobase::rate
