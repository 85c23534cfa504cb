#include "apps/cli/interrupt.hpp"

#include <array>
#include <ctime>

#include <unistd.h>

#include "apps/cli/command_line.hpp"

namespace rheobase::cli {

namespace {

// A signal handler can reach nothing but globals.
volatile std::sig_atomic_t signal_seen = 0;
volatile std::time_t first_signal_s = 0;

/// Impatience: signals so soon after the first one are the same wish, not a new one.
constexpr std::time_t kPatienceS = 2;

/// With what a signal handler may call.
extern "C" void end_at_once(int /*number*/) {
  constexpr char kMessage[] = "rheobase: stopped\n";
  [[maybe_unused]] const ssize_t said = write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  _exit(kInterrupted);
}

extern "C" void on_signal(int number) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (signal_seen == 0) {
    first_signal_s = now.tv_sec;
    signal_seen = 1;
  } else if (now.tv_sec - first_signal_s >= kPatienceS) {
    end_at_once(number);
  }
}

}  // namespace

void end_on_signals() {
  struct sigaction action {};
  action.sa_handler = end_at_once;
  for (const int number : std::array{SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(number, nullptr, &before);
    if (before.sa_handler != SIG_IGN) {
      sigaction(number, &action, nullptr);
    }
  }
}

InterruptGuard::InterruptGuard() {
  signal_seen = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, &interrupt_before_);
  sigaction(SIGTERM, &action, &terminate_before_);
  // A terminal that closes asks to stop, unless the program was started with nohup.
  sigaction(SIGHUP, nullptr, &hang_up_before_);
  if (hang_up_before_.sa_handler != SIG_IGN) {
    sigaction(SIGHUP, &action, nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &terminate_before_, nullptr);
  sigaction(SIGHUP, &hang_up_before_, nullptr);
}

bool InterruptGuard::interrupted() const {
  return signal_seen != 0;
}

}  // namespace rheobase::cli
