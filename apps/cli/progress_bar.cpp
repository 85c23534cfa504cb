#include "apps/cli/progress_bar.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/whole_number.hpp"

namespace rheobase::cli {

namespace {

constexpr double kSilentSeconds = 2.0;
constexpr double kRefreshSeconds = 0.1;
constexpr double kLogSeconds = 60.0;
constexpr int kBarWidth = 24;

std::string time_left(double fraction, double elapsed_s) {
  if (fraction <= 0.0) {
    return "";
  }
  const auto left = to_integer<long>(std::ceil(elapsed_s * (1.0 - fraction) / fraction));
  return left < 60 ? fmt::format(", {} s left", left)
                   : fmt::format(", {} min {:02} s left", left / 60, left % 60);
}

/// Columns of the terminal behind stderr; a longer line would wrap and could not be wiped.
std::size_t terminal_width() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

}  // namespace

std::string progress_line(const std::string& work, const Progress& progress, double elapsed_s) {
  const double fraction = std::clamp(progress.fraction, 0.0, 1.0);
  const auto filled = to_integer<std::size_t>(std::round(fraction * kBarWidth));
  const std::string bar = std::string(filled, '#') + std::string(kBarWidth - filled, ' ');
  const std::string status = progress.status.empty() ? "" : ", " + progress.status;
  return fmt::format("{}  [{}] {:3.0f} %{}{}", work, bar, 100.0 * fraction,
                     time_left(fraction, elapsed_s), status);
}

std::string progress_log(const std::string& work, const Progress& progress, double elapsed_s) {
  const double fraction = std::clamp(progress.fraction, 0.0, 1.0);
  const std::string status = progress.status.empty() ? "" : ", " + progress.status;
  return fmt::format("rheobase: {}: {:.0f} %{}{}", work, 100.0 * fraction,
                     time_left(fraction, elapsed_s), status);
}

ProgressBar::ProgressBar(const Console& console, std::string work)
    : console_(console), work_(std::move(work)), start_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() {
  if (visible_) {
    console_.err << "\r\033[K" << std::flush;
  }
}

RunControl ProgressBar::control(const InterruptGuard& guard) {
  RunControl control;
  control.cancelled = [&guard] { return guard.interrupted(); };
  if (console_.quiet) {
    return control;
  }
  if (console_.err_is_terminal) {
    control.report = [this](const Progress& progress) { show(progress); };
  } else {
    control.report = [this](const Progress& progress) { log(progress); };
  }
  return control;
}

double ProgressBar::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void ProgressBar::show(const Progress& progress) {
  const double now = seconds();
  if (now < kSilentSeconds || now - last_shown_s_ < kRefreshSeconds) {
    return;
  }
  last_shown_s_ = now;
  visible_ = true;
  const std::string line = progress_line(work_, progress, now).substr(0, terminal_width() - 1);
  console_.err << '\r' << line << "\033[K" << std::flush;
}

void ProgressBar::log(const Progress& progress) {
  const double now = seconds();
  if (now - last_shown_s_ < kLogSeconds) {
    return;
  }
  last_shown_s_ = now;
  console_.err << progress_log(work_, progress, now) << std::endl;
}

}  // namespace rheobase::cli
