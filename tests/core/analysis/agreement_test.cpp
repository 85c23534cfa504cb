#include "core/analysis/agreement.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;

TEST_SUITE("unit") {
  TEST_CASE("root mean square error of known differences") {
    CHECK(root_mean_square_error(Eigen::Vector2d(3.0, 0.0), Eigen::Vector2d(0.0, 4.0)) ==
          near(std::sqrt(12.5), 1e-12));
    CHECK(root_mean_square_error(Eigen::Vector2d(1.0, 2.0), Eigen::Vector2d(1.0, 2.0)) == 0.0);
    CHECK_THROWS_AS(root_mean_square_error(Eigen::Vector2d::Zero(), Eigen::Vector3d::Zero()),
                    InputError);
    CHECK_THROWS_AS(root_mean_square_error(Eigen::VectorXd(), Eigen::VectorXd()), InputError);
  }

  TEST_CASE("correlation is blind to scale and offset, and changes sign with them") {
    const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(50, 0.0, 7.0).array().sin();
    CHECK(*pearson_correlation(x, (3.0 * x.array() + 100.0).matrix()) == near(1.0, 1e-14));
    CHECK(*pearson_correlation(x, -x) == near(-1.0, 1e-14));
  }

  TEST_CASE("correlation of the angle between two centred vectors is its cosine") {
    const Eigen::Vector3d x(1.0, -1.0, 0.0);
    const Eigen::Vector3d y(1.0, 0.0, -1.0);
    CHECK(*pearson_correlation(x, y) == near(0.5, 1e-12));
    const Eigen::Vector4d even(1.0, -1.0, 1.0, -1.0);
    const Eigen::Vector4d pairs(1.0, 1.0, -1.0, -1.0);
    CHECK(*pearson_correlation(even, pairs) == within(0.0, 1e-12));
  }

  TEST_CASE("sums one by one, in blocks and merged agree, also far from zero") {
    const Eigen::ArrayXd x = Eigen::ArrayXd::LinSpaced(90, 0.0, 20.0).sin() + 1e6;
    const Eigen::ArrayXd y = Eigen::ArrayXd::LinSpaced(90, 0.5, 20.5).sin() - 1e6;
    CorrelationSums one_by_one;
    for (Eigen::Index k = 0; k < x.size(); ++k) {
      one_by_one.add(x[k], y[k]);
    }
    CorrelationSums blocks;
    blocks.add(x.head(13), y.head(13));
    CorrelationSums rest;
    rest.add(x.tail(77), y.tail(77));
    blocks.add(rest);
    blocks.add(CorrelationSums{});
    const double expected = *pearson_correlation(x - 1e6, y + 1e6);
    CHECK(*one_by_one.correlation() == near(expected, 1e-9));
    CHECK(*blocks.correlation() == near(expected, 1e-9));
    CHECK(blocks.count() == 90);
  }

  TEST_CASE("a constant has no correlation") {
    const Eigen::Vector3d x(1.0, 2.0, 3.0);
    CHECK_FALSE(pearson_correlation(x, Eigen::Vector3d::Constant(0.1)).has_value());
    CHECK_FALSE(pearson_correlation(Eigen::VectorXd::Ones(1), Eigen::VectorXd::Ones(1)));
    CHECK_FALSE(CorrelationSums{}.correlation().has_value());
    CHECK_THROWS_AS(pearson_correlation(x, Eigen::Vector2d::Zero()), InputError);
    CHECK_THROWS_AS(pearson_correlation(x, Eigen::Vector3d(1.0, NAN, 0.0)), InputError);
  }
}
