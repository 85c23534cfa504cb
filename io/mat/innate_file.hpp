// A network of innate training in a .mat file: a rate network as any other (docs/formats.md), with
// what innate training adds beside it. A checkpoint is the same file with the learner's state.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/mat/mat_file.hpp"
#include "rate/learning/innate/innate_experiment.hpp"
#include "rate/learning/innate/lyapunov.hpp"

namespace rheobase::io {

struct InnateFile {
  std::string kind = "timing";                       ///< experiment: "timing" or "words"
  std::vector<std::string> names;                    ///< of the trajectories
  std::optional<rate::ReservoirOptions> drawn_with;  ///< none: the weights were given
  rate::Reservoir start;                             ///< before training
  rate::InnateExperiment experiment;
  rate::InnateResult result;  ///< P in its state may be missing
  std::optional<rate::TrainingExponents> exponents;
  std::string command;
};

/// Does a file hold such a network? Reads the names of its fields alone.
bool is_innate_file(const std::filesystem::path& path);

/// Writes the file as a whole or not at all.
/// @param keep_state  with the learner's state (P), so that training can go on from it
void write_innate_file(const std::filesystem::path& path, const InnateFile& file, bool keep_state,
                       const std::function<bool()>& stop = {});

/// @throws InputError when the file is of another kind, or its fields do not fit each other
InnateFile read_innate_file(const std::filesystem::path& path);
/// The same from the file's contents; `where` names it in messages.
InnateFile parse_innate_file(std::span<const std::byte> bytes, const std::string& where);
/// The same of a file in memory.
InnateFile parse_innate_file(const MatFile& file);

/// @throws InputError unless the file holds the state that training goes on from
void require_state(const InnateFile& file, const std::string& where);

}  // namespace rheobase::io
