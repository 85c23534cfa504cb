#include "python/src/session.hpp"

namespace rheobase::python {

namespace {

constexpr std::chrono::milliseconds kReportEvery{50};

}  // namespace

Session::Session(py::object progress) : progress_(std::move(progress)) {}

RunControl Session::control() {
  RunControl control;
  control.cancelled = [this] { return poll(); };
  if (!progress_.is_none()) {
    control.report = [this](const Progress& progress) { report(progress); };
  }
  return control;
}

std::function<bool()> Session::stop() {
  return [this] { return poll(); };
}

bool Session::poll() {
  if (stopped_ || std::this_thread::get_id() != owner_) {
    return stopped_;
  }
  const Clock::time_point now = Clock::now();
  if (now - polled_ < kPollEvery) {
    return false;
  }
  polled_ = now;
  const py::gil_scoped_acquire locked;
  if (PyErr_CheckSignals() != 0) {
    keep_error();
  }
  return stopped_;
}

void Session::report(const Progress& progress) {
  if (std::this_thread::get_id() == owner_) {
    tell(progress);
    return;
  }
  const std::scoped_lock locked(noting_);
  noted_ = progress;
}

void Session::tell_noted() {
  std::optional<Progress> noted;
  {
    const std::scoped_lock locked(noting_);
    noted.swap(noted_);
  }
  if (noted) {
    tell(*noted);
  }
}

void Session::tell(const Progress& progress) {
  const Clock::time_point now = Clock::now();
  if (stopped_ || (now - reported_ < kReportEvery && progress.fraction < 1.0)) {
    return;
  }
  reported_ = now;
  told_ = progress;
  const py::gil_scoped_acquire locked;
  try {
    progress_(progress.fraction, progress.status);
  } catch (py::error_already_set& error) {
    error_.emplace(error);
    stopped_ = true;
  }
}

void Session::finish() {
  if (!progress_.is_none() && told_.fraction < 1.0) {
    told_.fraction = 1.0;
    progress_(told_.fraction, told_.status);
  }
}

void Session::keep_error() {
  error_.emplace();
  stopped_ = true;
}

void Session::rethrow() {
  if (error_) {
    py::error_already_set error = *error_;
    error_.reset();
    throw error;
  }
}

}  // namespace rheobase::python
