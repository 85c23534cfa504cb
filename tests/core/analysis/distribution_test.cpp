#include "core/analysis/distribution.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;

TEST_SUITE("unit") {
  TEST_CASE("quartiles of 1 ... 5 are order statistics, of 1 ... 4 lie between them") {
    Eigen::VectorXd five(5);
    five << 4.0, 1.0, 5.0, 3.0, 2.0;
    const Distribution odd = distribution_of(five);
    CHECK(odd.count == 5);
    CHECK(odd.mean == near(3.0, 1e-12));
    CHECK(odd.sd == near(std::sqrt(2.5), 1e-12));
    CHECK(odd.minimum == 1.0);
    CHECK(odd.lower_quartile == 2.0);
    CHECK(odd.median == 3.0);
    CHECK(odd.upper_quartile == 4.0);
    CHECK(odd.maximum == 5.0);
    const Distribution even = distribution_of(Eigen::Vector4d(1.0, 2.0, 3.0, 4.0));
    CHECK(even.lower_quartile == near(1.75, 1e-12));
    CHECK(even.median == near(2.5, 1e-12));
  }

  TEST_CASE("one value, no value, and values that are not finite") {
    const Distribution one = distribution_of(Eigen::VectorXd::Constant(1, 7.0));
    CHECK(one.median == 7.0);
    CHECK(one.upper_quartile == 7.0);
    CHECK(one.sd == 0.0);
    CHECK(distribution_of(Eigen::VectorXd()).count == 0);
    CHECK_THROWS_AS(distribution_of(Eigen::Vector2d(1.0, NAN)), InputError);
  }
}
