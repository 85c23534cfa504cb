#pragma once

#include <string>

#include "mapping/comparison/compare.hpp"

namespace rheobase::cli {

/// Tables of accuracy, outputs and activity by condition, of the types of units, and of the
/// principal components.
std::string comparison_tables(const mapping::Comparison& comparison);

}  // namespace rheobase::cli
