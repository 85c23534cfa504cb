#include "rate/tasks/scoring.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "rate/tasks/task.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

Trial trial_of(const Task& task, const std::string& condition) {
  return task.trial_of(task.condition_index(condition), 1, 0, Purpose::task);
}

/// 1 x (T - 1) outputs of a rate network, `value` at one index, 0 elsewhere.
Eigen::RowVectorXd impulse(Eigen::Index size, Eigen::Index index, double value) {
  Eigen::RowVectorXd output = Eigen::RowVectorXd::Zero(size);
  output[index] = value;
  return output;
}

/// LIF readout at 0.05 ms steps (sample i at (i + 1) * 0.05 ms) with `value` at one time.
SampledSignal spiking_impulse(double duration_ms, double time_ms, double value) {
  SampledSignal signal{0.05, 0.05,
                       Eigen::VectorXd::Zero(static_cast<Eigen::Index>(duration_ms / 0.05))};
  signal.values[static_cast<Eigen::Index>(std::lround(time_ms / 0.05)) - 1] = value;
  return signal;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("go-nogo rate scoring looks at outputs 75 on and at 0.7 and 0.3") {
    const Task task("go-nogo");
    const Trial go = trial_of(task, "go");
    const Trial nogo = trial_of(task, "nogo");
    CHECK(task.rate_correct(go, impulse(199, 75, 0.71)));
    CHECK_FALSE(task.rate_correct(go, impulse(199, 75, 0.70)));
    CHECK_FALSE(task.rate_correct(go, impulse(199, 74, 2.0)));
    CHECK(task.rate_correct(nogo, impulse(199, 74, 2.0)));
    CHECK(task.rate_correct(nogo, impulse(199, 150, 0.29)));
    CHECK_FALSE(task.rate_correct(nogo, impulse(199, 150, 0.30)));
    CHECK_FALSE(task.rate_correct(nogo, impulse(199, 150, -0.30)));
  }

  TEST_CASE("go-nogo spiking scoring starts at 500 ms and NoGo is one-sided") {
    const Task task("go-nogo");
    const Trial go = trial_of(task, "go");
    const Trial nogo = trial_of(task, "nogo");
    CHECK(task.spiking_correct(go, spiking_impulse(1000, 500.0, 0.8)));
    CHECK_FALSE(task.spiking_correct(go, spiking_impulse(1000, 499.95, 0.8)));
    CHECK(task.spiking_correct(nogo, spiking_impulse(1000, 700.0, -5.0)));
    CHECK_FALSE(task.spiking_correct(nogo, spiking_impulse(1000, 700.0, 0.3)));
  }

  TEST_CASE("xor scoring starts at output 200 and 1000 ms") {
    const Task task("xor");
    const Trial same = trial_of(task, "same-minus");
    const Trial different = trial_of(task, "different-plus-minus");
    CHECK(task.rate_correct(same, impulse(299, 200, 0.71)));
    CHECK_FALSE(task.rate_correct(same, impulse(299, 199, 0.71)));
    CHECK(task.rate_correct(different, impulse(299, 298, -0.71)));
    CHECK_FALSE(task.rate_correct(different, impulse(299, 298, 0.71)));
    CHECK(task.spiking_correct(same, spiking_impulse(1500, 1000.0, 0.71)));
    CHECK_FALSE(task.spiking_correct(same, spiking_impulse(1500, 999.95, 0.71)));
  }

  TEST_CASE("mante scoring uses the last 200 outputs and 1300 ms on") {
    const Task task("mante");
    const Trial plus = trial_of(task, "context1-plus-minus");
    const Trial minus = trial_of(task, "context2-plus-minus");
    CHECK(task.rate_correct(plus, impulse(499, 299, 0.8)));
    CHECK_FALSE(task.rate_correct(plus, impulse(499, 298, 0.8)));
    CHECK(task.rate_correct(minus, impulse(499, 498, -0.8)));
    CHECK(task.spiking_correct(minus, spiking_impulse(2500, 1300.0, -0.8)));
    CHECK_FALSE(task.spiking_correct(minus, spiking_impulse(2500, 1299.95, -0.8)));
  }

  TEST_CASE("timing: height, place and quiet are each needed") {
    const Task task("timing");
    const Trial cue = trial_of(task, "cue");
    const auto bump = [](double centre, double height) {
      Eigen::RowVectorXd output(299);
      for (Eigen::Index k = 0; k < 299; ++k) {
        const double d = (static_cast<double>(k) - centre) / 15.0;
        output[k] = height * std::exp(-0.5 * d * d);
      }
      return output;
    };
    CHECK(task.rate_correct(cue, bump(175, 1.0)));
    CHECK(task.rate_correct(cue, bump(190, 1.0)));
    CHECK_FALSE(task.rate_correct(cue, bump(191, 1.0)));
    CHECK_FALSE(task.rate_correct(cue, bump(175, 0.7)));
    CHECK_FALSE(task.rate_correct(cue, bump(175, 1.0) + impulse(299, 221, -0.4)));
    CHECK(task.rate_correct(cue, bump(175, 1.0) + impulse(299, 49, 0.6)));
    const Trial catch_trial = trial_of(task, "catch");
    CHECK(task.rate_correct(catch_trial, impulse(299, 49, 1.0)));
    CHECK_FALSE(task.rate_correct(catch_trial, impulse(299, 50, -0.3)));
  }

  TEST_CASE("timing: the spiking peak lies within 75 ms and 225 ms away it is below 0.7") {
    const Task task("timing");
    const Trial cue = trial_of(task, "cue");
    CHECK(task.spiking_correct(cue, spiking_impulse(1500, 950.0, 0.8)));
    CHECK_FALSE(task.spiking_correct(cue, spiking_impulse(1500, 951.0, 0.8)));
    SampledSignal late = spiking_impulse(1500, 875.0, 0.9);
    late.values[late.first_at(1101.0)] = 0.75;
    CHECK_FALSE(task.spiking_correct(cue, late));
    late.values[late.first_at(1101.0)] = 0.69;
    CHECK(task.spiking_correct(cue, late));
  }
}
