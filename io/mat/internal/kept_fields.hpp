#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/mat/internal/mat5_scan.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::io {

/// What a .mat file holds beside `fields` and `dropped`.
struct OtherFields {
  std::vector<std::byte> level5;      ///< a level 5 file of them; empty: there are none
  std::vector<std::string> left_out;  ///< objects and function handles of a level 7.3 file
};

/// @throws InputError for a variable with an object inside that no level 5 file can hold
OtherFields other_fields(std::span<const std::byte> source, const std::string& where,
                         const MatFields& fields, std::span<const std::string_view> dropped);

/// What a new file keeps of another.
struct KeptContents {
  MatVersion version = MatVersion::level5;  ///< of the other file
  Mat5Layout layout;                        ///< of one of level 5
  std::vector<std::string> names;           ///< top-level variables to copy
  std::size_t bytes = 0;  ///< of those; of level 7.3, cells, structures and sparse matrices apart
};

/// The variables of `source` that are neither in `fields` nor in `dropped`.
KeptContents kept_contents(std::span<const std::byte> source, const std::string& where,
                           const MatFields& fields, std::span<const std::string_view> dropped);

/// The wanted level, or 7.3 where level 5 cannot hold one of the variables, or not all of them so
/// that scan_mat5 takes them again.
/// @param kept_bytes  of variables beside `fields`
MatVersion level_that_holds(const MatFields& fields, MatVersion wanted, std::size_t kept_bytes,
                            std::size_t most_inflated = kMat5MostInflated);

/// write_mat with the contents of the file to keep from.
void write_mat_keeping(const std::filesystem::path& path, const MatFields& fields,
                       MatVersion version, std::span<const std::byte> source,
                       const std::string& where, std::span<const std::string_view> dropped,
                       const std::function<bool()>& stop = {});

}  // namespace rheobase::io
