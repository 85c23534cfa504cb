#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rheobase {

/// The candidate that `word` may have been meant to be, by optimal string alignment distance; a
/// beginning of at least four letters counts as one change. Empty when none is near.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

/// The end of an error message about an unknown name: "must be one of a, b, c", and which of them
/// may have been meant, where one is near.
std::string must_be_one_of(std::string_view name, const std::vector<std::string>& known);

}  // namespace rheobase
