#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace rheobase::io {

/// The names of "step1, step2", or of a text with a name a line as matrices of characters have
/// them, without the blanks around them; none of an empty text.
inline std::vector<std::string> listed_names(const std::string& text) {
  constexpr const char* kBlanks = " \t\r";
  std::vector<std::string> names;
  std::size_t first = 0;
  while (!text.empty() && first <= text.size()) {
    const std::size_t end = std::min(text.find_first_of(",\n", first), text.size());
    std::string name = text.substr(first, end - first);
    name.erase(0, std::min(name.find_first_not_of(kBlanks), name.size()));
    name.erase(name.find_last_not_of(kBlanks) + 1);
    names.push_back(std::move(name));
    first = end + 1;
  }
  return names;
}

}  // namespace rheobase::io
