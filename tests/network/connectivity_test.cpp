#include "network/connectivity.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "tests/max_abs.hpp"
#include "tests/network/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::network;

TEST_SUITE("unit") {
  TEST_CASE("random connectivity: every target has the same number of different sources") {
    const auto weights = std::get<SparseWeights>(random_connectivity(0.13, 2.0, true, 1)(40, 100));
    for (Eigen::Index row = 0; row < 40; ++row) {
      const Eigen::VectorXd of = Eigen::MatrixXd(weights).row(row);
      CHECK((of.array() != 0.0).count() == 13);
      CHECK(std::abs(of.sum() - 2.0) <= 1e-14);
    }
    const auto plain = std::get<SparseWeights>(random_connectivity(0.13, 2.0, false, 1)(40, 100));
    CHECK(Eigen::MatrixXd(plain).maxCoeff() == 2.0);
    CHECK(Eigen::MatrixXd(plain) / 13.0 == Eigen::MatrixXd(weights));
    const auto other = std::get<SparseWeights>(random_connectivity(0.13, 2.0, false, 2)(40, 100));
    CHECK(Eigen::MatrixXd(plain) != Eigen::MatrixXd(other));
    // 0.29 * 100 and 0.58 * 50 lie below 29 by rounding.
    CHECK(std::get<SparseWeights>(random_connectivity(0.29, 2.0, false, 1)(3, 100)).nonZeros() ==
          87);
    CHECK(std::get<SparseWeights>(random_connectivity(0.58, 2.0, false, 1)(3, 50)).nonZeros() ==
          87);
    CHECK(std::get<SparseWeights>(random_connectivity(1.0, 2.0, false, 1)(3, 50)).nonZeros() ==
          150);
  }

  TEST_CASE("balanced input weights sum to 0 for every target") {
    const auto weights =
        std::get<SparseWeights>(random_input_connectivity(0.5, 3.0, true, 1)(50, 20));
    CHECK(max_abs(Eigen::MatrixXd(weights).rowwise().sum()) <= 1e-14);
    CHECK(weights.nonZeros() == 500);
  }

  TEST_CASE("a ring is the same seen from every unit, a line ends") {
    const Eigen::MatrixXd ring =
        std::get<SparseWeights>(gaussian_connectivity(1.5, 2.0, true)(30, 30));
    for (Eigen::Index row = 0; row < 30; ++row) {
      CHECK(std::abs(ring.row(row).sum() - 1.5) <= 1e-14);
      for (Eigen::Index column = 0; column < 30; ++column) {
        CHECK(std::abs(ring(row, column) - ring(0, (column - row + 30) % 30)) <= 1e-15);
      }
    }
    const Eigen::MatrixXd line =
        std::get<SparseWeights>(gaussian_connectivity(1.5, 2.0, false)(30, 30));
    CHECK(ring(0, 29) > 0.1);
    CHECK(line(0, 29) == 0.0);
    // Four units away is two standard deviations, and the cutoff itself: still connected.
    CHECK(std::get<SparseWeights>(gaussian_connectivity(1.5, 2.0, true, 2.0)(30, 30)).nonZeros() ==
          30 * 9);
    // One and two standard deviations away.
    CHECK(std::abs(line(15, 19) / line(15, 15) - std::exp(-2.0)) <= 1e-14);
  }

  TEST_CASE("a Gaussian that leaves a target without a source is refused") {
    const auto error = [](double standard_deviation, double cutoff) {
      return fixture::input_error(
          [&] { gaussian_connectivity(1.0, standard_deviation, true, cutoff)(6, 4); });
    };
    // Six targets on a ring of four sources: the second one lies midway between two of them.
    CHECK(error(0.05, 4.0) ==
          "connectivity: found standard_deviation 0.05 and cutoff 4; must reach a source from "
          "every target: unit 2 has none within 0.2");
    CHECK(error(0.01, 100.0) ==
          "connectivity: found standard_deviation 0.01 and cutoff 100; must leave every target a "
          "weight: all of unit 2 are 0 in double precision, a larger standard_deviation is needed");
    const Eigen::MatrixXd weights =
        std::get<SparseWeights>(gaussian_connectivity(1.5, 0.125, true)(6, 4));
    CHECK(max_abs(weights.rowwise().sum().array() - 1.5) <= 1e-15);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("normal connectivity has standard deviation gain / sqrt(columns)") {
    const Eigen::MatrixXd weights =
        std::get<Eigen::MatrixXd>(normal_connectivity(1.5, 1)(200, 400));
    const double n = static_cast<double>(weights.size());
    const double sigma = 1.5 / 20.0;
    CHECK(std::abs(weights.mean()) <= tolerance::kSigmas * sigma / std::sqrt(n));
    CHECK(std::abs(weights.array().square().mean() / (sigma * sigma) - 1.0) <=
          tolerance::kSigmas * std::sqrt(2.0 / n));
  }
}
