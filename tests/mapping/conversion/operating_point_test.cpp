#include "mapping/conversion/operating_point.hpp"

#include <chrono>
#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "mapping/conversion/conversion_search.hpp"
#include "mapping/conversion/non_negative.hpp"
#include "mapping/conversion/siegert.hpp"
#include "rate/dynamics/run.hpp"
#include "rate/dynamics/transfer/transfer.hpp"
#include "tests/max_abs.hpp"
#include "tests/reference.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::mapping;

namespace {

/// x evenly from low to high.
VisitedStates even(double low, double high) {
  constexpr Eigen::Index count = 200;
  return {Eigen::VectorXd::LinSpaced(count, low, high),
          Eigen::VectorXd::Constant(count, 1.0 / count), low, high};
}

/// A tanh network with a bias, driven by one input.
rate::RateNetwork tanh_network() {
  constexpr Eigen::Index n = 40;
  rate::RateNetwork network;
  network.w = 1.2 * Eigen::MatrixXd::Random(n, n) / std::sqrt(n / 3.0);
  network.w_in = Eigen::MatrixXd::Random(n, 1);
  network.w_out = Eigen::MatrixXd::Random(1, n) / n;
  network.bias = 0.3 * Eigen::VectorXd::Random(n);
  network.b_out = Eigen::VectorXd::Constant(1, 0.2);
  network.tau_ms = Eigen::VectorXd::Constant(n, 40.0);
  network.transfer = "tanh";
  network.noise.factor = 0.1;
  network.initial.scale = 1.0;
  return network;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a tanh network is the sigmoid network of doubled x, exactly") {
    const rate::RateNetwork network = tanh_network();
    const rate::RateNetwork other = as_non_negative(network);
    CHECK(other.transfer == "sigmoid");
    const Eigen::MatrixXd input = Eigen::MatrixXd::Random(1, 200);
    const rate::RateRun a = rate::run_rate(network, input, {});
    const rate::RateRun b = rate::run_rate(other, input, {});
    CHECK(max_abs(a.output - b.output) < 1e-10);
    CHECK(max_abs(2.0 * a.x - b.x) < 1e-10);
    CHECK(max_abs(2.0 * b.r.array() - 1.0 - a.r.array()) < 1e-10);
    CHECK(max_abs(a.output) > 0.05);
  }

  TEST_CASE("loops that never end become weights, of outputs there may be several") {
    rate::RateNetwork network = tanh_network();
    network.loops.push_back({Eigen::MatrixXd::Random(40, 2), Eigen::MatrixXd::Random(40, 2) / 20});
    const Eigen::MatrixXd input = Eigen::MatrixXd::Random(1, 100);
    const rate::RateRun a = rate::run_rate(network, input, {});
    const rate::RateRun b = rate::run_rate(as_non_negative(network), input, {});
    CHECK(max_abs(a.output - b.output) < 1e-10);
    CHECK(gated_loops(network).empty());
    CHECK(map_to_spiking(network, 50.0).loops.empty());
  }

