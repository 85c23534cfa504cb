#include "core/analysis/synchrony.hpp"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;

TEST_SUITE("unit") {
  TEST_CASE("identical units are fully synchronous, opposite ones not at all") {
    const Eigen::RowVectorXd wave = Eigen::RowVectorXd::LinSpaced(100, 0.0, 9.0).array().sin();
    const Eigen::MatrixXd same = Eigen::VectorXd::Ones(8) * wave;
    CHECK(*synchrony_chi(same) == near(1.0, 1e-12));
    Eigen::MatrixXd opposite = same;
    opposite.bottomRows(4) *= -1.0;
    CHECK(*synchrony_chi(opposite) < 1e-12);
  }

  TEST_CASE("units with evenly spread phases cancel; partly shared signals give the fraction") {
    constexpr int samples = 400;
    Eigen::MatrixXd phases(4, samples);
    Eigen::MatrixXd shared(2, samples);
    for (int k = 0; k < samples; ++k) {
      const double t = 2.0 * std::numbers::pi * k / samples;
      for (int i = 0; i < 4; ++i) {
        phases(i, k) = std::sin(t + i * std::numbers::pi / 2.0);
      }
      shared(0, k) = std::sin(t) + std::sin(2.0 * t);
      shared(1, k) = std::sin(t) + std::sin(3.0 * t);
    }
    CHECK(*synchrony_chi(phases) < 1e-12);
    // Mean: sin t + (sin 2t + sin 3t) / 2, power 1 + 1/2 of 2.
    CHECK(*synchrony_chi(shared) == near(std::sqrt(0.75), 1e-12));
  }

  TEST_CASE("independent units give 1 / sqrt(N)") {
    RandomStream random(1, 0, Purpose::initialisation);
    const Eigen::MatrixXd noise =
        Eigen::MatrixXd::NullaryExpr(100, 5000, [&] { return random.normal(); });
    CHECK(*synchrony_chi(noise) == near(0.1, 0.05));
  }

  TEST_CASE("units that never vary have no synchrony, and wrong input is refused") {
    CHECK_FALSE(synchrony_chi(Eigen::MatrixXd::Constant(3, 7, 0.1)).has_value());
    CHECK_THROWS_AS(synchrony_chi(Eigen::MatrixXd::Zero(3, 1)), InputError);
    CHECK_THROWS_AS(synchrony_chi(Eigen::MatrixXd::Constant(3, 4, NAN)), InputError);
  }
}
