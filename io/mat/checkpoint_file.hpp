#pragma once

#include <filesystem>
#include <string>

#include "rate/learning/train.hpp"

namespace rheobase::io {

/// What a training run must agree on to be continued.
struct Checkpoint {
  rate::TrainingState state;
  rate::TrainingOptions options;
  std::string task;
  rate::TaskParameters task_parameters;
  std::string command;
};

/// A checkpoint is a .mat model file with the fields of the optimiser beside it: `map` and `eval`
/// read it as a model.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// @throws InputError when the file is no checkpoint
Checkpoint read_checkpoint(const std::filesystem::path& path);

}  // namespace rheobase::io
