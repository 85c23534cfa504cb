#include "io/network/internal/variable_name.hpp"

#include <cctype>

#include <fmt/format.h>

namespace rheobase::io {

std::string variable_name(std::string_view name,
                          const std::function<bool(const std::string&)>& is_free) {
  constexpr std::size_t kLongest = 50;  // MATLAB's longest is 63, "_units" and a number follow
  std::string variable = std::isalpha(static_cast<unsigned char>(name.front())) != 0 ? "" : "x";
  for (const char c : name.substr(0, kLongest)) {
    variable += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  std::string free = variable;
  for (int number = 2; !is_free(free); ++number) {
    free = fmt::format("{}_{}", variable, number);
  }
  return free;
}

}  // namespace rheobase::io
