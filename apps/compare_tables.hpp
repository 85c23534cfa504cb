#pragma once

#include <string>

#include "mapping/compare.hpp"

namespace rheobase {

/// Tables of accuracy, outputs and activity by condition, of the types of units, and of the
/// principal components.
std::string comparison_tables(const Comparison& comparison);

}  // namespace rheobase
