#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/mat/mat_file.hpp"

namespace rheobase::io {

/// The contents of a .mat file, read in a child process: matio and libhdf5 are not safe against
/// damaged files, and a crash or an endless loop there becomes an InputError here. Variables that
/// are not wanted, and objects, come with class and extents alone. What is inside a structure or
/// cell follows as a variable of its own: s.f for a 1 x 1 structure, s(2).f for element 2 of an
/// array of structures, c{2} for the second cell.
/// @param wanted  top-level variables whose contents are needed; none: all
std::vector<MatArray> decode_mat(std::span<const std::byte> bytes, MatVersion version,
                                 const std::string& where,
                                 std::optional<std::span<const std::string_view>> wanted);

}  // namespace rheobase::io
