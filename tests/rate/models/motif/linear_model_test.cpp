// The linear model of motifs against golden data, closed forms and differences.
#include "rate/models/motif/linear/linear_model.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/learning/motif/linear_evaluation.hpp"
#include "rate/models/motif/linear/internal/lbfgs.hpp"
#include "rate/models/motif/linear/internal/linear_costs.hpp"
#include "rate/models/motif/linear/internal/lyapunov_equation.hpp"
#include "tests/max_abs.hpp"
#include "tests/rate/models/motif/golden_motifs.hpp"

using namespace rheobase;
using namespace rheobase::rate;
using golden::MotifFile;

namespace {

constexpr double kCostGolden = 1e-9;

Eigen::VectorXcd complex_of(const MotifFile& file, const std::string& name) {
  Eigen::VectorXcd values = file(name + "_re").cast<std::complex<double>>();
  values.imag() = file(name + "_im");
  return values;
}

Eigen::MatrixXd golden_a(const MotifFile& file) {
  const Eigen::MatrixXd j = file("J_cc");
  return 0.5 * (j - Eigen::MatrixXd::Identity(j.rows(), j.cols()));
}

/// Largest distance of an eigenvalue to the nearest of the other list.
double unmatched(const Eigen::VectorXcd& a, const Eigen::VectorXcd& b) {
  double worst = 0.0;
  for (const std::complex<double>& one : a) {
    worst = larger(worst, (b.array() - one).abs().minCoeff());
  }
  return worst;
}

ExponentialSum golden_sum(const MotifFile& file, const std::string& number) {
  return {complex_of(file, "lambda_des" + number), complex_of(file, "alpha" + number)};
}

}  // namespace

TEST_SUITE_BEGIN("golden");

TEST_CASE("a loop of rank one places the eigenvalues of a motif") {
  const MotifFile file("linear_model_motifs");
  const Eigen::MatrixXd a = golden_a(file);
  const Eigen::VectorXd w = file("w");
  const LinearSpectrum spectrum = spectrum_of(a);
  CHECK(unmatched(spectrum.lambda, complex_of(file, "eig_A0")) <= 1e-11);
  for (const std::string number : {"1", "2", "3"}) {
    CAPTURE(number);
    const ExponentialSum sum = golden_sum(file, number);
    const PlacedLoop loop = place_eigenvalues(spectrum, sum.lambda, file("u_random"));
    const Eigen::VectorXd v = file("v" + number);
    CHECK(largest_difference(loop.v, v) <= 1e-9 * max_abs(v));
    const Eigen::VectorXcd found = spectrum_of(a + loop.u * loop.v.transpose()).lambda;
    CHECK(unmatched(complex_of(file, "eig_perturbed" + number), found) <= 1e-10);
    const Eigen::VectorXd x = initial_state_of(a, loop, sum, w);
    CHECK(largest_difference(x, file("x_init_random_u" + number)) <= 1e-8);
    // The network plays the sum of exponentials.
    const Eigen::VectorXd y = file("y_exact" + number);
    const Eigen::MatrixXd second = matrix_exponential(a + loop.u * loop.v.transpose(), 1.0);
    Eigen::VectorXd state = x;
    const Eigen::VectorXd exact = sum.at(1.0, y.size());
    for (Eigen::Index n = 0; n < y.size(); ++n) {
      CHECK(std::abs(w.dot(state) - y[n]) <= 1e-9);
      CHECK(std::abs(exact[n] - y[n]) <= 1e-10);
      state = (second * state).eval();
    }
  }
}

TEST_CASE("cost of noise, its gradient and an optimum") {
  const MotifFile file("linear_model_motifs");
  const LinearSpectrum spectrum = spectrum_of(golden_a(file));
  const ExponentialSum sum = golden_sum(file, "1");
  const Eigen::VectorXd u = file("u_random");
  const NoiseCost finite(spectrum, file("w"), sum, file.number("t_end"));
  const NoiseCost infinite(spectrum, file("w"), sum, std::numeric_limits<double>::infinity());
  Eigen::VectorXd gradient;
  const double cost = std::exp(finite.log_cost(u, &gradient));
  CHECK(std::abs(cost - file.number("C_random_finite")) <= kCostGolden * cost);
  CHECK(largest_difference(gradient, file("logC_grad_random_u")) <= 1e-6);  // stored: differences
  // The infinite horizon leaves out the 1/T of both factors.
  const double without = std::exp(infinite.log_cost(u, nullptr)) / file.number("t_end");
  CHECK(std::abs(without - file.number("C_random_infinite")) <= kCostGolden * without);
  const double best = std::exp(finite.log_cost(file("u_opt"), nullptr));
  CHECK(std::abs(best - file.number("C_opt_finite")) <= kCostGolden);
  const PlacedLoop loop = place_eigenvalues(spectrum, sum.lambda, file("u_opt"));
  CHECK(largest_difference(loop.v, file("v_opt")) <= 1e-8 * max_abs(loop.v));
  CHECK(largest_difference(initial_state_of(golden_a(file), loop, sum, file("w")),
                           file("x_init_opt")) <= 1e-7);
}

