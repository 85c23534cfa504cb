#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rheobase::network {

/// The end of an error message about an unknown name: "must be one of a, b, c", and which of them
/// may have been meant, where one is close (Damerau-Levenshtein distance).
std::string must_be_one_of(std::string_view name, const std::vector<std::string>& known);

}  // namespace rheobase::network