  TEST_CASE("gain scales what the membrane sees, bias and readout as they must be") {
    rate::RateNetwork network = reference::network("go-nogo_N200_s1");
    network.bias.setConstant(0.5);
    TransferOptions options;
    options.gain = 3.0;
    options.unit_gain.assign(200, 2.0);
    options.unit_bias_mv.assign(200, -1.0);
    const spiking::SpikingModel published = map_to_spiking(network, 50.0);
    const spiking::SpikingModel fitted = map_to_spiking(network, 50.0, options);
    CHECK(max_abs(fitted.w - 6.0 * published.w) < 1e-12);
    CHECK(max_abs(fitted.w_in - 6.0 * published.w_in) < 1e-12);
    CHECK(fitted.w_out == published.w_out);
    CHECK(published.unit_bias_mv == Eigen::VectorXd::Constant(200, 0.5));
    CHECK(max_abs(fitted.unit_bias_mv.array() - 2.0) < 1e-12);
    options.unit_gain.pop_back();
    CHECK_THROWS_AS(map_to_spiking(network, 50.0, options), InputError);
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("the fit finds an operating point that is there, and no better one beside it") {
    const spiking::NeuronParameters neuron;
    const RateCurve curve(neuron, 4.0);
    const VisitedStates visited = even(-6.0, 4.0);
    for (const std::string transfer : {"sigmoid", "softplus", "clipped_relu"}) {
      CAPTURE(transfer);
      const OperatingPoint point = fit_gain_and_bias(curve, 60.0, transfer, visited);
      CHECK(point.error == fit_error(curve, point, 60.0, transfer, visited));
      for (const double gain : {0.98, 1.02}) {
        for (const double bias : {-0.2, 0.2}) {
          OperatingPoint beside = point;
          beside.gain *= gain;
          beside.bias_mv += bias;
          CHECK(fit_error(curve, beside, 60.0, transfer, visited) > point.error);
        }
      }
    }
  }

  TEST_CASE("where both ends of the sigmoid are used, units that saturate fit it") {
    const rate::RateNetwork network = as_non_negative(tanh_network());
    const auto fits_of = [&](double low, double high, bool saturate) {
      const Eigen::MatrixXd states =
          Eigen::RowVectorXd::LinSpaced(200, low, high).replicate(network.units(), 1);
      const OperatingPointFitter fitter(network, states, operating_curves({}), FitScope::global,
                                        saturate);
      return fitter.fit(80.0, {});
    };
    const auto plain = fits_of(-10.0, 10.0, false);
    const auto saturating = fits_of(-10.0, 10.0, true);
    CHECK(plain.error > 0.1);
    CHECK(saturating.error < 0.05);
    const spiking::NeuronParameters& neuron = saturating.transfer.neuron;
    CHECK(neuron.refractory_ms == near(0.9 * 1000.0 / 80.0, 1e-12));
    CHECK(neuron.reset_mv > -51.0);
    CHECK_FALSE(neuron.refractory_noise);
    // The curve is the engine's: at x = 0, half of s.
    const double drive = neuron.bias_mv - neuron.threshold_mv;
    const double sd = membrane_noise_sd(saturating.transfer.noise_intensity, 10.0);
    CHECK(siegert_rate(neuron, drive, sd) == within(40.0, 0.1 * 80.0));
    // Where the lower end alone is used, the published neuron stays.
    const auto lower = fits_of(-8.0, 1.0, true);
    CHECK(lower.error < kPoorFit);
    CHECK(lower.transfer.neuron.refractory_ms == 2.0);
    CHECK(lower.transfer.neuron.refractory_noise);
  }

  TEST_CASE("no unit is made to rest for longer than the bridge engine takes it") {
    const rate::RateNetwork network = as_non_negative(tanh_network());
    const Eigen::MatrixXd states =
        Eigen::RowVectorXd::LinSpaced(200, -10.0, 10.0).replicate(network.units(), 1);
    for (const int copies : {1, 2}) {
      CAPTURE(copies);
      const OperatingPointFitter fitter(network, states, operating_curves({}),
                                        copies == 1 ? FitScope::global : FitScope::copy, true);
      TransferOptions transfer;
      transfer.copies = copies;
      CHECK_FALSE(fitter.fit(80.0, transfer).transfer.neuron.refractory_noise);
      transfer.tau_membrane_sd_ms = 0.5;
      CHECK_FALSE(fitter.fit(80.0, transfer).transfer.neuron.refractory_noise);
      CHECK_FALSE(fitter.fit(20.0, transfer).transfer.neuron.refractory_noise);
      transfer.tau_membrane_sd_ms = 8.0;  // below 4.5 ms for some
      const auto spread = fitter.fit(20.0, transfer);
      CHECK(spread.transfer.neuron.refractory_noise);
      transfer.tau_membrane_sd_ms = 0.0;
      transfer.unit_tau_membrane_ms.assign(static_cast<std::size_t>(network.units()), 10.0);
      transfer.unit_tau_membrane_ms.back() = 1.0;
      const auto short_one = fitter.fit(80.0, transfer);
      CHECK(short_one.transfer.neuron.refractory_noise);
    }
  }

  TEST_CASE("the published point is nearly right for the sigmoid at s = 45, and fits are better") {
    const spiking::NeuronParameters neuron;
    const std::vector<RateCurve> curves = operating_curves(neuron);
    const VisitedStates visited = even(-8.0, 3.0);
    const double published = fit_error(curves[0], {}, 45.0, "sigmoid", visited);
    CHECK(published < 0.05);
    const OperatingPoint fitted = fit_operating_point(curves, 45.0, "sigmoid", visited);
    CHECK(fitted.error < 0.6 * published);
    const double relu = fit_operating_point(curves, 40.0, "clipped_relu", even(-2.0, 1.0)).error;
    CHECK(relu < 0.5 * fit_error(curves[0], {}, 40.0, "clipped_relu", even(-2.0, 1.0)));
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("auto: published where it suffices, fitted where it does not") {
    const rate::RateNetwork network = reference::network("go-nogo_N200_s1");
    const rate::Task task("go-nogo", {});
    ConversionOptions options;
    options.search.simulation.engine = "auto";
    options.search.trials = 40;
    options.search.scaling_factors = {40.0};
    options.search.extend = false;
    const Conversion published = convert(network, task, options);
    CHECK(published.reached);
    CHECK(target_reached(published) == true);
    CHECK(published.chosen == 0);
    CHECK(published.candidates.size() == 1);
    CHECK(published.candidates[0].transfer == TransferOptions{});

    options.search.scaling_factors = {200.0};
    const Conversion fitted = convert(network, task, options);
    CHECK(fitted.published->points[0].accuracy.value < 0.9);
    CHECK(fitted.reached);
    const ConversionCandidate& chosen = fitted.candidates[fitted.chosen];
    CHECK(chosen.transfer.mapping == Mapping::fitted);
    CHECK(chosen.confirmed->low >= 0.95);

    options.mapping = MappingChoice::published;  // runs no trials that could say
    CHECK_FALSE(target_reached(convert(network, task, options)).has_value());
  }

  // Some units alone use the steep upper part of softplus, where others never are.
  TEST_CASE("auto: where one point fits all units poorly, every unit gets its own") {
    rate::RateNetwork network = reference::network("go-nogo_N200_s1");
    network.transfer = "softplus";
    network.w.setZero();
    network.bias = Eigen::VectorXd::Constant(200, -3.0);
    network.bias.head(20).setConstant(6.0);
    const rate::Task task("go-nogo", {});
    ConversionOptions options;
    options.search.trials = 4;
    options.search.simulation.engine = "auto";
    options.search.scaling_factors = {50.0};
    options.search.extend = false;
    const auto fitted = [&](MappingChoice mapping) {
      options.mapping = mapping;
      return convert(network, task, options).candidates.back();
    };
    const ConversionCandidate global = fitted(MappingChoice::fitted);
    CHECK(*global.fit_error > kPoorFit);
    CHECK(global.transfer.unit_gain.empty());
    const ConversionCandidate own = fitted(MappingChoice::automatic);
    CHECK(own.transfer.unit_gain.size() == 200);
    CHECK(*own.fit_error < 0.9 * *global.fit_error);
  }

  TEST_CASE("refractory periods, thresholds and resets of single units are not fitted over") {
    rate::RateNetwork network = tanh_network();
    network.w_in *= 20.0;
    const rate::Task task("go-nogo", {});
    ConversionOptions options;
    options.mapping = MappingChoice::fitted;
    options.search.simulation.engine = "auto";
    options.search.trials = 4;
    options.search.scaling_factors = {80.0};
    options.search.extend = false;
    const auto saturates = [&](const TransferOptions& transfer) {
      options.search.transfer = transfer;
      return !convert(network, task, options).candidates.back().transfer.neuron.refractory_noise;
    };
    CHECK(saturates({}));
    TransferOptions own;
    own.unit_refractory_ms.assign(40, 2.0);
    CHECK_FALSE(saturates(own));
    own = {};
    own.unit_threshold_mv.assign(40, -55.0);
    CHECK_FALSE(saturates(own));
    own = {};
    own.unit_reset_mv.assign(40, -65.0);
    CHECK_FALSE(saturates(own));
  }

  TEST_CASE("what keeps a network from the target is told apart") {
    const rate::RateNetwork network = reference::network("go-nogo_N200_s1");
    const rate::Task task("go-nogo", {});
    ConversionOptions options;
    options.mapping = MappingChoice::fitted;
    options.search.simulation.engine = "auto";
    options.search.trials = 40;
    options.max_copies = 1;
    options.max_rate_hz = 0.02;
    CHECK(convert(network, task, options).failing == FailingPart::budget);
    rate::RateNetwork broken = network;
    broken.w_out.setZero();
    CHECK(convert(broken, task, options).failing == FailingPart::task);
    options.search.transfer.neuron = spiking::default_parameters(spiking::NeuronModel::qif);
    CHECK_THROWS_AS(convert(network, task, options), InputError);
  }
}
