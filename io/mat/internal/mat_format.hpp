#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "io/mat/mat_file.hpp"

namespace rheobase::io {

/// Which level of .mat file the bytes are, by header, signature and, for level 7.3, length.
/// @throws InputError that says what the file is instead
MatVersion identify_mat(std::span<const std::byte> bytes, const std::string& where);

/// What another program's file is, and how its numbers get into one of ours; empty: not known.
std::string foreign_format(std::span<const std::byte> bytes);

}  // namespace rheobase::io
