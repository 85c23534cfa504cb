#include "core/parallel.hpp"

#include <algorithm>

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

namespace rheobase {

int hardware_threads() {
  return std::max(1, oneapi::tbb::info::default_concurrency());
}

void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body) {
  // More threads than cores gain nothing and make TBB warn.
  const int used = threads > 0 ? std::min(threads, hardware_threads()) : hardware_threads();
  if (used == 1 || count < 2) {
    for (std::size_t i = 0; i < count; ++i) {
      body(i);
    }
    return;
  }
  oneapi::tbb::task_arena arena(used);
  arena.execute([&] {
    oneapi::tbb::parallel_for(
        oneapi::tbb::blocked_range<std::size_t>(0, count, 1),
        [&](const auto& range) {
          for (std::size_t i = range.begin(); i != range.end(); ++i) {
            body(i);
          }
        },
        oneapi::tbb::simple_partitioner());
  });
}

}  // namespace rheobase
