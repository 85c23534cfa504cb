#include "apps/cli/number_list.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "apps/cli/value_syntax.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::cli {

std::vector<double> number_list(const std::string& option, const std::string& text,
                                const Range& range) {
  constexpr std::size_t kMost = 100;
  std::vector<double> numbers;
  for (const std::string& part : split(text, ',')) {
    double value = 0.0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || end != part.data() + part.size() || !contains(range, value)) {
      const std::string within = describe(range);
      throw InputError(option, "", fmt::format("'{}'", part),
                       fmt::format("must be numbers{}{}, with commas between them",
                                   within.empty() ? "" : ", ", within));
    }
    if (std::find(numbers.begin(), numbers.end(), value) != numbers.end()) {
      throw InputError(option, "", fmt::format("{:g} twice", value), "must hold each number once");
    }
    numbers.push_back(value);
  }
  if (numbers.size() > kMost) {
    throw InputError(option, "", counted(numbers.size(), "number"),
                     fmt::format("must be at most {}", kMost));
  }
  return numbers;
}

}  // namespace rheobase::cli
