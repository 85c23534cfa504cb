#pragma once

#include <string>
#include <string_view>

namespace rheobase::io {

/// MATLAB keeps text as UTF-16. What is not valid becomes U+FFFD.
std::u16string utf16_from_utf8(std::string_view text);
std::u32string utf32_from_utf8(std::string_view text);
std::string utf8_from_utf16(std::u16string_view text);
std::string utf8_from_utf32(std::u32string_view text);

}  // namespace rheobase::io
