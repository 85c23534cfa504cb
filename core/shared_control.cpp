#include "core/shared_control.hpp"

#include <atomic>
#include <memory>
#include <thread>

namespace rheobase {

RunControl for_all_threads(const RunControl& control) {
  if (!control.cancelled) {
    return {};
  }
  RunControl shared;
  shared.cancelled = [ask = control.cancelled, owner = std::this_thread::get_id(),
                      stopped = std::make_shared<std::atomic<bool>>(false)] {
    if (std::this_thread::get_id() == owner && ask()) {
      *stopped = true;
    }
    return stopped->load();
  };
  return shared;
}

}  // namespace rheobase
