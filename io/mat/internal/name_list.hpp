#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace rheobase::io {

/// The parts of "step1,step2"; none of an empty text.
inline std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> names;
  std::size_t first = 0;
  while (!text.empty() && first <= text.size()) {
    const std::size_t end = std::min(text.find(',', first), text.size());
    names.push_back(text.substr(first, end - first));
    first = end + 1;
  }
  return names;
}

}  // namespace rheobase::io
