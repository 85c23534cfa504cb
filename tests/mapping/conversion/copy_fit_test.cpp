// Copies of a unit that differ in bias, and so make the transfer function together.
#include "mapping/conversion/copy_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "mapping/conversion/non_negative.hpp"
#include "rate/dynamics/transfer/transfer.hpp"
#include "spiking/simulate.hpp"
#include "tests/spiking/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::mapping;

namespace {

constexpr double kScaling = 80.0;  // Hz

/// x of a sigmoid that uses both ends, evenly.
VisitedStates both_ends() {
  constexpr Eigen::Index count = 120;
  return {Eigen::VectorXd::LinSpaced(count, -8.0, 8.0),
          Eigen::VectorXd::Constant(count, 1.0 / count), -8.0, 8.0};
}

RateCurve saturating_curve(double noise_sd_mv) {
  return {saturating_neuron({}, 0.95 * 1000.0 / kScaling, 5.0), noise_sd_mv};
}

double rms_error(const RateCurve& curve, const CopyPoint& point, const VisitedStates& visited) {
  const auto phi = rate::transfer_named("sigmoid").value;
  double sum = 0.0;
  for (Eigen::Index i = 0; i < visited.x.size(); ++i) {
    double mean = 0.0;
    for (const double bias : point.bias_mv) {
      mean += curve(point.gain * visited.x[i] + bias) / static_cast<double>(point.bias_mv.size());
    }
    sum += visited.weight[i] * std::pow(mean / kScaling - phi(visited.x[i]), 2);
  }
  return std::sqrt(sum);
}

rate::RateNetwork sigmoid_units(Eigen::Index units) {
  rate::RateNetwork network;
  network.w = Eigen::MatrixXd::Zero(units, units);
  network.w_in = Eigen::MatrixXd::Ones(units, 1);
  network.w_out = Eigen::MatrixXd::Ones(1, units);
  network.tau_ms = Eigen::VectorXd::Constant(units, 50.0);
  network.transfer = "sigmoid";
  return network;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("copies make the sigmoid that no single LIF curve is, the better the more they are") {
    const VisitedStates visited = both_ends();
    const RateCurve curve = saturating_curve(4.0);
    const double alone = fit_gain_and_bias(curve, kScaling, "sigmoid", visited).error;
    CHECK(alone > 0.03);
    double before = alone;
    for (const int copies : {4, 8, 16, 32}) {
      CAPTURE(copies);
      const CopyPoint point = fit_copies(curve, kScaling, "sigmoid", visited, copies);
      CHECK(point.error == near(rms_error(curve, point, visited), 1e-9));
      CHECK(point.error < 0.9 * before);
      CHECK(std::is_sorted(point.bias_mv.begin(), point.bias_mv.end()));
      before = point.error;
    }
    CHECK(before < 0.005);
  }

  TEST_CASE("the fit is a minimum in gain and in the biases together") {
    const VisitedStates visited = both_ends();
    const RateCurve curve = saturating_curve(4.0);
    const CopyPoint point = fit_copies(curve, kScaling, "sigmoid", visited, 8);
    for (const double change : {-0.05, 0.05}) {
      CopyPoint gain = point;
      gain.gain *= 1.0 + change;
      CHECK(rms_error(curve, gain, visited) > point.error);
      CopyPoint moved = point;
      moved.bias_mv.array() += 10.0 * change;
      CHECK(rms_error(curve, moved, visited) > point.error);
      CopyPoint wider = point;
      wider.bias_mv *= 1.0 + change;
      CHECK(rms_error(curve, wider, visited) > point.error);
    }
  }

  TEST_CASE("errors are no larger than with numerical slopes of the rate curve's own table") {
    // s (Hz), M and error, by differences of 0.05 mV, from 4, 12 and 30 mV.
    struct Slow {
      double scaling;
      int copies;
      double error;
    };
    constexpr std::array<Slow, 12> kSlow{{{20.0, 2, 0.00418557},
                                          {20.0, 4, 0.00141366},
                                          {20.0, 16, 0.000253867},
                                          {20.0, 32, 0.00014359},
                                          {80.0, 2, 0.0132918},
                                          {80.0, 4, 0.00614697},
                                          {80.0, 16, 0.000771656},
                                          {80.0, 32, 0.000448615},
                                          {200.0, 2, 0.0203897},
                                          {200.0, 4, 0.0103935},
                                          {200.0, 16, 0.00150074},
                                          {200.0, 32, 0.000427091}}};
    VisitedStates bump = both_ends();
    bump.weight = (-(bump.x.array() - 1.0).square()).exp();
    bump.weight /= bump.weight.sum();
    for (const Slow& slow : kSlow) {
      CAPTURE(slow.scaling);
      CAPTURE(slow.copies);
      const RateCurve curve(saturating_neuron({}, 0.95 * 1000.0 / slow.scaling, 5.0), 4.0);
      CHECK(fit_copies(curve, slow.scaling, "sigmoid", bump, slow.copies).error <
            1.01 * slow.error);
    }
  }

  TEST_CASE("one copy is the fit of one unit; of more copies than biases some share one") {
    const VisitedStates visited = both_ends();
    const RateCurve curve = saturating_curve(4.0);
    const CopyPoint one = fit_copies(curve, kScaling, "sigmoid", visited, 1);
    const OperatingPoint unit = fit_gain_and_bias(curve, kScaling, "sigmoid", visited);
    CHECK(one.gain == near(unit.gain, 0.02));
    CHECK(one.error == near(unit.error, 0.02));
    const CopyPoint some = fit_copies(curve, kScaling, "sigmoid", visited, kMostBiases);
    const CopyPoint many = fit_copies(curve, kScaling, "sigmoid", visited, 2 * kMostBiases);
    REQUIRE(many.bias_mv.size() == 2 * kMostBiases);
    CHECK(many.gain == some.gain);
    for (Eigen::Index copy = 0; copy < many.bias_mv.size(); ++copy) {
      CHECK(many.bias_mv[copy] == some.bias_mv[copy / 2]);
    }
    for (const int uneven : {33, 40, 48}) {
      CAPTURE(uneven);
      const CopyPoint point = fit_copies(curve, kScaling, "sigmoid", visited, uneven);
      CHECK(point.error == near(rms_error(curve, point, visited), 1e-9));
      CHECK(point.error < 1.5 * some.error);
    }
  }

  TEST_CASE("the fitter takes copies where it is told to, around the bias of all") {
    const rate::RateNetwork network = sigmoid_units(4);
    const Eigen::MatrixXd states = Eigen::RowVectorXd::LinSpaced(300, -8.0, 8.0).replicate(4, 1);
    const OperatingPointFitter fitter(network, states, operating_curves({}), FitScope::copy, true);
    TransferOptions transfer;
    transfer.copies = 16;
    const OperatingPointFitter::Fit fit = fitter.fit(kScaling, transfer);
    CHECK(fit.error < 0.01);
    REQUIRE(fit.transfer.copy_bias_mv.size() == 16);
    CHECK(fit.transfer.unit_bias_mv.empty());
    double sum = 0.0;
    for (const double bias : fit.transfer.copy_bias_mv) {
      sum += bias;
    }
    CHECK(sum == within(0.0, 1e-9));
    CHECK(fit.transfer.neuron.refractory_ms > 0.9 * 1000.0 / kScaling);
    const spiking::SpikingModel model = map_to_spiking(network, kScaling, fit.transfer);
    CHECK(model.copy_bias_mv.size() == 16);
    // One copy, and neurons that are given: as without.
    const OperatingPointFitter global(network, states, operating_curves({}), FitScope::global,
                                      true);
    CHECK(fitter.fit(kScaling, {}).transfer == global.fit(kScaling, {}).transfer);
    const OperatingPointFitter given(network, states, {RateCurve({}, 4.0)}, FitScope::copy, false);
    CHECK(given.fit(kScaling, transfer).transfer.neuron.refractory_ms == 2.0);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("the bridge engine's copies fire s phi(x) times a second") {
    const VisitedStates visited = both_ends();
    const RateCurve curve = saturating_curve(4.0);
    const CopyPoint point = fit_copies(curve, kScaling, "sigmoid", visited, 16);
    constexpr Eigen::Index kUnits = 32;
    constexpr double kSeconds = 20.0;
    for (const double x : {-3.0, -1.0, 0.0, 0.7, 2.5}) {
      CAPTURE(x);
      spiking::SpikingModel model = networks::uncoupled(Eigen::VectorXd::Zero(kUnits));
      model.neuron = saturating_neuron(model.neuron, 0.95 * 1000.0 / kScaling, 5.0);
      model.unit_bias_mv = Eigen::VectorXd::Constant(kUnits, point.gain * x);
      model.copies = 16;
      model.copy_bias_mv = point.bias_mv;
      spiking::SimulationOptions options;
      options.engine = "bridge";
      options.noise_intensity = membrane_noise_intensity(4.0, model.neuron.tau_membrane_ms);
      options.record.spikes = true;
      const auto run =
          simulate(model, networks::constant_input(1000.0 * (kSeconds + 1.0)), options);
      std::vector<double> count(16, 0.0);
      for (std::size_t k = 0; k < run.spike_time_ms.size(); ++k) {
        count[static_cast<std::size_t>(run.spike_copy[k])] += run.spike_time_ms[k] > 1000.0;
      }
      const double unit_seconds = kUnits * kSeconds;
      double expected_sum = 0.0;
      double total = 0.0;
      for (Eigen::Index copy = 0; copy < 16; ++copy) {
        const double expected = unit_seconds * curve(point.gain * x + point.bias_mv[copy]);
        // Intervals are more regular than Poisson's; the table of the curve is right to 1e-3.
        CHECK(count[static_cast<std::size_t>(copy)] ==
              within(expected, tolerance::kSigmas * std::sqrt(expected + 1.0) + 1e-3 * expected));
        expected_sum += expected;
        total += count[static_cast<std::size_t>(copy)];
      }
      const double hz = total / (16.0 * unit_seconds);
      const double phi = 1.0 / (1.0 + std::exp(-x));
      const double sampling = std::sqrt(expected_sum) / (16.0 * unit_seconds);
      CHECK(hz == within(kScaling * phi, tolerance::kSigmas * sampling + 0.01 * kScaling));
    }
  }
}
