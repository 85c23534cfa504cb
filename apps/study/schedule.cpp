#include "apps/study/schedule.hpp"

#include <algorithm>
#include <numeric>

namespace rheobase::study {

ShardSchedule::ShardSchedule(const std::vector<Cell>& cells, std::size_t shard,
                             std::size_t shards) {
  std::vector<std::size_t> by_condition(cells.size());
  std::iota(by_condition.begin(), by_condition.end(), std::size_t{0});
  std::ranges::stable_sort(by_condition, {}, [&](std::size_t i) { return cells[i].condition; });
  for (std::size_t place = shard - 1; place < by_condition.size(); place += shards) {
    cells_.push_back(by_condition[place]);
  }
  std::ranges::sort(cells_);  // every condition's first seeds go first
}

std::optional<std::size_t> ShardSchedule::next() {
  return given_ < cells_.size() ? std::optional(cells_[given_++]) : std::nullopt;
}

}  // namespace rheobase::study
