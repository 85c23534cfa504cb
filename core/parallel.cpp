#include "core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "core/error.hpp"

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

void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body,
                  const RunControl& control) {
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<std::size_t> done = 0;
  std::atomic<bool> stopped = control.stop_requested();
  parallel_for(count, threads, [&](std::size_t i) {
    if (stopped) {
      return;
    }
    body(i);
    ++done;
    if (std::this_thread::get_id() == caller) {
      control.progress(static_cast<double>(done) / static_cast<double>(count));
      stopped = done < count && control.stop_requested();
    }
  });
  if (stopped) {
    throw Cancelled("stopped before it was complete");
  }
}

}  // namespace rheobase
