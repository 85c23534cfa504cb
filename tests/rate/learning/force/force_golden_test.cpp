#include <cmath>

#include <doctest/doctest.h>

#include "rate/learning/force/force_training.hpp"
#include "tests/max_abs.hpp"
#include "tests/rate/learning/force/golden_force.hpp"

namespace rheobase::rate {

namespace {

using golden::ForceFile;
using golden::kForceOne;
using golden::kForceThree;

Eigen::MatrixXd row(const Eigen::VectorXd& values) {
  return values.transpose();
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("frozen inputs of given normals are the published ones, also from the sample on") {
    const ForceFile file;
    const auto inputs = file.inputs(ForceFile::epochs());
    const TrialEpochs cut{.sample = 0, .delay = 100, .cue = 300, .steps = 550};
    const auto from_sample = file.inputs(cut);
    for (const int side : {0, 1}) {
      const std::string name = "input_side" + std::to_string(side);
      const Eigen::MatrixXd& input = inputs[static_cast<std::size_t>(side)];
      CHECK(largest_difference(input.topRows(3), file(name + "_units0_2")) <= kForceOne);
      CHECK(largest_difference(row(input.col(599)), file(name + "_last")) <= kForceOne);
      CHECK(largest_difference(from_sample[static_cast<std::size_t>(side)].topRows(3),
                               file("cut_" + name + "_units0_2")) <= kForceOne);
    }
  }

  TEST_CASE("J, P, r and x after 1, 2, 10, 100 updates and at the ends of both passes") {
    const ForceFile file;
    ForceTraining training(file.network(), file.task(), {});
    const Eigen::MatrixXd first_errors = file("err_first200_units0_2");
    const Eigen::MatrixXd norms = file("err_norm");
    const Eigen::MatrixXd c = file("c");
    int update = 0;
    for (const std::size_t side : {0U, 1U}) {
      training.start_pass(side);
      for (Eigen::Index t = 1; t < 600; ++t) {
        training.step(t, true);
        REQUIRE(std::abs(training.error().norm() - norms(update)) <= kForceOne);
        // The program's c = 1 / (1 + r . P r) with the updated P is 1 - r . g.
        REQUIRE(std::abs(1.0 - training.rate_now().dot(training.gain()) - c(update)) <= kForceOne);
        if (update < 200) {
          REQUIRE(largest_difference(row(training.error().head(3)), first_errors.row(update)) <=
                  kForceOne);
        }
        ++update;
        if (update <= 2 || update == 10 || update == 100 || update == 599 || update == 1198) {
          const std::string after = "_after" + std::to_string(update);
          CAPTURE(update);
          CHECK(largest_difference(training.network().recurrent, file("J" + after)) <= kForceOne);
          CHECK(largest_difference(training.inverse_correlation(), file("P" + after)) <= kForceOne);
          CHECK(largest_difference(row(training.rate_now()), file("r" + after)) <= kForceOne);
          CHECK(largest_difference(row(training.state_now()), file("x" + after)) <= kForceOne);
        }
      }
      training.end_pass();
    }
  }

  TEST_CASE("three iterations: pVar, J, P, the test passes and the states they end in") {
    const ForceFile file;
    ForceTraining training(file.network(), file.task(), {});
    const Eigen::MatrixXd pvar = file("pVar");
    for (Eigen::Index iteration = 0; iteration < 3; ++iteration) {
      const ForceIteration outcome = training.iterate();
      for (Eigen::Index side = 0; side < 2; ++side) {
        CHECK(std::abs(outcome.pvar[static_cast<std::size_t>(side)] - pvar(side, iteration)) <=
              kForceThree);
      }
    }
    CHECK(largest_difference(training.network().recurrent, file("J_final")) <= kForceThree);
    CHECK(largest_difference(training.inverse_correlation(), file("P_final")) <= kForceThree);
    for (const int side : {0, 1}) {
      const auto s = static_cast<std::size_t>(side);
      const std::string number = std::to_string(side);
      CHECK(largest_difference(training.test_rates(s).topRows(4).transpose(),
                               file("test_pass_r_side" + number + "_units0_3")) <= kForceThree);
      CHECK(largest_difference(row(training.side_state(s)), file("x_end_side" + number)) <=
            kForceThree);
    }
  }

  TEST_CASE("trials of the trained and the untrained network, with and without noise") {
    const ForceFile file;
    const ForceTask task = file.task();
    ForceTraining training(file.network(), task, {});
    for (int iteration = 0; iteration < 3; ++iteration) {
      training.iterate();
    }
    const auto check = [&](const ForceTest& test, const std::string& name, double tolerance) {
      CAPTURE(name);
      for (Eigen::Index side = 0; side < 2; ++side) {
        const auto s = static_cast<std::size_t>(side);
        const std::string field = name + "_r_side" + std::to_string(side) + "_units0_3";
        if (side == 0 || name != "untrained") {
          CHECK(largest_difference(test.rate[s].topRows(4).transpose(), file(field)) <= tolerance);
        }
        CHECK(std::abs(test.pvar[s] - file(name + "_pVar")(side)) <= tolerance);
      }
    };
    check(test_force(training.network(), task, PvarNorm::l1), "fresh", kForceThree);
    const Eigen::MatrixXd noise = file("pert_noise_q") / 32.0;
    check(test_force(training.network(), task, PvarNorm::l1, file("pert_amp")(0), noise), "pert",
          kForceThree);
    check(test_force(file.network(), task, PvarNorm::l1), "untrained", kForceOne);
  }
}

}  // namespace rheobase::rate
