#include "core/analysis/mixed_selectivity.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;

namespace {

/// Full 2 x 2 design of -1 and +1.
Eigen::MatrixXd factors_of(Eigen::Index trials) {
  Eigen::MatrixXd factors(trials, 2);
  for (Eigen::Index k = 0; k < trials; ++k) {
    factors(k, 0) = k % 2 == 0 ? 1.0 : -1.0;
    factors(k, 1) = (k / 2) % 2 == 0 ? 1.0 : -1.0;
  }
  return factors;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("planted effects are found again and classified") {
    const Eigen::MatrixXd factors = factors_of(80);
    RandomStream random(5, 0, Purpose::initialisation);
    Eigen::MatrixXd responses(5, 80);
    for (Eigen::Index k = 0; k < 80; ++k) {
      const double a = factors(k, 0);
      const double b = factors(k, 1);
      responses(0, k) = 10.0 + random.normal();
      responses(1, k) = 10.0 + 2.0 * a + random.normal();
      responses(2, k) = 10.0 + 2.0 * a - 3.0 * b + random.normal();
      responses(3, k) = 10.0 + 2.0 * a - 3.0 * b + 1.5 * a * b + random.normal();
      responses(4, k) = 10.0 + 4.0 * a * b + random.normal();
    }
    const MixedSelectivity result = mixed_selectivity(responses, factors);
    CHECK(result.terms == std::vector<std::pair<int, int>>{{0, -1}, {1, -1}, {0, 1}});
    CHECK(result.classes == std::vector{SelectivityClass::unselective, SelectivityClass::pure,
                                        SelectivityClass::linear_mixed,
                                        SelectivityClass::nonlinear_mixed,
                                        SelectivityClass::nonlinear_mixed});
    const double error = tolerance::kSigmas / std::sqrt(80.0);
    CHECK(std::abs(result.coefficients(3, 0) - 2.0) < error);
    CHECK(std::abs(result.coefficients(3, 1) + 3.0) < error);
    CHECK(std::abs(result.coefficients(3, 2) - 1.5) < error);
  }

  TEST_CASE("one factor: the p value is that of Student's two-sample t test") {
    // Groups 1, 2, 3 and 4, 5, 9: difference 4, pooled variance (2 + 14) / 4 = 4, t = 4 /
    // sqrt(4 * 2 / 3) = sqrt 6 on 4 degrees of freedom, where P(|T| > t) has the closed form
    // 1 - s (1 + c^2 / 2) with s = t / sqrt(4 + t^2), c = 2 / sqrt(4 + t^2).
    Eigen::MatrixXd factor(6, 1);
    factor << 1, 1, 1, -1, -1, -1;
    Eigen::MatrixXd responses(1, 6);
    responses << 4, 5, 9, 1, 2, 3;
    const MixedSelectivity result = mixed_selectivity(responses, factor);
    CHECK(result.coefficients(0, 0) == near(2.0, 1e-12));
    const double s = std::sqrt(6.0 / 10.0);
    CHECK(result.p_values(0, 0) == near(1.0 - s * (1.0 + 0.5 * 0.4), 1e-10));
    CHECK(result.r_squared[0] == near(24.0 / 40.0, 1e-12));
  }

  TEST_CASE("noise-free responses: real effects are certain, rounding is none") {
    const Eigen::MatrixXd factors = factors_of(12);
    Eigen::MatrixXd responses(3, 12);
    responses.row(0) = (0.3 + 0.1 * factors.col(0).array()).transpose();
    responses.row(1).setConstant(0.1);
    responses.row(2).setZero();
    const MixedSelectivity result = mixed_selectivity(responses, factors);
    CHECK(result.classes == std::vector{SelectivityClass::pure, SelectivityClass::unselective,
                                        SelectivityClass::unselective});
    CHECK(result.r_squared[0] == near(1.0, 1e-12));
    CHECK(result.r_squared[1] == 0.0);
  }

  TEST_CASE("arguments that do not fit are refused") {
    const Eigen::MatrixXd factors = factors_of(12);
    const Eigen::MatrixXd responses = Eigen::MatrixXd::Zero(2, 12);
    CHECK_THROWS_AS(mixed_selectivity(responses.leftCols(3), factors), InputError);
    CHECK_THROWS_AS(mixed_selectivity(responses.leftCols(4), factors.topRows(4)), InputError);
    CHECK_THROWS_AS(mixed_selectivity(responses, factors, 0.0), InputError);
    CHECK_THROWS_AS(mixed_selectivity(Eigen::MatrixXd::Constant(1, 12, NAN), factors), InputError);
    Eigen::MatrixXd repeated = factors;
    repeated.col(1) = repeated.col(0);
    CHECK_THROWS_AS(mixed_selectivity(responses, repeated), InputError);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("without an effect p values are uniform") {
    const Eigen::MatrixXd factors = factors_of(40);
    RandomStream random(8, 0, Purpose::initialisation);
    constexpr int units = 4000;
    const Eigen::MatrixXd responses =
        Eigen::MatrixXd::NullaryExpr(units, 40, [&] { return random.normal(); });
    const MixedSelectivity result = mixed_selectivity(responses, factors);
    for (Eigen::Index term = 0; term < 3; ++term) {
      for (const double level : {0.01, 0.1, 0.5}) {
        const double fraction = (result.p_values.col(term).array() < level).cast<double>().mean();
        CHECK(std::abs(fraction - level) <
              tolerance::kSigmas * std::sqrt(level * (1.0 - level) / units));
      }
    }
  }
}
