#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "rate/tasks/task.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

Trial make(const Task& task, const std::string& condition, std::uint32_t number = 0) {
  return task.trial_of(task.condition_index(condition), 1, number, Purpose::task);
}

/// True where `values` equals `inside` on [from, to) and `outside` elsewhere.
bool is_step(const Eigen::VectorXd& values, Eigen::Index from, Eigen::Index to, double inside,
             double outside = 0.0) {
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    if (values[i] != (i >= from && i < to ? inside : outside)) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("go-nogo: stimulus at steps 50 to 74, target 1 from step 75 on") {
    const Task task("go-nogo");
    const Trial go = make(task, "go");
    CHECK(go.input.rows() == 1);
    CHECK(go.input.cols() == 200);
    CHECK(is_step(go.input.row(0), 50, 75, 1.0));
    CHECK(is_step(go.target.row(0), 75, 200, 1.0));
    const Trial nogo = make(task, "nogo");
    CHECK(nogo.input.isZero());
    CHECK(nogo.target.isZero());
    CHECK(nogo.target.size() == 200);
  }

  TEST_CASE("xor: pulses at 50 to 99 and 110 to 159, target at 170 to 269") {
    const Task task("xor");
    const double signs[4][2] = {{1, 1}, {-1, -1}, {1, -1}, {-1, 1}};
    for (std::size_t c = 0; c < 4; ++c) {
      const Trial trial = make(task, task.conditions()[c]);
      CHECK(trial.input.cols() == 300);
      CHECK(is_step(trial.input.row(0), 50, 100, signs[c][0]));
      CHECK(is_step(trial.input.row(1), 110, 160, signs[c][1]));
      CHECK(is_step(trial.target.row(0), 170, 270, signs[c][0] * signs[c][1]));
    }
  }

  TEST_CASE("xor: a longer delay moves second pulse, target and end alike") {
    const Task task("xor", {{"delay", 40}});
    const Trial trial = make(task, "different-plus-minus");
    CHECK(trial.input.cols() == 330);
    CHECK(is_step(trial.input.row(1), 140, 190, -1.0));
    CHECK(is_step(trial.target.row(0), 200, 300, -1.0));
  }

  TEST_CASE("mante: context throughout, noise only at 50 to 249, target from 250 on") {
    const Task task("mante");
    for (int condition = 0; condition < 8; ++condition) {
      const Trial trial = task.trial_of(condition, 1, 0, Purpose::task);
      const bool second = condition >= 4;
      CHECK(trial.input.cols() == 500);
      CHECK(is_step(trial.input.row(second ? 3 : 2), 0, 500, 1.0));
      CHECK(trial.input.row(second ? 2 : 3).isZero());
      for (int modality = 0; modality < 2; ++modality) {
        CHECK(trial.input.row(modality).head(50).isZero());
        CHECK(trial.input.row(modality).tail(250).isZero());
        CHECK((trial.input.row(modality).segment(50, 200).array() != 0.0).all());
      }
    }
    CHECK(is_step(make(task, "context1-minus-plus").target.row(0), 250, 500, -1.0));
    CHECK(is_step(make(task, "context2-minus-plus").target.row(0), 250, 500, 1.0));
  }

  TEST_CASE("timing: cue at 50 to 74, bell of sd 15 around 75 + d, nothing in a catch trial") {
    const Task task("timing");
    const Trial cue = make(task, "cue");
    CHECK(cue.input.cols() == 300);
    CHECK(is_step(cue.input.row(0), 50, 75, 1.0));
    for (Eigen::Index k = 0; k < 300; ++k) {
      const double d = static_cast<double>(k) - 175.0;
      CHECK(cue.target(k) == near(std::exp(-d * d / (2.0 * 15.0 * 15.0)), 1e-12));
    }
    CHECK(make(task, "catch").input.isZero());
    CHECK(make(task, "catch").target.isZero());
    CHECK(make(Task("timing", {{"interval", 800}}), "cue").target(75 + 160) == 1.0);
  }

  TEST_CASE("dms is xor with a delay of 500 ms") {
    const Task dms("dms");
    const Task long_xor("xor", {{"delay", 100}});
    for (int condition = 0; condition < 4; ++condition) {
      const Trial a = dms.trial_of(condition, 1, 0, Purpose::task);
      const Trial b = long_xor.trial_of(condition, 1, 0, Purpose::task);
      CHECK(a.input == b.input);
      CHECK(a.target == b.target);
    }
  }

  TEST_CASE("oscillation: pulse at 25 to 49, then a sine of the period asked for") {
    const Task task("oscillation", {{"period", 200}, {"cycles", 3}});
    const Trial trial = make(task, "sine");
    CHECK(trial.input.cols() == 50 + 3 * 40);
    CHECK(is_step(trial.input.row(0), 25, 50, 1.0));
    CHECK(trial.target.leftCols(51).isZero());
    CHECK(trial.target(50 + 10) == near(1.0, 1e-12));
    CHECK(trial.target(50 + 40 + 30) == near(-1.0, 1e-12));
  }

  TEST_CASE("the spiking network gets one more column, the last one repeated") {
    const Task task("mante");
    const Trial trial = make(task, "context2-plus-plus");
    const Eigen::MatrixXd input = spiking_input(trial);
    CHECK(input.cols() == 501);
    CHECK(input.leftCols(500) == trial.input);
    CHECK(input.col(500) == trial.input.col(499));
  }

  TEST_CASE("a trial is a function of seed, number and purpose") {
    const Task task("mante");
    const Trial a = task.random_trial(5, 17, Purpose::task);
    CHECK(task.random_trial(5, 17, Purpose::task).input == a.input);
    CHECK(task.random_trial(5, 18, Purpose::task).input != a.input);
    CHECK(task.random_trial(6, 17, Purpose::task).input != a.input);
    CHECK(task.random_trial(5, 17, Purpose::evaluation_task).input != a.input);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("random conditions are equally frequent in every task") {
    for (const char* name : {"go-nogo", "xor", "mante", "timing"}) {
      const Task task(name);
      constexpr int draws = 20000;
      std::vector<int> counts(task.conditions().size());
      for (int k = 0; k < draws; ++k) {
        RandomStream stream(1, static_cast<std::uint32_t>(k), Purpose::task);
        ++counts[static_cast<std::size_t>(task.definition().draw_condition(stream))];
      }
      const double p = 1.0 / static_cast<double>(counts.size());
      for (const int count : counts) {
        CHECK(std::abs(count - draws * p) < tolerance::kSigmas * std::sqrt(draws * p * (1.0 - p)));
      }
    }
  }

  TEST_CASE("mante inputs are offset +-0.5 plus unit Gaussian noise") {
    const Task task("mante");
    for (const auto& [condition, sign] :
         {std::pair{"context1-plus-minus", 1.0}, {"context2-minus-plus", -1.0}}) {
      double sum = 0.0;
      double squares = 0.0;
      constexpr int trials = 500;
      for (std::uint32_t k = 0; k < trials; ++k) {
        const Eigen::VectorXd u = make(task, condition, k).input.row(0).segment(50, 200);
        sum += u.sum();
        squares += u.squaredNorm();
      }
      const double n = 200.0 * trials;
      const double mean = sum / n;
      CHECK(std::abs(mean - 0.5 * sign) < tolerance::kSigmas / std::sqrt(n));
      CHECK(std::abs(squares / n - mean * mean - 1.0) < tolerance::kSigmas * std::sqrt(2.0 / n));
    }
  }
}
