#include "python/src/apart.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <unistd.h>

namespace rheobase::python {

namespace py = pybind11;

namespace {

/// Threads that were started and have not ended: they use what the end of the process takes away.
class Running {
 public:
  void start(std::function<void()> work) {
    {
      const std::scoped_lock locked(counting_);
      if (process_ != ::getpid()) {  // a fork has the counts, not the threads
        process_ = ::getpid();
        count_ = 0;
      }
      ++count_;
    }
    try {
      std::thread([this, work = std::move(work)]() mutable {
        work();
        work = nullptr;  // what it owned is gone before the count says so
        ended();
      }).detach();
    } catch (...) {
      ended();
      throw;
    }
  }
  /// @returns whether none is left
  bool wait_for_all(std::chrono::milliseconds longest) {
    std::unique_lock locked(counting_);
    if (process_ != ::getpid()) {
      return true;
    }
    return changed_.wait_for(locked, longest, [this] { return count_ == 0; });
  }

 private:
  void ended() {
    const std::scoped_lock locked(counting_);
    --count_;
    changed_.notify_all();
  }

  std::mutex counting_;
  std::condition_variable changed_;
  int count_ = 0;
  pid_t process_ = ::getpid();
};

/// One a process, as the interpreter is; never destroyed, as threads may outlive main().
Running& running() {
  static Running& all = *new Running;
  return all;
}

void look_for_signals() {
  const py::gil_scoped_acquire locked;
  if (PyErr_CheckSignals() != 0) {
    throw py::error_already_set();
  }
}

}  // namespace

void start_apart(std::function<void()> work) {
  running().start(std::move(work));
}

void wait_apart(const std::function<bool()>& is_done, std::atomic<bool>& stop) {
  const py::gil_scoped_release unlocked;
  try {
    while (!is_done()) {
      look_for_signals();
    }
  } catch (...) {
    stop = true;
    is_done();  // what asks soon ends before the exception is seen
    throw;
  }
}

void bind_apart(py::module_& /*module*/) {
  const py::cpp_function wait([] {
    const py::gil_scoped_release unlocked;
    while (!running().wait_for_all(std::chrono::milliseconds(20))) {
      look_for_signals();
    }
  });
  py::module_::import("atexit").attr("register")(wait);
}

}  // namespace rheobase::python
