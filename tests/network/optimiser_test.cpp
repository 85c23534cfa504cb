// Updates of the gradient fits worked out by hand: the first two of Adam, constant gradients.
#include "network/fit/optimiser.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::network;

namespace {

/// A weight of 2 after updates by `gradients`, one after the other.
double weight_after(const OptimiserOptions& options, const std::vector<double>& gradients) {
  Optimiser optimiser(options);
  std::vector<Eigen::MatrixXd> weights{Eigen::MatrixXd::Constant(1, 1, 2.0)};
  for (const double gradient : gradients) {
    optimiser.update(weights, {Eigen::MatrixXd::Constant(1, 1, gradient)});
  }
  return weights[0](0);
}

}  // namespace

TEST_SUITE("network/optimiser") {
  TEST_CASE("sgd follows the gradient") {
    CHECK(weight_after({.name = "sgd", .learning_rate = 0.1}, {1.0, -3.0}) == near(2.2, 1e-15));
  }

  TEST_CASE("adam: both moments without their bias") {
    // m = 0.39 / (1 - 0.81), v = (0.999e-3 + 9e-3) / (1 - 0.999^2) at the second update.
    const double second = 0.39 / 0.19 / std::sqrt(9.999e-3 / 1.999e-3);
    CHECK(weight_after({.learning_rate = 0.1, .epsilon = 1e-300}, {1.0, 3.0}) ==
          near(2.0 - 0.1 - 0.1 * second, 1e-13));
    CHECK(weight_after({.learning_rate = 0.1, .epsilon = 1.0}, {4.0}) ==
          near(2.0 - 0.1 * 4.0 / 5.0, 1e-13));
  }

  TEST_CASE("adamw: weights decay by rate times decay, apart from the moments") {
    // A constant gradient moves adam by its rate; the weight decays before it.
    const OptimiserOptions options{
        .name = "adamw", .learning_rate = 0.1, .epsilon = 1e-300, .weight_decay = 0.5};
    CHECK(weight_after(options, {1.0}) == near(0.95 * 2.0 - 0.1, 1e-13));
    CHECK(weight_after(options, {1.0, 1.0}) == near(0.95 * (0.95 * 2.0 - 0.1) - 0.1, 1e-13));
    OptimiserOptions plain = options;
    plain.name = "adam";
    CHECK(weight_after(plain, {1.0}) == near(1.9, 1e-13));  // decay is adamw's
  }
}
