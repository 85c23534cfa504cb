#pragma once

#include <filesystem>
#include <string_view>

#include "io/mat/mat_file.hpp"

namespace rheobase::io {

/// A kind of .mat file that this program or its user makes.
struct FileKind {
  std::string_view name;      ///< "a run of `rheobase simulate`"
  std::string_view commands;  ///< what reads it
  bool is_model = false;      ///< read_model takes it, too
};

/// What a file is, by the names of its variables; nullptr: a plain model, or nothing known.
const FileKind* kind_of(const MatFile& file);

/// The names, sizes and classes of a file's variables without their contents.
MatFile names_of(const std::filesystem::path& path);

}  // namespace rheobase::io
