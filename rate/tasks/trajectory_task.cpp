#include "rate/tasks/trajectory_task.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "core/analysis/agreement.hpp"
#include "core/error.hpp"
#include "rate/tasks/scoring.hpp"

namespace rheobase::rate {

namespace trajectory_task_parts {

constexpr const char* kMinR2 = "min-r2";
constexpr const char* kPerturbed = "perturbed";

/// A condition: a trial and the window that is scored.
struct Followed {
  Trial trial;
  int start = 0, stop = 0;
};

void check(const Trajectory& one, const Trajectory& first, double step_ms) {
  const auto fits = [&](const Eigen::MatrixXd& input) {
    return input.rows() == first.input.rows() && input.cols() == one.target.cols() &&
           input.allFinite();
  };
  if (one.input.rows() < 1 || !fits(one.input) ||
      (one.perturbed_input.size() > 0 && !fits(one.perturbed_input))) {
    throw InputError("trajectory " + one.name, "input",
                     fmt::format("{} x {}", one.input.rows(), one.input.cols()),
                     "must be finite, with as many rows as the first and a column a target");
  }
  if (one.target.rows() < 1 || one.target.rows() != first.target.rows() ||
      !one.target.allFinite()) {
    throw InputError("trajectory " + one.name, "target", fmt::format("{} rows", one.target.rows()),
                     "must be finite, with as many rows as the first");
  }
  if (one.start < 0 || one.stop > one.target.cols() || one.stop - one.start < 2) {
    throw InputError("trajectory " + one.name, "window",
                     fmt::format("steps {} to {}", one.start, one.stop),
                     "must hold two steps or more of the trial");
  }
  if (!(step_ms > 0.0)) {
    throw InputError("trajectories", "step_ms", fmt::format("{}", step_ms), "must be positive");
  }
}

/// A trial of `columns` columns: nothing comes in after the end of the trajectory, and the target
/// stays where it ended.
Trial padded_trial(const Eigen::MatrixXd& input, const Eigen::MatrixXd& target,
                   Eigen::Index columns, int condition) {
  Trial trial{Eigen::MatrixXd::Zero(input.rows(), columns), Eigen::MatrixXd(target.rows(), columns),
              condition};
  trial.input.leftCols(input.cols()) = input;
  trial.target.leftCols(target.cols()) = target;
  trial.target.rightCols(columns - target.cols()).colwise() = target.col(target.cols() - 1);
  return trial;
}

double mean_r2(const Followed& followed, const Eigen::MatrixXd& output) {
  double sum = 0.0;
  for (Eigen::Index o = 0; o < output.rows(); ++o) {
    const auto in_window = [&](const Eigen::MatrixXd& signal) -> Eigen::VectorXd {
      return signal.row(o).segment(followed.start, followed.stop - followed.start);
    };
    const double rho =
        analysis::pearson_correlation(in_window(output), in_window(followed.trial.target))
            .value_or(0.0);
    sum += rho * rho;
  }
  return sum / static_cast<double>(output.rows());
}

/// Where anything comes in in a trial, each stretch once: cues and perturbations.
std::vector<std::pair<int, int>> pulses_of(const std::vector<Followed>& all) {
  std::vector<std::pair<int, int>> windows;
  for (const Followed& one : all) {
    const Eigen::MatrixXd& input = one.trial.input;
    for (int first = 0; first < input.cols(); ++first) {
      int end = first;
      while (end < input.cols() && !input.col(end).isZero(0.0)) {
        ++end;
      }
      if (end > first) {
        windows.emplace_back(first, end);
        first = end;
      }
    }
  }
  std::ranges::sort(windows);
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
  return windows;
}

}  // namespace trajectory_task_parts

Task trajectory_task(const std::string& name, std::vector<Trajectory> trajectories, double step_ms,
                     const TaskParameters& overrides) {
  using namespace trajectory_task_parts;
  if (trajectories.empty()) {
    throw InputError("trajectories", "", "none", "must be at least one");
  }
  Eigen::Index columns = 0;
  for (const Trajectory& one : trajectories) {
    check(one, trajectories.front(), step_ms);
    columns = std::max(columns, one.target.cols() + 1);
  }
  const auto given = overrides.find(kPerturbed);
  const bool perturbed = given != overrides.end() && given->second != 0.0;
  TaskDefinition definition;
  std::vector<Followed> followed;
  const auto add = [&](const Trajectory& one, const Eigen::MatrixXd& input, const char* suffix) {
    const int condition = static_cast<int>(followed.size());
    followed.push_back({padded_trial(input, one.target, columns, condition), one.start, one.stop});
    definition.conditions.push_back(one.name + suffix);
  };
  for (const Trajectory& one : trajectories) {
    add(one, one.input, "");
    if (perturbed && one.perturbed_input.size() > 0) {
      add(one, one.perturbed_input, "-perturbed");
    }
  }
  const auto all = std::make_shared<const std::vector<Followed>>(std::move(followed));
  definition.name = name;
  definition.help = "follow the trajectories that the network was trained on";
  definition.citation = "Laje & Buonomano, Nat. Neurosci. 16:925 (2013)";
  definition.scoring =
      "the squared correlation of output and target in the window, mean over outputs, is min-r2 "
      "or more";
  definition.inputs = static_cast<int>(trajectories.front().input.rows());
  definition.outputs = static_cast<int>(trajectories.front().target.rows());
  definition.step_ms = step_ms;
  definition.parameters = {
      {kMinR2, "", "smallest squared correlation of output and target", 0.8, 0.0, 1.0},
      {kPerturbed, "", "1: every trajectory also with its perturbation", 0.0, 0.0, 1.0}};
  definition.steps = [columns](const TaskParameters&) { return static_cast<int>(columns); };
  definition.draw_condition = [all](RandomStream& stream) {
    return static_cast<int>(stream.below(static_cast<std::uint32_t>(all->size())));
  };
  definition.make_trial = [all](const TaskParameters&, int condition, RandomStream&) {
    return (*all)[static_cast<std::size_t>(condition)].trial;
  };
  definition.rate_correct = [all](const TaskParameters& parameters, const Trial& trial,
                                  const Eigen::MatrixXd& output) {
    return mean_r2((*all)[static_cast<std::size_t>(trial.condition)], output) >=
           parameters.at(kMinR2);
  };
  definition.spiking_correct = [rate_correct = definition.rate_correct, step_ms](
                                   const TaskParameters& parameters, const Trial& trial,
                                   const SampledSignal& output) {
    return rate_correct(parameters, trial,
                        at_rate_steps(output, trial.target.cols() - 1, step_ms).transpose());
  };
  definition.stimulus_windows = [windows = pulses_of(*all)](const TaskParameters&) {
    return windows;
  };
  return {std::make_shared<const TaskDefinition>(std::move(definition)), overrides};
}

}  // namespace rheobase::rate
