#pragma once

#include <string_view>
#include <vector>

#include "rate/models/rate_model.hpp"

namespace rheobase::rate {

/// Type of a unit, in the order in which tables and rasters stack them.
enum class UnitType {
  excitatory,
  inhibitory,  ///< the inhibitory units that are not SOM
  som,         ///< the first som_units inhibitory ones
};

/// "E", "I", "SOM".
std::string_view to_string(UnitType type);

/// Type of every unit, N values.
std::vector<UnitType> unit_types(const RateModel& model);

}  // namespace rheobase::rate
