#include "apps/study/schedule.hpp"

namespace rheobase::study {

ShardSchedule::ShardSchedule(std::size_t cells, std::size_t shard, std::size_t shards) {
  for (std::size_t i = shard - 1; i < cells; i += shards) {
    cells_.push_back(i);
  }
}

std::optional<std::size_t> ShardSchedule::next() {
  return given_ < cells_.size() ? std::optional(cells_[given_++]) : std::nullopt;
}

}  // namespace rheobase::study
