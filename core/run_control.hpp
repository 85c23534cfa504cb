#pragma once

#include <functional>
#include <string>

namespace rheobase {

/// How far a long computation is; `status` is a short line for a person ("loss 8.1").
struct Progress {
  double fraction = 0.0;  ///< 0 to 1
  std::string status;
};

/// Callbacks of a long computation. Both may be empty. They are called from the thread that
/// started the computation, never concurrently.
struct RunControl {
  std::function<void(const Progress&)> report;
  std::function<bool()> cancelled;  ///< true: stop at the next safe point

  void progress(double fraction, std::string status = {}) const {
    if (report) {
      report({fraction, std::move(status)});
    }
  }
  bool stop_requested() const { return cancelled && cancelled(); }
};

/// @throws Cancelled with this message where `stop` says so; it may be empty
void end_if_stopped(const std::function<bool()>& stop, const char* message);

}  // namespace rheobase
