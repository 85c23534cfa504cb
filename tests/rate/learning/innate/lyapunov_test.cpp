#include "rate/learning/innate/lyapunov.hpp"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/learning/innate/innate_experiment.hpp"

using namespace rheobase;
using namespace rheobase::rate;
using rate::Reservoir;
using rate::TangentGrowth;

namespace {

Reservoir dense_network(const Eigen::MatrixXd& w) {
  const Eigen::Index n = w.rows();
  return rate::reservoir_from(w, Eigen::MatrixXd::Zero(n, 2), Eigen::MatrixXd::Zero(1, n),
                              Eigen::MatrixXd::Ones(n, n));
}

/// log of the factor a step of 1 ms with tau 10 ms takes a mode of eigenvalue re + i im by, per s.
double mode_exponent(double re, double im) {
  return 1000.0 * std::log(std::hypot(1.0 + (re - 1.0) / 10.0, im / 10.0));
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("the logistic map at 4 has the exponent ln 2") {
    TangentGrowth growth;
    Eigen::VectorXd tangent = Eigen::VectorXd::Ones(1);
    double x = 0.3141;
    for (int i = 0; i < 200000; ++i) {
      tangent[0] *= 4.0 - 8.0 * x;
      x = 4.0 * x * (1.0 - x);
      growth.add(tangent);
    }
    CHECK(std::abs(growth.per_step() - std::numbers::ln2) <= 2e-3);
  }

  TEST_CASE("the Henon map has its published exponent, 0.41922") {
    TangentGrowth growth;
    Eigen::Vector2d d(1.0, 0.0);
    Eigen::Vector2d s(0.1, 0.1);
    for (int i = 0; i < 200000; ++i) {
      d = Eigen::Vector2d(-2.8 * s[0] * d[0] + d[1], 0.3 * d[0]);
      s = Eigen::Vector2d(1.0 - 1.4 * s[0] * s[0] + s[1], 0.3 * s[0]);
      Eigen::VectorXd tangent = d;
      growth.add(tangent);
      d = tangent;
    }
    CHECK(std::abs(growth.per_step() - 0.41922) <= 3e-3);
  }

  TEST_CASE("a network that decays to rest: the slowest mode, real or a rotation") {
    Eigen::MatrixXd w(2, 2);
    w << 0.5, -0.8, 0.8, 0.5;
    const rate::LyapunovOptions options{.transient_ms = 5000.0, .duration_ms = 20000.0};
    CHECK(std::abs(free_lyapunov_exponent(dense_network(w), options) - mode_exponent(0.5, 0.8)) <=
          1e-9);
    w << 0.2, 1.0, 0.0, 0.6;
    CHECK(std::abs(free_lyapunov_exponent(dense_network(w), options) - mode_exponent(0.6, 0.0)) <=
          1e-2);
  }

  TEST_CASE("a unit that keeps itself up: the slope at its fixed point x = w tanh(x)") {
    const double weight = 1.7;
    double x = 1.0;
    for (int i = 0; i < 1000; ++i) {
      x = weight * std::tanh(x);
    }
    const double slope = weight * (1.0 - std::tanh(x) * std::tanh(x));
    const Reservoir network = dense_network(Eigen::MatrixXd::Constant(1, 1, weight));
    CHECK(std::abs(free_lyapunov_exponent(network) - mode_exponent(slope, 0.0)) <= 1e-8);
  }

  TEST_CASE("a cued trial: the exponent is the growth of a small difference over the window") {
    const rate::ReservoirOptions options{.units = 200, .connection_probability = 0.2, .gain = 1.6};
    const Reservoir network = rate::make_reservoir(options, 2);
    rate::InnateTrial trial = rate::make_trial({.window_ms = 600.0}, 0, 1, 1, 1.0);
    rate::TrialStart start = rate::drawn_start(200, 0.0, 3, 0);
    const double exponent = trial_lyapunov_exponent(network, trial, start);
    // Two trials 1e-9 apart, aligned in the same way; logarithms read at the window's ends.
    const auto states = [&](const rate::TrialStart& from) {
      rate::TrialRunner<double> runner{rate::RunningReservoir<double>(network)};
      std::vector<Eigen::VectorXd> x;
      runner.run(trial, from, [&](int) {
        x.emplace_back(Eigen::Map<const Eigen::VectorXd>(runner.network().x().data(), 200));
      });
      return x;
    };
    const auto x = states(start);
    start.x0 += 1e-9 * rate::drawn_start(200, 0.0, 4, 0).x0.normalized();
    const auto y = states(start);
    const auto distance = [&](int t) {
      return (x[static_cast<std::size_t>(t)] - y[static_cast<std::size_t>(t)]).norm();
    };
    const double grown =
        std::log(distance(trial.window_stop - 1) / distance(trial.window_start - 1));
    CHECK(std::abs(exponent - 1000.0 * grown / 600.0) <= 1.0);
    CHECK(exponent != 0.0);
    // States that trials carry over are those of training: the exponent begins with a drawn one.
    rate::TrialStart carried = rate::drawn_start(200, 0.0, 3, 0);
    carried.carry = true;
    CHECK(trial_lyapunov_exponent(network, trial, carried) == exponent);
  }

  TEST_CASE("random networks: chaos above the critical gain, none below") {
    const auto exponent = [](double gain) {
      return free_lyapunov_exponent(rate::make_reservoir({.units = 400, .gain = gain}, 1),
                                    {.duration_ms = 2000.0});
    };
    CHECK(exponent(0.8) < -5.0);
    CHECK(exponent(1.8) > 1.0);
    CHECK(exponent(2.5) > exponent(1.8));
  }
}

TEST_SUITE("unit") {
  TEST_CASE("a difference that vanishes has no exponent") {
    TangentGrowth growth;
    Eigen::VectorXd nothing = Eigen::VectorXd::Zero(3);
    CHECK_THROWS_AS(growth.add(nothing), NonFiniteError);
    CHECK_THROWS_AS(
        free_lyapunov_exponent(dense_network(Eigen::MatrixXd::Ones(2, 2)), {.duration_ms = 0.0}),
        InputError);
  }
}
