#include "core/analysis/pca.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;

namespace {

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index cols, Seed seed) {
  RandomStream random(seed, 0, Purpose::initialisation);
  return Eigen::MatrixXd::NullaryExpr(rows, cols, [&] { return random.normal(); });
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("activity along one direction has one component") {
    const Eigen::Vector3d direction = Eigen::Vector3d(2.0, 3.0, -6.0) / 7.0;
    Eigen::MatrixXd activity(3, 5);
    activity = direction * Eigen::RowVectorXd::LinSpaced(5, -2.0, 2.0);
    activity.colwise() += Eigen::Vector3d(10.0, 20.0, 30.0);
    const Pca result = pca(activity);
    CHECK(result.mean.isApprox(Eigen::Vector3d(10.0, 20.0, 30.0)));
    CHECK(result.explained[0] == near(1.0, 1e-14));
    CHECK(result.explained[1] < 1e-14);
    // Variance of -2 ... 2 over n - 1 = 10 / 4; the largest entry is made positive.
    CHECK(result.variance[0] == near(2.5, 1e-12));
    CHECK(result.components.col(0).isApprox(-direction));
    CHECK(components_for(result, 0.99) == 1);
    CHECK(participation_ratio(result) == near(1.0, 1e-12));
  }

  TEST_CASE("variances along rotated axes are found again") {
    // Four samples +-a e1, +-b e2 in a rotated frame: variances 2a^2/3 and 2b^2/3.
    const double angle = 0.7;
    Eigen::Matrix2d rotation;
    rotation << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle);
    Eigen::MatrixXd samples(2, 4);
    samples << 3.0, -3.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0;
    const Pca result = pca(rotation * samples);
    CHECK(result.variance[0] == near(6.0, 1e-12));
    CHECK(result.variance[1] == near(2.0 / 3.0, 1e-12));
    CHECK(result.explained[0] == near(0.9, 1e-12));
    CHECK(result.components.col(0).isApprox(rotation.col(0)));
    CHECK(components_for(result, 0.9) == 1);
    CHECK(components_for(result, 0.91) == 2);
    CHECK(participation_ratio(result) == near(1.0 / (0.81 + 0.01), 1e-12));
  }

  TEST_CASE("components are orthonormal and projections give the activity back") {
    const Eigen::MatrixXd activity = normals(6, 40, 3);
    const Pca result = pca(activity);
    CHECK((result.components.transpose() * result.components)
              .isApprox(Eigen::MatrixXd::Identity(6, 6), 1e-12));
    const Eigen::MatrixXd again = (result.components * result.projections).colwise() + result.mean;
    CHECK(again.isApprox(activity, 1e-12));
    CHECK(project(result, activity, 2).isApprox(result.projections.topRows(2), 1e-12));
    CHECK(result.explained.sum() == near(1.0, 1e-12));
    for (Eigen::Index k = 0; k < 6; ++k) {
      CHECK(result.projections.row(k).squaredNorm() / 39.0 == near(result.variance[k], 1e-12));
    }
  }

  TEST_CASE("there are never more components than samples") {
    const Pca result = pca(normals(10, 4, 1));
    CHECK(result.components.cols() == 4);
    CHECK(result.explained.head(3).sum() == near(1.0, 1e-12));
  }

  TEST_CASE("activity that never changes has no variance to share") {
    const Pca result = pca(Eigen::MatrixXd::Constant(3, 4, 0.1));
    CHECK(result.explained.sum() == 0.0);
    CHECK(components_for(result, 0.5) == 0);
    CHECK(participation_ratio(result) == 0.0);
  }

  TEST_CASE("wrong shapes and values are refused") {
    CHECK_THROWS_AS(pca(Eigen::MatrixXd::Zero(3, 1)), InputError);
    CHECK_THROWS_AS(pca(Eigen::MatrixXd::Constant(3, 4, NAN)), InputError);
    CHECK_THROWS_AS(pca(1e200 * normals(3, 9, 1)), InputError);
    const Pca basis = pca(normals(3, 9, 1));
    CHECK_THROWS_AS(project(basis, Eigen::MatrixXd::Zero(4, 2), 1), InputError);
    CHECK_THROWS_AS(project(basis, Eigen::MatrixXd::Zero(3, 2), 4), InputError);
  }

  TEST_CASE("many samples are taken some at a time, and can be stopped in between") {
    const Eigen::MatrixXd activity = normals(3, 20000, 3);
    const Eigen::MatrixXd centred = activity.colwise() - activity.rowwise().mean();
    const Pca whole = pca(activity);
    const Eigen::MatrixXd covariance = centred * centred.transpose() / 19999.0;
    CHECK(
        (whole.components * whole.variance.asDiagonal() * whole.components.transpose() - covariance)
            .norm() < 1e-12);
    CHECK((whole.projections - whole.components.transpose() * centred).norm() < 1e-9);
    int asked = 0;
    CHECK_THROWS_AS(pca(activity, [&] { return ++asked == 3; }), Cancelled);
    CHECK(asked == 3);
  }
}
