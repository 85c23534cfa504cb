// The state of a learner in a .mat file: named arrays of numbers, with a word for what they belong
// to. Any learner (innate training, FORCE, ...) keeps its checkpoints in this form, in a file of
// its own or beside the other fields of a file.
//
// | field | shape | class | meaning |
// | --- | --- | --- | --- |
// | learner_state.kind | text | char | whose state it is ("innate") |
// | learner_state.version | 1 x 1 | double | of what the arrays mean, counted by the learner |
// | learner_state.arrays | 1 x 1 | double | number of arrays |
// | learner_arrays.NAME | n x 1 | single or double | the arrays, in their order |
//
// An array is single where that loses nothing: learners often work in single precision.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "io/mat/mat_file.hpp"
#include "rate/learning/named_arrays.hpp"

namespace rheobase::io {

/// What a learner needs to go on bit for bit.
struct LearnerState {
  std::string kind;
  int version = 1;
  rate::NamedArrays arrays;
};

/// The two variables a reader of such a file has to ask for.
std::span<const std::string_view> learner_state_variables();

bool holds_learner_state(const MatFile& file);

/// Puts a state beside other fields.
/// @throws InputError for a name of an array that MATLAB does not allow or that occurs twice, and
///         for a number that is not finite: what is written can be read again
void add_learner_state(MatFields& fields, const LearnerState& state);

/// The state that a file holds.
/// @throws InputError where it has none, one of another kind or version, or arrays that are not
///         columns of finite numbers
LearnerState read_learner_state(const MatFile& file, std::string_view kind, int version);

/// A file with nothing else in it, written as a whole or not at all. @throws InputError as above
void write_learner_state(const std::filesystem::path& path, const LearnerState& state);
LearnerState read_learner_state(const std::filesystem::path& path, std::string_view kind,
                                int version);
/// The same from the file's contents; `where` names it in messages.
LearnerState parse_learner_state(std::span<const std::byte> bytes, const std::string& where,
                                 std::string_view kind, int version);

}  // namespace rheobase::io
