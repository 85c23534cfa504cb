#pragma once

#include <string>

#include "mapping/comparison/compare.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::cli {

/// Adds to conditions and to all of them the RMSE of both networks to the target, where the task is
/// judged by it.
void add_target_errors(mapping::Comparison& comparison, const rate::Task& task);

/// Tables of accuracy, outputs and activity by condition, of the types of units, and of the
/// principal components.
std::string comparison_tables(const mapping::Comparison& comparison);

}  // namespace rheobase::cli
