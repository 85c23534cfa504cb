#include "tests/io/network/readme_examples.hpp"

#include <doctest/doctest.h>

#include "network/connectivity.hpp"
#include "tests/io/network/network_files.hpp"
#include "tests/max_abs.hpp"

using namespace rheobase;
using namespace rheobase::io::fixture;

TEST_SUITE("unit") {
  TEST_CASE("the networks of the front page, as a file and in C++, are one and obey its equation") {
    const network::Observer seen = run_file(parsed(readme_network_file()));
    const Eigen::MatrixXd& v = seen["rnn.v"].values;
    REQUIRE(v.rows() == 100);
    REQUIRE(v.cols() == 10000);
    CHECK(v == readme_library_samples());
    // v' = -v/tau + J tanh(v) + I with tau = 10, J ~ N(0, 1), I = 1; Euler, dt = 1e-3.
    const auto weights = std::get<Eigen::MatrixXd>(network::normal_connectivity(10.0, 1)(100, 100));
    // Five standard errors of 10,000 numbers: of their mean, 0.01, and their variance, sqrt(2)
    // 0.01.
    CHECK(std::abs(weights.mean()) < 0.05);
    CHECK(std::abs(weights.squaredNorm() / 10000.0 - 1.0) < 0.071);
    Eigen::VectorXd u = Eigen::VectorXd::Zero(100);
    for (Eigen::Index n = 0; n < 200; ++n) {
      CHECK(largest_difference(v.col(n), u) <= 1e-12);
      u += 1e-3 * (-u / 10.0 + weights * u.array().tanh().matrix() + Eigen::VectorXd::Ones(100));
    }
  }
}
