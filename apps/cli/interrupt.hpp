#pragma once

#include <csignal>

namespace rheobase::cli {

/// Ctrl-C (SIGINT), SIGTERM and SIGHUP end the program with a line on standard error and exit code
/// 130 wherever no guard lives, but for those that it was started to ignore. First thing in main().
void end_on_signals();

/// While it lives, Ctrl-C (SIGINT) and SIGTERM set a flag instead of ending the program; another
/// one two seconds later or more ends it at once. What the signals did before is restored. One at a
/// time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// Has a signal arrived since the guard was made?
  bool interrupted() const;

 private:
  struct sigaction interrupt_before_ {};
  struct sigaction terminate_before_ {};
  struct sigaction hang_up_before_ {};
};

}  // namespace rheobase::cli
