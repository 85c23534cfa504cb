#pragma once

#include <string>
#include <vector>

#include "core/range.hpp"

namespace rheobase::cli {

/// "0,1,2.5": numbers within `range`, each once, in the order given.
/// @throws InputError naming `option`
std::vector<double> number_list(const std::string& option, const std::string& text,
                                const Range& range);

}  // namespace rheobase::cli
