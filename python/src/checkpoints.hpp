#pragma once

#include <optional>
#include <string>

#include "python/src/options.hpp"

namespace rheobase::python {

/// Where the checkpoints of a training go, and how often.
struct Checkpoints {
  std::string path;  ///< empty: nowhere
  int every = 0;     ///< pieces of work; 0: where it is stopped alone
};

/// What the keywords checkpoint, checkpoint_every and resume say: a training that goes on writes
/// over the checkpoint that it came from. @throws InputError for a path that cannot be written
Checkpoints checkpoints_from(Keywords& keywords, const std::optional<std::string>& resume);

/// The checkpoint of the keyword resume; nothing: a new training.
std::optional<std::string> resume_from(Keywords& keywords);

}  // namespace rheobase::python
