#pragma once

#include <string>
#include <string_view>

namespace rheobase {

/// Text of a file or a name as a terminal may show it: control characters and bytes that are not
/// UTF-8 as \xNN.
std::string visible(std::string_view text);

}  // namespace rheobase
