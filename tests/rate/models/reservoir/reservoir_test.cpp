#include "rate/models/reservoir/reservoir.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/dynamics/stepper.hpp"
#include "tests/max_abs.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;
using rate::Reservoir;
using rate::ReservoirOptions;
using rate::RunningReservoir;

namespace {

std::string message_of(const ReservoirOptions& options) {
  try {
    rate::make_reservoir(options, 1);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

Eigen::VectorXd normals(Eigen::Index n, std::uint32_t trial) {
  RandomStream stream(4, trial, Purpose::task);
  Eigen::VectorXd out(n);
  for (double& value : out) {
    value = stream.normal();
  }
  return out;
}

/// x and r after `steps` steps with inputs and noise.
template <class Real>
std::vector<Real> run(const Reservoir& network, int steps, SimdLevel level = simd_level()) {
  RunningReservoir<Real> running(network, level);
  running.start(normals(network.units(), 0));
  for (int t = 0; t < steps; ++t) {
    const Real input[] = {static_cast<Real>(std::sin(0.1 * t)), Real(t == 5 ? 2 : 0)};
    AlignedVector<float> xi(padded_to_packs<float>(running.units()));
    const Eigen::VectorXd drawn = normals(network.units(), static_cast<std::uint32_t>(t + 1));
    for (std::size_t i = 0; i < running.units(); ++i) {
      xi[i] = static_cast<float>(drawn[static_cast<Eigen::Index>(i)]);
    }
    running.step(input, xi.data(), Real(0.125));
  }
  std::vector<Real> state(running.x().begin(), running.x().end());
  state.insert(state.end(), running.r().begin(), running.r().end());
  std::vector<Real> z(static_cast<std::size_t>(network.outputs()));
  running.read_out(z);
  state.insert(state.end(), z.begin(), z.end());
  return state;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("a step is the published equation") {
    const Reservoir network = rate::make_reservoir(
        {.units = 53, .connection_probability = 0.3, .outputs = 3, .tau_ms = 7.0, .step_ms = 0.5},
        3);
    Eigen::VectorXd x = normals(53, 0);
    Eigen::VectorXd r = x.array().tanh();
    for (int t = 0; t < 20; ++t) {
      const Eigen::Vector2d y(std::sin(0.1 * t), t == 5 ? 2.0 : 0.0);
      const Eigen::VectorXd xi =
          normals(53, static_cast<std::uint32_t>(t + 1)).cast<float>().cast<double>();
      x += (network.w_in * y + network.w * r + 0.125 * xi - x) * (0.5 / 7.0);
      r = x.array().tanh();
    }
    Eigen::VectorXd expected(53 + 53 + 3);
    expected << x, r, network.w_out * r;
    const std::vector<double> precise = run<double>(network, 20);
    const std::vector<float> single = run<float>(network, 20);
    for (std::size_t i = 0; i < precise.size(); ++i) {
      const double value = expected[static_cast<Eigen::Index>(i)];
      CHECK(std::abs(precise[i] - value) <= 1e-13);
      CHECK(std::abs(static_cast<double>(single[i]) - value) <= 2e-5);
    }
  }

  TEST_CASE("single-precision tanh is right to 3e-7 of itself, everywhere") {
    Eigen::MatrixXd w = Eigen::MatrixXd::Zero(4001, 4001);
    Reservoir network{.w = w,
                      .presynaptic = rate::nonzero_columns(w),
                      .w_in = Eigen::MatrixXd::Zero(4001, 1),
                      .w_out = Eigen::MatrixXd::Zero(1, 4001)};
    RunningReservoir<float> running(network);
    for (const double range : {1e-6, 0.7, 3.0, 30.0}) {
      running.start(Eigen::VectorXd::LinSpaced(4001, -range, range));
      for (std::size_t i = 0; i < 4001; ++i) {
        const double exact = std::tanh(static_cast<double>(running.x()[i]));
        CHECK(std::abs(static_cast<double>(running.r()[i]) - exact) <= 3e-7 * std::abs(exact));
      }
    }
  }

  TEST_CASE("every instruction set gives the same bits") {
    const Reservoir network = rate::make_reservoir({.units = 203, .outputs = 2}, 5);
    for (const SimdLevel level : {SimdLevel::avx2, SimdLevel::avx512}) {
      if (level <= simd_level()) {
        CHECK(run<float>(network, 30, level) == run<float>(network, 30, SimdLevel::portable));
        CHECK(run<double>(network, 30, level) == run<double>(network, 30, SimdLevel::portable));
      }
    }
  }

  TEST_CASE("below its critical gain a network forgets its start, above it does not") {
    for (const double gain : {0.5, 1.8}) {
      const Reservoir network = rate::make_reservoir({.units = 400, .gain = gain}, 6);
      RunningReservoir<double> running(network);
      running.start(normals(400, 0));
      const double silence[] = {0.0, 0.0};
      for (int t = 0; t < 1000; ++t) {
        running.step(silence);
      }
      const Eigen::Map<const Eigen::VectorXd> x(running.x().data(), 400);
      // Decay per time constant is 1 - g at most: e^-50 after 100 of them.
      CHECK((gain < 1.0 ? x.norm() <= 1e-15 : x.norm() >= 5.0));
    }
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("a new network has the published distribution of weights and synapses") {
    const ReservoirOptions options{.units = 800, .inputs = 4, .outputs = 2};
    const Reservoir network = rate::make_reservoir(options, 7);
    CHECK(network.plastic_units == 480);
    CHECK(max_abs(network.w.diagonal()) == 0.0);
    const double n = 800.0;
    double synapses = 0.0;
    for (const auto& list : network.presynaptic) {
      synapses += static_cast<double>(list.size());
    }
    const double pairs = n * (n - 1.0);
    CHECK(std::abs(synapses - 0.1 * pairs) <= tolerance::kSigmas * std::sqrt(0.09 * pairs));
    const auto check_normal = [](double sum, double squares, double count, double sd) {
      CHECK(std::abs(sum / count) <= tolerance::kSigmas * sd / std::sqrt(count));
      CHECK(std::abs(squares / count - sd * sd) <=
            tolerance::kSigmas * sd * sd * std::sqrt(2.0 / count));
    };
    check_normal(network.w.sum(), network.w.squaredNorm(), synapses, 1.8 / std::sqrt(0.1 * n));
    check_normal(network.w_in.sum(), network.w_in.squaredNorm(), 4.0 * n, 1.0);
    check_normal(network.w_out.sum(), network.w_out.squaredNorm(), 2.0 * n, 1.0 / std::sqrt(n));
    CHECK(network.w != rate::make_reservoir(options, 8).w);
    CHECK(network.w == rate::make_reservoir(options, 7).w);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("as a rate network it takes the same course, step by step") {
    rate::ReservoirOptions options;
    options.units = 60;
    options.connection_probability = 0.3;
    const Reservoir network = rate::make_reservoir(options, 4);
    rate::Stepper stepper(rate::network_of(network, 0.0), {.seed = 8});
    RunningReservoir<double> running(network);
    running.start(stepper.x());
    CHECK(max_abs(stepper.x()) > 0.9);
    double largest = 0.0;
    for (int t = 0; t < 60; ++t) {
      const std::array<double, 2> input{t < 20 ? 2.0 : 0.0, t % 3 == 0 ? -0.5 : 0.0};
      stepper.step(Eigen::Vector2d(input[0], input[1]));
      running.step(input);
      for (std::size_t i = 0; i < 60; ++i) {
        largest =
            larger(largest, std::abs(running.x()[i] - stepper.x()[static_cast<Eigen::Index>(i)]));
      }
    }
    CHECK(largest < 1e-10);
    std::array<double, 1> z{};
    running.read_out(z);
    CHECK(std::abs(z[0] - stepper.output()[0]) < 1e-10);
  }

  TEST_CASE("given weights come back as they went in") {
    Eigen::MatrixXd w = Eigen::MatrixXd::Random(6, 6);
    w(0, 1) = 0.0;
    w(5, 2) = 0.0;
    const Eigen::MatrixXd mask = Eigen::MatrixXd::Ones(4, 6);
    const Reservoir network =
        rate::reservoir_from(w, Eigen::MatrixXd::Ones(6, 2), Eigen::MatrixXd::Ones(1, 6), mask);
    CHECK(network.plastic_units == 4);
    CHECK(network.presynaptic[0].size() == 6);  // a synapse of weight 0
    CHECK(network.presynaptic[5].size() == 5);
    const Reservoir same = RunningReservoir<double>(network).network();
    CHECK(same.w == w);
    CHECK(same.w_in == network.w_in);
    CHECK(same.w_out == network.w_out);
  }

  TEST_CASE("what cannot be a network is named") {
    CHECK(message_of({.units = 1}) == "reservoir: units: found 1; must be at least 2");
    CHECK(message_of({.connection_probability = 1.5}) ==
          "reservoir: connection_probability: found 1.5; must be in (0, 1]");
    CHECK(message_of({.plastic_fraction = 1.1}) ==
          "reservoir: plastic_fraction: found 1.1; must be in [0, 1]");
    CHECK(message_of({.step_ms = 11.0}) ==
          "reservoir: step_ms: found 11; must be above 0 and at most tau_ms, 10");
    const std::string empty = message_of({.units = 50, .connection_probability = 0.01});
    CHECK(empty.find("without any presynaptic unit; every plastic unit must have one") !=
          std::string::npos);
    const Eigen::MatrixXd w = Eigen::MatrixXd::Ones(4, 4);
    const Eigen::MatrixXd in = Eigen::MatrixXd::Ones(4, 2);
    const Eigen::MatrixXd out = Eigen::MatrixXd::Ones(1, 4);
    CHECK_THROWS_AS(rate::reservoir_from(w, in, out, Eigen::MatrixXd::Ones(5, 4)), InputError);
    CHECK_THROWS_AS(rate::reservoir_from(w, in, out, Eigen::MatrixXd::Zero(2, 4)), InputError);
    CHECK_THROWS_AS(rate::reservoir_from(w, in.topRows(3), out, w), InputError);
    CHECK_THROWS_AS(rate::reservoir_from(w, in, out.leftCols(3), w), InputError);
    CHECK_THROWS_AS(rate::reservoir_from(w * std::nan(""), in, out, w), InputError);
    RunningReservoir<float> running(rate::reservoir_from(w, in, out, w));
    CHECK_THROWS_WITH_AS(running.start(Eigen::VectorXd::Zero(3)),
                         "reservoir: x0: found 3 numbers; must be N = 4", InputError);
  }
}
