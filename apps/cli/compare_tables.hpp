#pragma once

#include <string>
#include <vector>

#include "mapping/comparison/compare.hpp"

namespace rheobase::cli {

/// Tables of accuracy, outputs and activity by condition, of the types of units, and of the
/// principal components. @param output_names  one a readout, or empty
std::string comparison_tables(const mapping::Comparison& comparison,
                              const std::vector<std::string>& output_names);

}  // namespace rheobase::cli
