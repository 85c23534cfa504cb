#pragma once

#include <array>
#include <string_view>
#include <vector>

namespace rheobase::rate {

struct RateNetwork;

/// Type of a unit, in the order in which tables and rasters stack them.
enum class UnitType {
  excitatory,
  inhibitory,  ///< the inhibitory units that are not SOM
  som,         ///< the first som_units inhibitory ones
  mixed,       ///< any unit of a network that does not follow Dale's principle
};

inline constexpr std::array kUnitTypes{UnitType::excitatory, UnitType::inhibitory, UnitType::som,
                                       UnitType::mixed};

/// "E", "I", "SOM", "mixed".
std::string_view to_string(UnitType type);

/// Type of every unit, N values: the network's own, or where it has none by the signs of the unit's
/// outgoing weights (excitatory where there are none). One unit with weights of both signs makes
/// all mixed: what the others' signs agree on is chance there.
std::vector<UnitType> unit_types(const RateNetwork& network);

}  // namespace rheobase::rate
