#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "rate/learning/train.hpp"

namespace rheobase::io {

class MatFile;

/// What a training run must agree on to be continued.
struct Checkpoint {
  rate::TrainingState state;
  rate::TrainingOptions options;
  std::string task;
  rate::TaskParameters task_parameters;
  std::string command;
  std::optional<rate::TrialSplit> split = {};  ///< of the task `file`
  std::string trained_from = {};               ///< the network that training started from
};

/// A checkpoint is a .mat model file with the fields of the optimiser beside it: `map` and `eval`
/// read it as a model.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// @throws InputError when the file is no checkpoint, or its fields do not fit each other
Checkpoint read_checkpoint(const std::filesystem::path& path);
/// The same from the file's contents; `where` names it in messages.
Checkpoint parse_checkpoint(std::span<const std::byte> bytes, const std::string& where);
/// The same of a file in memory.
Checkpoint parse_checkpoint(const MatFile& file);

}  // namespace rheobase::io
