#include "core/nearest_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/edit_distance.hpp"

namespace rheobase {

std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = word.size() / 3 + 2;
  for (const std::string& candidate : candidates) {
    // A beginning counts as one change: --eval means --evaluate-every more than --gpu.
    const bool beginning = word.size() > 3 && candidate.starts_with(word);
    const std::size_t distance = beginning ? 1 : edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string must_be_one_of(std::string_view name, const std::vector<std::string>& known) {
  if (known.empty()) {
    return "there is none";
  }
  const std::string best = nearest_name(name, known);
  std::string line = fmt::format("must be one of {}", fmt::join(known, ", "));
  if (!best.empty()) {
    line += fmt::format(" (did you mean '{}'?)", best);
  }
  return line;
}

}  // namespace rheobase
