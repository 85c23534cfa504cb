#pragma once

#include <cstddef>
#include <string_view>

namespace rheobase {

/// Fewest insertions, deletions, replacements and swaps of neighbours that turn a into b (optimal
/// string alignment distance): how near a misspelt name is.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace rheobase
