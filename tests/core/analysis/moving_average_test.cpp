#include "core/analysis/moving_average.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/max_abs.hpp"

namespace rheobase::analysis {

TEST_SUITE("numeric") {
  TEST_CASE("a straight line stays a straight line up to both ends") {
    const Eigen::VectorXd line = Eigen::VectorXd::LinSpaced(50, -3.0, 8.0);
    CHECK(max_abs(moving_average(line, 11) - line) <= 1e-13);
  }

  TEST_CASE("windows shrink to 1, 3, 5 samples at the ends") {
    Eigen::VectorXd signal(7);
    signal << 7, 0, 5, 1, 0, 0, 4;
    Eigen::VectorXd expected(7);
    expected << 7, 4, 13.0 / 5, 6.0 / 5, 2, 4.0 / 3, 4;
    CHECK(max_abs(moving_average(signal, 5) - expected) <= 1e-14);
  }

  TEST_CASE("an even span acts as the odd one below it") {
    const Eigen::VectorXd signal = Eigen::VectorXd::LinSpaced(40, 0.0, 9.0).array().sin();
    CHECK((moving_average(signal, 10) - moving_average(signal, 9)).norm() == 0.0);
    CHECK((moving_average(signal, 1) - signal).norm() == 0.0);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("a span outside the signal is refused") {
    CHECK_THROWS_AS(moving_average(Eigen::VectorXd::Zero(4), 0), InputError);
    CHECK_THROWS_AS(moving_average(Eigen::VectorXd::Zero(4), 5), InputError);
  }
}

}  // namespace rheobase::analysis
