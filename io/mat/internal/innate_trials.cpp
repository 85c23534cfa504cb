#include "io/mat/internal/innate_trials.hpp"

#include <cmath>

#include <fmt/format.h>

#include "io/mat/internal/innate_names.hpp"

namespace rheobase::io {

namespace {

constexpr std::int64_t kMostSteps = 100'000'000;

rate::Pulse read_pulse(const MatFile& file, const std::string& name) {
  constexpr std::string_view kRequired =
      "must be channel, amplitude, first step and steps, channel and step counted from 1";
  const Eigen::VectorXd numbers = file.vector(name, 4, kRequired);
  const auto whole = [&](Eigen::Index i, double least) {
    const double value = numbers[i];
    if (!(value >= least) || value > static_cast<double>(kMostSteps) ||
        value != std::floor(value)) {
      file.fail(name, fmt::format("{}", value), kRequired);
    }
    return static_cast<int>(value);
  };
  return {whole(0, 1.0) - 1, numbers[1], whole(2, 1.0) - 1, whole(3, 0.0)};
}

}  // namespace

rate::InnateTrial read_innate_trial(const MatFile& file, std::size_t k) {
  const auto name = [k](std::string_view member) { return innate_trial_member(k, member); };
  rate::InnateTrial trial;
  trial.target = file.matrix(name("target"), "must be outputs x T");
  trial.steps = static_cast<int>(trial.target.cols());
  trial.cue = read_pulse(file, name("cue"));
  trial.perturbation = read_pulse(file, name("perturbation"));
  const std::string required =
      fmt::format("must be first and last step of the window, counted from 1, of the {} of target",
                  trial.steps);
  const Eigen::VectorXd window = file.vector(name("window"), 2, required);
  if (!(window[0] >= 1.0) || !(window[1] >= window[0]) || window[1] > trial.steps ||
      window[0] != std::floor(window[0]) || window[1] != std::floor(window[1])) {
    file.fail(name("window"), fmt::format("{} to {}", window[0], window[1]), required);
  }
  trial.window_start = static_cast<int>(window[0]) - 1;
  trial.window_stop = static_cast<int>(window[1]);
  return trial;
}

}  // namespace rheobase::io
