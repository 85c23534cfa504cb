#pragma once

#include "apps/cli/task_options.hpp"
#include "rate/tasks/recorded_task.hpp"

namespace rheobase::cli {

/// The trials of --trials-file, or of the file that is known, with some of them held out.
/// @throws InputError for a file that is missing, has changed or does not fit the options
rate::RecordedTrials trials_of(const TaskChoice& choice, TrialsUse use, const KnownTrials& known,
                               const Console& console);

}  // namespace rheobase::cli
