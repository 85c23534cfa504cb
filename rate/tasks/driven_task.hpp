#pragma once

#include <string>

#include "core/range.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::rate {

/// Strengths of a drive: more than any network answers to, and less than what a number can hold.
inline constexpr Range kDriveStrength{.low = -1e6, .high = 1e6};

/// `strength` in the columns that begin at times t with start_ms <= t < stop_ms, 0 in the others.
Eigen::RowVectorXd drive_signal(Eigen::Index columns, double step_ms, double start_ms,
                                double stop_ms, double strength);

/// @param where, found  of the error: the window as the caller knows it
/// @throws InputError unless a step of a trial of `columns` begins within the window
void require_driven_step(Eigen::Index columns, double step_ms, double start_ms, double stop_ms,
                         const std::string& where, const std::string& found);

/// The task with one more input, the same in every trial (see add_drive_input): its trials,
/// targets and scores are those of `task`.
Task driven_task(const Task& task, double start_ms, double stop_ms, double strength);

}  // namespace rheobase::rate
