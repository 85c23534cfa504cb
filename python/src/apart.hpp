#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>

#include <pybind11/pybind11.h>

namespace rheobase::python {

/// Whether to stop, asked from whatever thread.
using Stop = std::function<bool()>;

/// Starts a thread that nobody joins; the interpreter's end waits for it.
void start_apart(std::function<void()> work);

/// Waits without the interpreter's lock, looking for signals (Ctrl-C).
/// @param is_done  waits for a moment. @throws error_already_set once `stop` is set
void wait_apart(const std::function<bool()>& is_done, std::atomic<bool>& stop);

/// The end of the interpreter waits for what Ctrl-C left behind.
void bind_apart(pybind11::module_& module);

/// body(stop) on a thread of its own, for work that cannot ask everywhere whether to stop: a
/// decomposition, a file. The interpreter's lock is free meanwhile. On Ctrl-C the work is told to
/// stop and left to itself, and what it makes is dropped: body must own all that it uses, touch no
/// object of Python, and change nothing outside once `stop` says so.
template <class Body>
auto run_apart(Body body) {
  using Result = std::invoke_result_t<Body&, const Stop&>;
  const auto stopped = std::make_shared<std::atomic<bool>>(false);
  auto task =
      std::make_shared<std::packaged_task<Result()>>([body = std::move(body), stopped]() mutable {
        const Stop stop = [stopped] { return stopped->load(); };
        return body(stop);
      });
  std::future<Result> done = task->get_future();
  start_apart([task = std::move(task)]() mutable {
    (*task)();
    task.reset();
  });
  wait_apart(
      [&done] { return done.wait_for(std::chrono::milliseconds(20)) == std::future_status::ready; },
      *stopped);
  return done.get();
}

/// The same for work of about so many operations: what takes less than a millisecond is done at
/// once.
template <class Body>
auto run_apart(double operations, Body body) {
  constexpr double kOneMillisecond = 1e6;
  if (operations < kOneMillisecond) {
    return body(Stop([] { return false; }));
  }
  return run_apart(std::move(body));
}

/// Work of some milliseconds without the interpreter's lock.
template <class Body>
auto unlocked(const Body& body) {
  const pybind11::gil_scoped_release free;
  return body();
}

}  // namespace rheobase::python
