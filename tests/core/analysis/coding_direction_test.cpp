#include "core/analysis/coding_direction.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/max_abs.hpp"
#include "tests/tolerances.hpp"

namespace rheobase::analysis {

namespace {

Eigen::MatrixXd noisy(const Eigen::VectorXd& mean, Eigen::Index trials, double sd,
                      RandomStream& random) {
  return mean.replicate(1, trials) +
         Eigen::MatrixXd::NullaryExpr(mean.size(), trials, [&] { return sd * random.normal(); });
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("the direction is the difference of the means, of unit length where asked") {
    Eigen::MatrixXd right(2, 2);
    right << 5, 7, 1, 1;
    const Eigen::MatrixXd left = Eigen::Vector2d(3, 5);
    CHECK((coding_vector(right, left, false) - Eigen::Vector2d(3, -4)).norm() <= 1e-15);
    CHECK((coding_vector(right, left, true) - Eigen::Vector2d(0.6, -0.8)).norm() <= 1e-15);
  }

  TEST_CASE("medians of the endpoints become zero and one, whatever the vector's length") {
    RandomStream random(3, 0, Purpose::task);
    const Eigen::MatrixXd right = noisy(Eigen::Vector3d(4, 1, 0), 9, 1.0, random);
    const Eigen::MatrixXd left = noisy(Eigen::Vector3d(0, 2, 0), 8, 1.0, random);
    for (const bool unit_length : {false, true}) {
      const CodingDirection cd =
          scaled_direction(coding_vector(right, left, unit_length), right, left);
      const Eigen::VectorXd r = cd.project(right);
      const Eigen::VectorXd l = cd.project(left);
      CHECK(std::abs(median({r.data(), 9}) - 1.0) <= 1e-14);
      CHECK(std::abs(median({l.data(), 8})) <= 1e-14);
    }
  }

  TEST_CASE("histograms put values on edges above and close the last bin") {
    const std::vector<double> edges{0.0, 1.0, 2.0};
    const std::vector<double> values{-0.1, 0.0, 0.5, 1.0, 2.0, 2.1};
    CHECK(histogram(values, edges) == std::vector<int>{2, 2});
  }

  TEST_CASE("mean and spread across trials") {
    const std::vector<Eigen::VectorXd> traces{Eigen::Vector2d(1, 5), Eigen::Vector2d(3, 5),
                                              Eigen::Vector2d(5, 5)};
    const AcrossTrials across = across_trials(traces);
    CHECK(across.trials == 3);
    CHECK((across.mean - Eigen::Vector2d(3, 5)).norm() <= 1e-15);
    CHECK((across.sd - Eigen::Vector2d(2, 0)).norm() <= 1e-15);
    CHECK(across_trials({}).mean.size() == 0);
  }

  TEST_CASE("the phase line of an exponential approach is the straight line of its flow") {
    // dx/dt = (1 - x) / 100 ms from 0 and from 2.
    std::vector<Eigen::VectorXd> traces;
    for (const double start : {0.0, 2.0}) {
      traces.emplace_back(Eigen::VectorXd::NullaryExpr(400, [&](Eigen::Index k) {
        return 1.0 + (start - 1.0) * std::exp(-static_cast<double>(k) / 100.0);
      }));
    }
    const PhaseLine line = phase_line(traces, 1.0);
    REQUIRE(line.position.size() == 11);
    for (std::size_t i = 0; i < line.position.size(); ++i) {
      // Bins are 0.2 wide, so the mean position in one is off by less than half of that.
      CHECK(std::abs(line.speed[i] - 10.0 * (1.0 - line.position[i]) / 100.0) <= 0.01);
    }
    CHECK(line.speed.front() > 0.08);
    CHECK(line.speed.back() < -0.08);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("the direction of noisy trials is the true one within its error") {
    RandomStream random(5, 0, Purpose::task);
    const Eigen::Vector3d right(3, 1, 2);
    const Eigen::Vector3d left(1, 1, 3);
    const Eigen::VectorXd vector =
        coding_vector(noisy(right, 400, 2.0, random), noisy(left, 400, 2.0, random), false);
    const double error = 2.0 * std::sqrt(2.0 / 400.0);
    CHECK(max_abs(vector - (right - left)) <= tolerance::kSigmas * error);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("sides without trials, of other units, not finite or alike are refused") {
    const Eigen::MatrixXd two = Eigen::MatrixXd::Ones(2, 3);
    const Eigen::MatrixXd none(2, 0);
    CHECK_THROWS_WITH_AS(coding_vector(two, none, true), doctest::Contains("left trials"),
                         InputError);
    CHECK_THROWS_WITH_AS(coding_vector(two, Eigen::MatrixXd::Ones(3, 1), true),
                         doctest::Contains("3 units"), InputError);
    CHECK_THROWS_WITH_AS(coding_vector(two, two * NAN, true), doctest::Contains("finite"),
                         InputError);
    CHECK_THROWS_WITH_AS(coding_vector(two, two, true), doctest::Contains("differ"), InputError);
    CHECK_THROWS_AS(scaled_direction(Eigen::Vector2d(1, 0), two, two), InputError);
    CHECK_THROWS_AS(median({}), InputError);
    CHECK_THROWS_AS(histogram({}, std::vector{1.0, 1.0}), InputError);
  }
}

}  // namespace rheobase::analysis
