// Several tasks in one network: the inputs of all of them on the same channels, and one more
// channel a task that says which of them is asked for.
//
//   inputs      max_k n_k channels, then K of context: context k is 1 during the trials of task k
//   outputs     those of the tasks, which have as many, on steps of the same length
//   T           max_k T_k; shorter trials are filled up: no input, nothing to score (length = T_k)
//   trial n     of task n mod K, so that every batch of K or more has them all; its condition and
//               noise are those of number n of that task, of given trials those of n / K
//   conditions  "TASK: CONDITION" of all tasks, in their order
//   right       what the task itself calls right, of its own columns
//   parameters  those of the tasks; a name that several have is TASK-NAME, and NAME sets all of
//   them
//
// Reference: Yang, Joglekar, Song, Newsome & Wang, Nat. Neurosci. 22:297 (2019), rule inputs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rate/tasks/task.hpp"

namespace rheobase::rate {

/// Between the names of combined tasks: "go-nogo+timing".
inline constexpr char kTaskSeparator = '+';

/// "go-nogo+timing" -> "go-nogo", "timing"; a name without a separator is itself.
std::vector<std::string> task_parts(std::string_view name);

/// Whether it is the name of this task, or of several with this one among them.
bool has_part(std::string_view name, std::string_view part);

/// Whether both name the same tasks, in any order.
bool has_parts_of(std::string_view name, std::string_view other);

/// One task of several.
/// @throws InputError for fewer than two tasks, one of them twice, or where outputs or steps differ
Task combined_task(const std::vector<Task>& parts, const TaskParameters& overrides = {});

}  // namespace rheobase::rate
