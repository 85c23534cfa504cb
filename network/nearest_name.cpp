#include "network/nearest_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/edit_distance.hpp"

namespace rheobase::network {

std::string must_be_one_of(std::string_view name, const std::vector<std::string>& known) {
  if (known.empty()) {
    return "there is none";
  }
  std::string best;
  std::size_t best_distance = name.size() / 3 + 2;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  std::string line = fmt::format("must be one of {}", fmt::join(known, ", "));
  if (!best.empty() && known.size() > 1) {
    line += fmt::format(" (did you mean '{}'?)", best);
  }
  return line;
}

}  // namespace rheobase::network
