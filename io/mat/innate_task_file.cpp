#include "io/mat/innate_task_file.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "io/mat/internal/innate_names.hpp"
#include "io/mat/internal/innate_trials.hpp"
#include "io/mat/mat_file.hpp"
#include "rate/tasks/trajectory_task.hpp"

namespace rheobase::io {

namespace {

constexpr std::int64_t kMostTrajectories = 1000;

Eigen::MatrixXd input_of(const rate::InnateTrial& trial, Eigen::Index inputs, bool perturbed) {
  Eigen::MatrixXd input = Eigen::MatrixXd::Zero(inputs, trial.steps);
  for (int t = 0; t < trial.steps; ++t) {
    input(trial.cue.channel, t) += trial.cue.at(t);
    if (perturbed) {
      input(trial.perturbation.channel, t) += trial.perturbation.at(t);
    }
  }
  return input;
}

rate::Trajectory read_trajectory(const MatFile& file, std::size_t k, Eigen::Index inputs) {
  const rate::InnateTrial trial = read_innate_trial(file, k);
  for (const auto& [member, pulse] :
       {std::pair{"cue", trial.cue}, std::pair{"perturbation", trial.perturbation}}) {
    if (pulse.channel >= inputs) {
      file.fail(innate_trial_member(k, member), fmt::format("channel {}", pulse.channel + 1),
                fmt::format("must be one of the network's {} inputs", inputs));
    }
  }
  rate::Trajectory trajectory{.name = file.text(innate_trial_member(k, "name"), "must be text"),
                              .input = input_of(trial, inputs, false),
                              .perturbed_input = {},
                              .target = trial.target,
                              .start = trial.window_start,
                              .stop = trial.window_stop};
  if (trial.perturbation.steps > 0 && trial.perturbation.amplitude != 0.0) {
    trajectory.perturbed_input = input_of(trial, inputs, true);
  }
  return trajectory;
}

}  // namespace

rate::Task read_innate_task(const std::filesystem::path& path, const std::string& name,
                            const rate::TaskParameters& overrides) {
  const MatFile file(path);
  const auto count = file.integer(innate_member("trials"), 1, kMostTrajectories,
                                  "must be the number of trajectories of innate training");
  const Eigen::Index inputs = file.matrix("w_in", "must be N x inputs").cols();
  const double step_ms = file.number("step_ms", "must be a number");
  std::vector<rate::Trajectory> trajectories;
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    trajectories.push_back(read_trajectory(file, k, inputs));
  }
  return rate::trajectory_task(name, std::move(trajectories), step_ms, overrides);
}

}  // namespace rheobase::io
