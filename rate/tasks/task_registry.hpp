#pragma once

#include <span>

#include "rate/tasks/task.hpp"

namespace rheobase::rate {

/// Every task of the program, in the order of rate/tasks/CMakeLists.txt.
std::span<const TaskDefinition* const> registered_tasks();

}  // namespace rheobase::rate
