#pragma once

#include <string_view>
#include <vector>

namespace rheobase::rate {

struct RateNetwork;

/// Type of a unit, in the order in which tables and rasters stack them.
enum class UnitType {
  excitatory,
  inhibitory,  ///< the inhibitory units that are not SOM
  som,         ///< the first som_units inhibitory ones
};

/// "E", "I", "SOM".
std::string_view to_string(UnitType type);

/// Type of every unit, N values: the network's own, or where it has none by the sign of the sum of
/// the unit's outgoing weights (inhibitory below 0).
std::vector<UnitType> unit_types(const RateNetwork& network);

}  // namespace rheobase::rate
