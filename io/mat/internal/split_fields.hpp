#pragma once

#include <optional>

#include "io/mat/mat_file.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::io {

/// The structure `trials_file`: which trials a network learnt from and which are held out. Trials
/// that no file holds are not recorded.
void add_split(MatFields& fields, const std::optional<rate::TrialSplit>& split);

/// Nothing where the file has no such structure or one that this program cannot read.
std::optional<rate::TrialSplit> read_split(const MatFile& file);

}  // namespace rheobase::io
