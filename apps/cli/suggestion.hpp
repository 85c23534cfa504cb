#pragma once

#include <string>
#include <vector>

namespace rheobase::cli {

/// Fewest insertions, deletions, replacements and swaps of neighbours that turn a into b
/// (optimal string alignment distance).
std::size_t edit_distance(const std::string& a, const std::string& b);

/// The candidate nearest to `word`, or empty when none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace rheobase::cli
