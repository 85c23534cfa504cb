#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "io/comparison/task_names.hpp"
#include "mapping/comparison/compare.hpp"

namespace rheobase::io {

class MatFile;

/// To be called before a long computation.
/// @throws InputError unless the extension is .mat or .json
void require_comparison_extension(const std::filesystem::path& path);

/// Writes a comparison, complete or not at all: .json holds everything but the traces, .mat
/// everything. A .mat file has the text of the JSON form in `summary` and, for reading in MATLAB,
/// Octave and SciPy, the traces and the values per unit and trial as arrays
/// (docs/formats.md).
/// @throws InputError for another extension or a path that cannot be written
void write_comparison(const std::filesystem::path& path, const mapping::Comparison& comparison,
                      const std::function<bool()>& stop = {});

/// Reads either form. @throws InputError that names file, field, what was found and what must hold
mapping::Comparison read_comparison(const std::filesystem::path& path,
                                    TaskNames names = TaskNames::registered);
/// The same from the contents of a .mat file; `where` names it in messages.
mapping::Comparison parse_comparison(std::span<const std::byte> bytes, const std::string& where,
                                     TaskNames names = TaskNames::registered);
/// The same of a file in memory.
mapping::Comparison parse_comparison(const MatFile& file, TaskNames names = TaskNames::registered);

}  // namespace rheobase::io
