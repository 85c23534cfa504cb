#include "tests/max_abs.hpp"

#include <cmath>

#include <doctest/doctest.h>

using namespace rheobase;

TEST_SUITE("unit") {
  TEST_CASE("what tests compare stays NaN wherever a NaN stands") {
    for (Eigen::Index at = 0; at < 40; ++at) {
      Eigen::MatrixXd values = Eigen::MatrixXd::Constant(8, 5, -3.0);
      CHECK(max_abs(values) == 3.0);
      values(at) = std::nan("");
      CAPTURE(at);
      CHECK(std::isnan(max_abs(values)));
      CHECK_FALSE(largest_difference(values, values) <= 1e300);
    }
    CHECK(max_abs(Eigen::MatrixXd(0, 3)) == 0.0);
    CHECK(std::isinf(largest_difference(Eigen::MatrixXd::Zero(2, 3), Eigen::MatrixXd::Zero(3, 2))));
    CHECK(larger(1.0, 2.0) == 2.0);
    CHECK(std::isnan(larger(1.0, std::nan(""))));
    CHECK(std::isnan(larger(std::nan(""), 1.0)));
  }
}
