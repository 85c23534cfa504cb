#pragma once

#include <string>
#include <vector>

namespace rheobase::cli {

/// The candidate nearest to `word`, or empty when none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace rheobase::cli
