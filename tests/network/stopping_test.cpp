#include <doctest/doctest.h>

#include "network/connectivity.hpp"
#include "network/fit/bptt.hpp"
#include "network/fit/recursive_least_squares.hpp"
#include "tests/max_abs.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;
using namespace rheobase::network::fixture;

namespace {

/// A control that asks to stop at its nth question.
RunControl stop_at(int& asked, int nth) {
  return {.report = {}, .cancelled = [&asked, nth] { return ++asked >= nth; }};
}

NetworkSpec driven_qif() {
  NetworkSpec spec = one_population("qif", 4, 0.01);
  spec.edges = {{.source = "p.s", .target = "p.s_in", .weights = 0.2}};
  return spec;
}

/// A run that stops and goes on records what one whole run does.
void check_goes_on(const NetworkSpec& spec, const std::string& solver, int questions,
                   double bound) {
  CAPTURE(solver);
  const Network network(spec);
  const Eigen::MatrixXd input = Eigen::MatrixXd::Constant(1, 1, 20.0);
  RunOptions options{.steps = 400, .solver = solver, .probes = {{.signal = "p.v"}}, .spikes = true};
  NetworkState whole = initial_state(network);
  const Observer all = run(network, whole, input, options);

  NetworkState state = initial_state(network);
  Observer first;
  int asked = 0;
  CHECK_THROWS_AS(run_into(first, network, state, input, options, stop_at(asked, questions)),
                  Cancelled);
  REQUIRE(state.step > 0);
  REQUIRE(state.step < 400);
  CHECK(first.times.size() == state.step);
  CHECK(first.recordings[0].values.cols() == state.step);
  options.steps = 400 - state.step;
  const Observer second = run(network, state, input, options);
  Eigen::MatrixXd joined(4, 400);
  joined << first.recordings[0].values, second.recordings[0].values;
  CHECK(largest_difference(joined, all.recordings[0].values) <= bound);
  CHECK(largest_difference(get_variable(network, state, "p.v"),
                           get_variable(network, whole, "p.v")) <= bound);
  CHECK(first.spikes.size() + second.spikes.size() == all.spikes.size());
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("least squares that rounding breaks names forgetting, or alpha, and the update") {
    NetworkSpec spec = one_population("tanh", 100, 1.0);
    spec.functions = {{.name = "z", .size = 1}};
    spec.edges = {{.source = "p.r", .target = "p.r_in", .weights = normal_connectivity(0.09, 1)},
                  {.source = "p.r", .target = "z", .weights = 0.0}};
    const Network built(spec);
    const Eigen::MatrixXd targets =
        (Eigen::ArrayXd::LinSpaced(1000, 0, 999) * 0.125).sin().matrix();
    const Eigen::MatrixXd inputs = 0.1 * targets.replicate(1, 1);
    Network network = built;
    NetworkState state = initial_state(network);
    const std::string error = input_error([&] {
      fit_rls(network, state, inputs, targets,
              {.source = "p.r", .target = "z", .alpha = 10.0, .forgetting = 0.5, .epochs = 20});
    });
    CAPTURE(error);
    CHECK(error.starts_with("fit: forgetting: found 0.5: rounding made P indefinite at time "));
    CHECK(error.find("must be closer to 1") != std::string::npos);
    CHECK(error.find("delta") == std::string::npos);
  }

  TEST_CASE("a run that is stopped keeps its records and goes on from its state") {
    check_goes_on(driven_qif(), "euler", 3, 0.0);
    check_goes_on(driven_qif(), "rk4", 4, 0.0);
    // The adaptive solver stops at a whole step, from which it takes other steps.
    check_goes_on(driven_qif(), "dopri5", 60, 1e-4);
    check_goes_on(one_population("tanh", 4, 0.01), "dopri5", 4, 1e-7);
  }

  TEST_CASE("a network that diverges names population, variable, unit and time") {
    const Network network({.step = 1.0,
                           .populations = {{.name = "p",
                                            .equations = "time [ms]\nparameter a = 1\nv' = a*v^3",
                                            .size = 3,
                                            .parameters = {{"a", Eigen::Vector3d(0, 1, 0)}},
                                            .initial = {{"v", value(2.0)}}}}});
    NetworkState state = initial_state(network);
    Observer seen;
    const RunOptions options{.steps = 100, .probes = {{.signal = "p.v"}}};
    CHECK_THROWS_WITH_AS(run_into(seen, network, state, {}, options),
                         "non-finite p.v at time 7 ms, unit 2", NonFiniteError);
    CHECK(seen.times.size() == 7);
    CHECK(seen.recordings[0].values.allFinite());
    CHECK(seen.recordings[0].values(1, 1) == 10.0);
  }

  TEST_CASE("a fit that is stopped keeps what it learnt") {
    NetworkSpec spec = one_population("tanh", 5, 0.5);
    spec.functions = {{.name = "z", .size = 2}};
    spec.edges = {
        {.source = "p.r", .target = "z", .weights = Eigen::MatrixXd(normal_matrix(2, 5, 1))}};
    const Eigen::MatrixXd input = normal_matrix(20, 1, 2);
    const Eigen::MatrixXd targets = normal_matrix(20, 2, 3);
    Network network(spec);
    NetworkState state = initial_state(network);
    BpttFit learnt;
    int asked = 0;
    const BpttOptions bptt{.output = "z", .edges = {{"p.r", "z"}}, .epochs = 50};
    CHECK_THROWS_AS(
        fit_bptt_into(learnt, network, state, {input}, {targets}, bptt, stop_at(asked, 8)),
        Cancelled);
    CHECK(learnt.losses.size() == 7);
    CHECK(network.edges()[0].coupling.dense() != normal_matrix(2, 5, 1));

    RlsFit fit;
    asked = 0;
    CHECK_THROWS_AS(
        fit_rls_into(fit, network, state, {input}, {targets},
                     {.source = "p.r", .target = "z", .update_steps = 2}, stop_at(asked, 8)),
        Cancelled);
    CHECK(fit.loss.size() == 4);
    CHECK(fit.inverse_correlation.rows() == 5);
  }

  TEST_CASE("a network that is being built stops when asked to, whatever makes its weights") {
    for (const Weights& weights :
         {Weights(normal_connectivity(1.0, 1)), Weights(independent_normal_connectivity(1.0, 1)),
          Weights(random_connectivity(0.3, 1.0, true, 1)),
          Weights(random_input_connectivity(0.3, 1.0, true, 1)),
          Weights(gaussian_connectivity(1.0, 30.0, true)),
          Weights(Eigen::MatrixXd::Ones(1200, 1200))}) {
      NetworkSpec spec = one_population("tanh", 1200, 0.1);
      spec.edges = {{.source = "p.r", .target = "p.r_in", .weights = weights}};
      long asked = 0;
      const auto build = [&](long nth) {
        asked = 0;
        const RunControl control{.report = {},
                                 .cancelled = [&asked, nth] { return ++asked == nth; }};
        Network network(spec, control);
      };
      build(-1);
      const long all = asked;
      CHECK(all >= 3);  // of the population, of the edge and within it
      for (long nth = 1; nth <= all; ++nth) {
        CHECK_THROWS_AS(build(nth), Cancelled);
        CHECK(asked == nth);
      }
    }
  }
}
