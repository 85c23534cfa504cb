#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/mat/mat_file.hpp"

namespace rheobase::io {

/// Variables to copy from another .mat file.
struct KeptVariables {
  std::vector<std::byte> bytes;
  MatVersion version = MatVersion::level5;
  std::string where;
  std::vector<std::string> names;
  std::size_t number_bytes = 0;  ///< of a level 5 file: what its numbers take as doubles
};

inline constexpr std::string_view kMustBeCopyable =
    "must be of a class that can be copied to another level of .mat file (clear it, or save -v7)";

/// The bytes of a .mat file, made by matio in a child process (it also reads what is kept).
std::vector<std::byte> encode_mat(const std::vector<MatField>& fields, MatVersion version,
                                  const std::optional<KeptVariables>& kept);

}  // namespace rheobase::io
