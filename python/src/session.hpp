#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include <pybind11/pybind11.h>

#include "core/error.hpp"
#include "core/run_control.hpp"

namespace rheobase::python {

namespace py = pybind11;

/// Work that asks nobody whether to stop, without the interpreter's lock; signals are looked for
/// behind it.
template <class Body>
auto in_one_piece(const Body& body) {
  auto result = [&] {
    const py::gil_scoped_release unlocked;
    return body();
  }();
  if (PyErr_CheckSignals() != 0) {
    throw py::error_already_set();
  }
  return result;
}

/// One computation asked for from Python. While it runs the interpreter's lock is free; every
/// 20 ms the thread that started it lets Python look for signals (Ctrl-C) and tells the progress.
class Session {
 public:
  /// @param progress  called with (fraction, status), or None
  explicit Session(py::object progress = py::none());

  /// For the libraries; valid while the session lives.
  RunControl control();
  /// Whether to stop, from whatever thread.
  std::function<bool()> stop();

  /// Runs `body` without the interpreter's lock.
  /// @throws what stopped it: KeyboardInterrupt, or what the progress callback raised
  template <class Body>
  auto run(const Body& body) {
    try {
      auto result = [&] {
        const py::gil_scoped_release unlocked;
        return body();
      }();
      rethrow();
      finish();
      return result;
    } catch (const Cancelled&) {
      rethrow();
      throw;
    }
  }

  /// The same on a thread of its own, for work whose starting thread may have to wait for others:
  /// this one has nothing to do but to look for signals and to tell the progress.
  template <class Body>
  auto run_aside(const Body& body) {
    return run([&] {
      std::future<std::invoke_result_t<Body>> done = std::async(std::launch::async, body);
      while (done.wait_for(kPollEvery) != std::future_status::ready) {
        poll();
        tell_noted();
      }
      return done.get();
    });
  }

 private:
  static constexpr std::chrono::milliseconds kPollEvery{20};

  bool poll();
  /// Tells what another thread noted.
  void tell_noted();
  void tell(const Progress& progress);
  void report(const Progress& progress);
  /// Tells the end where the last part was done by a thread that tells nothing.
  void finish();
  /// Keeps the error that Python has set; the computation stops at its next safe point.
  void keep_error();
  void rethrow();

  using Clock = std::chrono::steady_clock;
  py::object progress_;
  std::thread::id owner_ = std::this_thread::get_id();
  std::atomic<bool> stopped_ = false;
  Clock::time_point polled_ = Clock::now();
  Clock::time_point reported_ = {};
  Progress told_;
  std::mutex noting_;
  std::optional<Progress> noted_;
  std::optional<py::error_already_set> error_;
};

}  // namespace rheobase::python
