#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rheobase::io {

/// What a file is that is no .mat file, and what is in it.
struct FileContents {
  std::string kind;                                        ///< "a NIR graph of `rheobase export`"
  std::string read_by;                                     ///< commands and programs that take it
  std::vector<std::pair<std::string, std::string>> parts;  ///< name and size, "8 x 2 numbers"
};

/// Of files that this program writes or reads (NIR, HDF5, NWB, CSV, JSON, HTML, TOML, pictures) and
/// of folders. Nothing for a .mat file and for what is not known.
/// @throws InputError for a file that cannot be read or is damaged
std::optional<FileContents> contents_of(const std::filesystem::path& path);

}  // namespace rheobase::io
