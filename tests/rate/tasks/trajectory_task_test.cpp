#include "rate/tasks/trajectory_task.hpp"

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

constexpr int kTrajectorySteps = 100;

/// A sine of `periods` in the window, steps 20 ... 79; a cue in steps 5 ... 9, a perturbation
/// later.
Trajectory sine(const std::string& name, double periods, int steps = kTrajectorySteps) {
  Trajectory one{.name = name,
                 .input = Eigen::MatrixXd::Zero(2, steps),
                 .perturbed_input = {},
                 .target = Eigen::MatrixXd::Zero(1, steps),
                 .start = 20,
                 .stop = 80};
  one.input.row(0).segment(5, 5).setOnes();
  one.perturbed_input = one.input;
  one.perturbed_input(1, 40) = 0.5;
  for (int t = 20; t < 80; ++t) {
    one.target(0, t) = std::sin(2.0 * std::numbers::pi * periods * (t - 20) / 60.0);
  }
  return one;
}

std::string fault_of(std::vector<Trajectory> trajectories, const TaskParameters& parameters = {}) {
  try {
    trajectory_task("innate-test", std::move(trajectories), 1.0, parameters);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("trajectories are the conditions of a task, perturbed ones where they are asked for") {
    const Task task = trajectory_task("innate-words", {sine("a", 1), sine("b", 2, 90)}, 2.0);
    CHECK(task.name() == "innate-words");
    CHECK(task.conditions() == std::vector<std::string>{"a", "b"});
    CHECK(task.inputs() == 2);
    CHECK(task.outputs() == 1);
    CHECK(task.step_ms() == 2.0);
    CHECK(task.steps() == kTrajectorySteps + 1);
    const Trial b = task.trial_of(1, 1, 0, Purpose::evaluation_task);
    CHECK(b.input.cols() == kTrajectorySteps + 1);
    CHECK(b.input.rightCols(11).norm() == 0.0);
    CHECK(b.input.leftCols(90) == sine("b", 2, 90).input);
    const Task both = trajectory_task("innate-words", {sine("a", 1)}, 2.0, {{"perturbed", 1.0}});
    CHECK(both.conditions() == std::vector<std::string>{"a", "a-perturbed"});
    CHECK(both.trial_of(1, 1, 0, Purpose::evaluation_task).input(1, 40) == 0.5);
  }

  TEST_CASE("pictures shade cues, and perturbations where they are asked for, each once") {
    using Windows = std::vector<std::pair<int, int>>;
    const auto shaded = [](const TaskParameters& parameters) {
      const Task task =
          trajectory_task("innate-words", {sine("a", 1), sine("b", 2)}, 2.0, parameters);
      return task.definition().stimulus_windows(task.parameters());
    };
    CHECK(shaded({}) == Windows{{5, 10}});
    CHECK(shaded({{"perturbed", 1.0}}) == Windows{{5, 10}, {40, 41}});
    Trajectory silent = sine("silent", 1);
    silent.input.setZero();
    silent.input(0, silent.input.cols() - 1) = 1.0;  // up to the end of the trajectory
    const Task task = trajectory_task("innate-x", {silent}, 1.0);
    CHECK(task.definition().stimulus_windows(task.parameters()) == Windows{{99, 100}});
  }

  TEST_CASE("what does not fit is named") {
    CHECK(fault_of({}).find("must be at least one") != std::string::npos);
    Trajectory late = sine("late", 1);
    late.stop = 101;
    CHECK(fault_of({late}) ==
          "trajectory late: window: found steps 20 to 101; must hold two steps or more of the "
          "trial");
    Trajectory narrow = sine("narrow", 1);
    narrow.input = Eigen::MatrixXd::Zero(1, kTrajectorySteps);
    CHECK(fault_of({sine("a", 1), narrow}).find("trajectory narrow: input") != std::string::npos);
    CHECK(fault_of({sine("a", 1)}, {{"min-r2", 1.5}}).find("min-r2") != std::string::npos);
    CHECK(fault_of({sine("a", 1)}, {{"minr2", 0.5}}).find("minr2") != std::string::npos);
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("an output is right where its squared correlation in the window reaches min-r2") {
    const Task task = trajectory_task("innate-test", {sine("a", 1)}, 1.0, {{"min-r2", 0.6}});
    const Trial trial = task.trial_of(0, 1, 0, Purpose::evaluation_task);
    const Eigen::MatrixXd target = trial.target.leftCols(kTrajectorySteps);
    CHECK(task.rate_correct(trial, target));
    // Neither a scale, nor an offset, nor what is outside the window counts.
    Eigen::MatrixXd output = (-3.0 * target.array() + 7.0).matrix();
    output.leftCols(20).setConstant(50.0);
    CHECK(task.rate_correct(trial, output));
    // A sine and an orthogonal one of relative size q correlate with rho^2 = 1 / (1 + q^2).
    const Eigen::MatrixXd other = sine("b", 3).target;
    CHECK(task.rate_correct(trial, target + 0.8 * other));
    CHECK_FALSE(task.rate_correct(trial, target + 0.83 * other));
    // Late by a twelfth of a period: rho^2 = cos(30 degrees)^2 = 0.75; by a sixth: 0.25.
    const auto late = [&](double steps) -> Eigen::MatrixXd {
      Eigen::MatrixXd shifted = target;
      for (int t = 20; t < 80; ++t) {
        shifted(0, t) = std::sin(2.0 * std::numbers::pi * (t - 20 - steps) / 60.0);
      }
      return shifted;
    };
    CHECK(task.rate_correct(trial, late(5)));
    CHECK_FALSE(task.rate_correct(trial, late(10)));
    CHECK_FALSE(task.rate_correct(trial, Eigen::MatrixXd::Constant(1, kTrajectorySteps, 1.0)));
  }

  TEST_CASE("a spiking readout is taken at the steps") {
    const Task task = trajectory_task("innate-test", {sine("a", 1)}, 1.0, {{"min-r2", 0.999}});
    const Trial trial = task.trial_of(0, 1, 0, Purpose::evaluation_task);
    SampledSignal signal{0.0, 0.25, Eigen::VectorXd::Zero(4 * kTrajectorySteps + 4)};
    for (int t = 0; t < kTrajectorySteps; ++t) {
      signal.values.segment(4 * (t + 1) - 1, 3).setConstant(trial.target(0, t));
    }
    CHECK(task.spiking_correct(trial, signal));
    signal.values.head(4 * kTrajectorySteps) = signal.values.tail(4 * kTrajectorySteps).eval();
    CHECK_FALSE(task.spiking_correct(trial, signal));
  }
}
