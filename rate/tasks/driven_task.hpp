#pragma once

#include "rate/tasks/task.hpp"

namespace rheobase::rate {

/// `strength` in the columns that begin at times t with start_ms <= t < stop_ms, 0 in the others.
Eigen::RowVectorXd drive_signal(Eigen::Index columns, double step_ms, double start_ms,
                                double stop_ms, double strength);

/// Does a step of a trial of `columns` begin within the window?
bool drives_a_step(Eigen::Index columns, double step_ms, double start_ms, double stop_ms);

/// The task with one more input, the same in every trial (see add_drive_input): its trials,
/// targets and scores are those of `task`.
Task driven_task(const Task& task, double start_ms, double stop_ms, double strength);

}  // namespace rheobase::rate
