#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/mat/mat_file.hpp"

namespace rheobase::io {

/// Variables to copy from another .mat file.
struct KeptVariables {
  std::span<const std::byte> bytes;
  MatVersion version = MatVersion::level5;
  std::string where;
  std::vector<std::string> names;
};

/// The bytes of a .mat file, made by matio in a child process (it also reads what is kept).
std::vector<std::byte> encode_mat(const std::vector<MatField>& fields, MatVersion version,
                                  const std::optional<KeptVariables>& kept);

}  // namespace rheobase::io
