#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace rheobase {

/// "1 unit", "2 units": of words whose plural ends in s, or es after ch, s and x, or ies for a y
/// behind a consonant.
std::string counted_words(std::string_view number, bool one, std::string_view word);

template <std::integral Count>
std::string counted(Count count, std::string_view word) {
  return counted_words(std::to_string(count), count == 1, word);
}

}  // namespace rheobase
