#pragma once

#include <chrono>
#include <string>

#include "apps/cli/console.hpp"
#include "apps/cli/interrupt.hpp"
#include "core/run_control.hpp"

namespace rheobase::cli {

/// A line with a bar, the time left and a short status when the work takes more than two seconds;
/// on a terminal the line is wiped when the object goes. Elsewhere (a log of a cluster) a plain
/// line a minute. Nothing where the console is quiet.
class ProgressBar {
 public:
  /// @param work  what is being done ("training")
  ProgressBar(const Console& console, std::string work);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Callbacks that feed this bar and ask `guard` whether to stop. Both must outlive them.
  RunControl control(const InterruptGuard& guard);

  /// Seconds since the bar was made.
  double seconds() const;

 private:
  void show(const Progress& progress);
  void log(const Progress& progress);

  const Console& console_;
  std::string work_;
  std::chrono::steady_clock::time_point start_;
  double last_shown_s_ = 0.0;
  bool visible_ = false;
};

/// The text of the line: "training  [#####     ]  50 %, 12 s left, loss 8.1".
std::string progress_line(const std::string& work, const Progress& progress, double elapsed_s);

/// The same without a bar, for a log.
std::string progress_log(const std::string& work, const Progress& progress, double elapsed_s);

}  // namespace rheobase::cli
