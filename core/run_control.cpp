#include "core/run_control.hpp"

#include "core/error.hpp"

namespace rheobase {

void end_if_stopped(const std::function<bool()>& stop, const char* message) {
  if (stop && stop()) {
    throw Cancelled(message);
  }
}

}  // namespace rheobase
