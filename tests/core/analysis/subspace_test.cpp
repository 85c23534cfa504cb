#include "core/analysis/subspace.hpp"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;

TEST_SUITE("unit") {
  TEST_CASE("a plane rotated about one of its axes has angles 0 and the rotation's") {
    for (const double angle : {1e-9, 1e-4, 0.3, 1.2, std::numbers::pi / 2.0}) {
      Eigen::MatrixXd plane = Eigen::MatrixXd::Identity(4, 2);
      Eigen::MatrixXd turned = plane;
      turned.col(1) << 0.0, std::cos(angle), std::sin(angle), 0.0;
      const Eigen::VectorXd angles = principal_angles(plane, turned);
      REQUIRE(angles.size() == 2);
      CHECK(angles[0] < 1e-15);
      CHECK(angles[1] == near(angle, 1e-7));
    }
  }

  TEST_CASE("angles belong to the spans, not to the columns") {
    Eigen::MatrixXd first(5, 2);
    first << 1, 2, 0, 1, 3, 1, 1, 1, 2, 0;
    Eigen::Matrix2d mix;
    mix << 2.0, 1.0, -1.0, 5.0;
    CHECK(principal_angles(first, first * mix).maxCoeff() < 1e-14);
    Eigen::MatrixXd dependent(5, 3);
    dependent << first, first.col(0) + first.col(1);
    CHECK(principal_angles(first, dependent).size() == 2);
    CHECK(principal_angles(first, dependent).maxCoeff() < 1e-14);
  }

  TEST_CASE("a line and a plane have one angle, whichever comes first") {
    Eigen::MatrixXd line(3, 1);
    line << 1.0, 0.0, 1.0;
    const Eigen::MatrixXd plane = Eigen::MatrixXd::Identity(3, 2);
    const Eigen::VectorXd angles = principal_angles(line, plane);
    REQUIRE(angles.size() == 1);
    CHECK(angles[0] == near(std::numbers::pi / 4.0, 1e-12));
    CHECK(principal_angles(plane, line)[0] == near(angles[0], 1e-14));
  }

  TEST_CASE("orthogonal subspaces are at right angles and angles increase") {
    const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(6, 6);
    CHECK(principal_angles(identity.leftCols(3), identity.rightCols(3))
              .isApproxToConstant(std::numbers::pi / 2.0));
    const Eigen::VectorXd mixed = principal_angles(identity.leftCols(3), identity.middleCols(2, 3));
    CHECK(mixed[0] < 1e-15);
    CHECK(mixed[1] == near(std::numbers::pi / 2.0, 1e-12));
  }

  TEST_CASE("spaces that cannot be compared are refused") {
    const Eigen::MatrixXd plane = Eigen::MatrixXd::Identity(3, 2);
    CHECK_THROWS_AS(principal_angles(plane, Eigen::MatrixXd::Identity(4, 2)), InputError);
    CHECK_THROWS_AS(principal_angles(plane, Eigen::MatrixXd::Zero(3, 2)), InputError);
    CHECK_THROWS_AS(principal_angles(plane, Eigen::MatrixXd(3, 0)), InputError);
    CHECK_THROWS_AS(principal_angles(plane, Eigen::MatrixXd::Constant(3, 1, NAN)), InputError);
  }

  TEST_CASE("angles near 0 and near a right angle are accurate to their own size") {
    for (const double angle : {1e-12, 1e-9, 1e-6, 1e-3, 0.5, 0.7}) {
      Eigen::MatrixXd plane = Eigen::MatrixXd::Identity(5, 2);
      Eigen::MatrixXd turned(5, 2);
      turned.col(0) << std::cos(angle), 0.0, std::sin(angle), 0.0, 0.0;
      turned.col(1) << 0.0, 0.0, 0.0, std::cos(angle), std::sin(angle);
      const Eigen::VectorXd angles = principal_angles(plane, turned);
      CHECK(std::abs(angles[0] - angle) <= 1e-15);
      CHECK(std::abs(angles[1] - std::numbers::pi / 2.0) <= 1e-14);
      // The complement of a small angle: by the cosine, to rounding of the result itself.
      turned.col(1) << 0.0, std::sin(angle), 0.0, std::cos(angle), 0.0;
      const double large = principal_angles(plane, turned)[1];
      CHECK(std::abs(std::numbers::pi / 2.0 - large - angle) <= 1e-15);
    }
  }
}