TEST_CASE("preparatory cost and gradient, the optimum, a prepared chain") {
  const MotifFile file("linear_model_prep");
  const Eigen::MatrixXd a = golden_a(file);
  const Eigen::VectorXd w = file("w");
  const auto cost = preparatory_cost(a, w, file.number("beta"), file("U0"), file("V0"));
  REQUIRE(cost.has_value());
  CHECK(std::abs(cost->distance - file("cost0")(0, 0)) <= kCostGolden * cost->distance);
  CHECK(std::abs(cost->movement - file("cost0")(1, 0)) <= kCostGolden * cost->movement);
  const double scale = max_abs(file("dU0"));
  CHECK(largest_difference(cost->u_gradient, file("dU0")) <= kCostGolden * scale);
  CHECK(largest_difference(cost->v_gradient, file("dV0")) <= kCostGolden * scale);

  const auto best = preparatory_cost(a, w, file.number("beta"), file("U_opt"), file("V_opt"));
  REQUIRE(best.has_value());
  CHECK(std::abs((best->distance + best->movement) / 99.0 - file.number("cost_opt_perN")) <= 1e-7);

  const Eigen::VectorXd chain = file("y_chain");
  LinearModel model;
  model.a = a;
  model.w = w;
  model.preparation_u = file("U_opt");
  model.preparation_v = file("V_opt");
  LinearMotif motif;
  motif.target.samples = Eigen::VectorXd::Zero(5 * (chain.size() - 1) - 50);
  motif.u = file("u");
  motif.v = file("v");
  motif.x_init = file("x_init");
  model.motifs = {motif};
  const LinearRun run = play_linear_chain(model, {0}, file("x_start"));
  for (Eigen::Index n = 0; n < chain.size(); ++n) {
    CHECK(std::abs(run.y[5 * n] - chain[n]) <= 2e-6);  // U, V are stored in single precision
  }
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("numeric");

TEST_CASE("Lyapunov equations and the exponential of a matrix in closed form") {
  // J = -a + b (0 1; -1 0): P = F/(2a) for F = 1, exp(J t) = e^(-a t) rotation by b t.
  Eigen::MatrixXd j(2, 2);
  j << -0.3, 1.7, -1.7, -0.3;
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(2, 2);
  const auto solved = solve_lyapunov(j, identity, 2.0 * identity);
  REQUIRE(solved.has_value());
  CHECK(largest_difference(solved->p, identity / 0.6) <= 1e-13);
  CHECK(largest_difference(solved->q, 2.0 * identity / 0.6) <= 1e-13);
  const double t = 2.4;
  Eigen::MatrixXd rotation(2, 2);
  rotation << std::cos(1.7 * t), std::sin(1.7 * t), -std::sin(1.7 * t), std::cos(1.7 * t);
  CHECK(largest_difference(matrix_exponential(j, t), std::exp(-0.3 * t) * rotation) <= 1e-13);
  j.diagonal().setConstant(0.01);
  CHECK_FALSE(solve_lyapunov(j, identity, identity).has_value());
}

TEST_CASE("L-BFGS finds the minimum of Rosenbrock's valley") {
  const auto valley = [](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    const double rise = x[1] - x[0] * x[0];
    gradient.resize(2);
    gradient << -400.0 * x[0] * rise - 2.0 * (1.0 - x[0]), 200.0 * rise;
    return 100.0 * rise * rise + (1.0 - x[0]) * (1.0 - x[0]);
  };
  const LbfgsResult found =
      minimise(valley, Eigen::Vector2d(-1.2, 1.0), {.tolerance = 1e-9, .relative = 0.0});
  CHECK((found.x - Eigen::Vector2d(1.0, 1.0)).norm() <= 1e-7);
  CHECK(found.iterations < 100);
}

TEST_CASE("the search for a loop and for preparatory weights reaches the known optima") {
  const std::vector<MotifTarget> targets = make_motif_targets({.count = 1, .seed = 3});
  LinearModel model = make_linear_model(
      {.starts = 3, .loop_iterations = 80, .preparation_iterations = 60, .threads = 1});
  add_linear_motifs(model, targets);
  const LinearMotif& motif = model.motifs[0];
  CHECK(motif.fit.lambda.real().maxCoeff() < 0.0);
  CHECK(motif.fit.alpha.norm() <= 3.0);
  for (Eigen::Index i = 0; i < motif.fit.lambda.size(); ++i) {
    for (Eigen::Index k = 0; k < i; ++k) {
      CHECK(std::abs(motif.fit.lambda[i] - motif.fit.lambda[k]) >= 0.05);
    }
  }
  CHECK(std::abs(motif.fit.at(0.1, 1)[0]) <= 1e-12);
  CHECK(motif.fit.rmse <= 0.3 * rms(motif.target));
  CHECK(motif.cost < 0.5 * motif.random_cost);
  prepare_linear_model(model);
  CHECK(model.preparation_cost <= 0.56);
  CHECK(preparation_distance(model, 5.0) <= 0.03);
  CHECK(largest_difference(model.preparation_u.colwise().norm(), Eigen::MatrixXd::Ones(1, 50)) <=
        1e-12);
  const LinearRun run = play_linear_chain(model, {0}, random_start(model.a.rows(), 1.0, 5, 0));
  CHECK(run.distance[0] <= 0.05);
  CHECK(run.rmse[0] <= motif.fit.rmse + 0.1 * rms(motif.target));
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("unit");

TEST_CASE("errors of a linear model are those of its chains") {
  LinearModel model = make_linear_model({.units = 30, .preparation_rank = 15, .seed = 2});
  model.preparation_u = Eigen::MatrixXd::Identity(30, 15);
  model.preparation_v = -2.0 * Eigen::MatrixXd::Identity(30, 15);
  model.a -= Eigen::MatrixXd::Identity(30, 30);  // stable
  for (int k = 0; k < 2; ++k) {
    LinearMotif motif;
    motif.target = {"m" + std::to_string(k), Eigen::VectorXd::Ones(40 + 10 * k)};
    motif.u = Eigen::VectorXd::Unit(30, k);
    motif.v = Eigen::VectorXd::Unit(30, 3);
    motif.x_init = Eigen::VectorXd::LinSpaced(30, -1.0, 1.0 + k);
    model.motifs.push_back(motif);
  }
  validate(model, "model");
  const MotifScores scores = evaluate_linear(model, {.trials = 1, .seed = 4});
  const LinearRun first = play_linear_chain(model, {0, 1}, random_start(30, 1.0, 4, 0));
  CHECK(std::abs(scores.random[0] - first.rmse[0]) <= 1e-12);
  CHECK(std::abs(scores.others[1] - first.rmse[1]) <= 1e-12);
  CHECK(std::abs(scores.pair(0, 1) - first.rmse[1]) <= 1e-12);
  CHECK(first.y.size() == 2 * 50 + 40 + 50 + 1);
  CHECK(std::abs(first.norm[0] - random_start(30, 1.0, 4, 0).norm()) <= 1e-12);

  // Numbers of start states of another motif begin behind these.
  CHECK_THROWS_AS(evaluate_linear(model, {.trials = 1001}), InputError);
  CHECK_THROWS_AS(evaluate_linear(model, {.trials = 0}), InputError);

  LinearModel unstable = model;
  unstable.a += 3.0 * Eigen::MatrixXd::Identity(30, 30);
  CHECK_THROWS_AS(validate(unstable, "model"), InputError);
  LinearModel holes = model;
  holes.motifs[1].x_init[3] = std::nan("");
  CHECK_THROWS_AS(validate(holes, "model"), InputError);
  CHECK_THROWS_AS(play_linear_motif(model, 2, model.w), InputError);
}

TEST_CASE("options of the linear model that cannot be") {
  CHECK_THROWS_AS(make_linear_model({.terms = 9}), InputError);
  CHECK_THROWS_AS(make_linear_model({.units = 40, .preparation_rank = 50}), InputError);
  LinearModel named = make_linear_model({.units = 20, .terms = 4, .preparation_rank = 10});
  const Eigen::VectorXd zeros = Eigen::VectorXd::Zero(100);
  CHECK_THROWS_AS(add_linear_motifs(named, {{"a,b", zeros}}), InputError);
  CHECK_THROWS_AS(add_linear_motifs(named, {{"a", zeros}, {"a", zeros}}), InputError);
  LinearModel model = make_linear_model({});
  CHECK_THROWS_AS(play_linear_chain(model, {}, model.w), InputError);
}

TEST_SUITE_END();
