#include "rate/learning/loss.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace rheobase::rate;

TEST_SUITE("numeric") {
  TEST_CASE("targets that are not-a-number ask nothing of the output") {
    const double none = std::numeric_limits<double>::quiet_NaN();
    const Eigen::MatrixXd output{{1.0, 5.0, -2.0}, {0.5, 7.0, 9.0}};
    const Eigen::MatrixXd target{{0.0, none, 1.0}, {0.5, none, none}};
    CHECK(std::abs(loss_of(Loss::l2, output, target) - std::sqrt(10.0)) <= 1e-15);
    CHECK(loss_of(Loss::l1, output, target) == 4.0);
    CHECK(loss_of(Loss::mean_square, output, target) == 10.0 / 3.0);  // three numbers are asked for
    for (const Loss loss : {Loss::l2, Loss::l1, Loss::mean_square}) {
      const Eigen::MatrixXd gradient = loss_gradient(loss, output, target);
      for (Eigen::Index i = 0; i < output.rows(); ++i) {
        for (Eigen::Index j = 0; j < output.cols(); ++j) {
          if (output(i, j) == target(i, j)) {
            continue;  // a kink
          }
          constexpr double kStep = 1e-6;
          Eigen::MatrixXd more = output;
          Eigen::MatrixXd less = output;
          more(i, j) += kStep;
          less(i, j) -= kStep;
          const double slope =
              (loss_of(loss, more, target) - loss_of(loss, less, target)) / (2.0 * kStep);
          CHECK(std::abs(gradient(i, j) - slope) <= 1e-8);
        }
      }
    }
  }

  TEST_CASE("an output that is not-a-number is not hidden") {
    const Eigen::MatrixXd output{{std::numeric_limits<double>::quiet_NaN()}};
    CHECK(std::isnan(loss_of(Loss::l2, output, Eigen::MatrixXd{{1.0}})));
    CHECK(std::isnan(loss_of(Loss::mean_square, output, Eigen::MatrixXd{{1.0}})));
  }
}
