#include "apps/cli/suggestion.hpp"

#include "core/edit_distance.hpp"

namespace rheobase::cli {

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = word.size() / 3 + 2;
  for (const std::string& candidate : candidates) {
    // A beginning counts as one change: --eval means --evaluate-every more than --gpu.
    const bool beginning = word.size() > 3 && candidate.rfind(word, 0) == 0;
    const std::size_t distance = beginning ? 1 : edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace rheobase::cli
