#pragma once

#include <string>

#include "mapping/scaling_search.hpp"

namespace rheobase {

/// A line for every scaling factor: accuracy, interval, mean rate, distance to the rate network.
std::string search_table(const ScalingSearchResult& result);

}  // namespace rheobase
