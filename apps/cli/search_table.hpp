#pragma once

#include <string>

#include "mapping/conversion/scaling_search.hpp"

namespace rheobase::cli {

/// A line for every scaling factor: accuracy, interval, mean rate, distance to the rate network.
std::string search_table(const mapping::ScalingSearchResult& result);

}  // namespace rheobase::cli
