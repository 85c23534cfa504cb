// Networks with loops of low rank that come and go, initial states of their own and several
// readouts, as spiking networks.
#include <cmath>

#include <doctest/doctest.h>

#include "mapping/comparison/compare.hpp"
#include "mapping/conversion/conversion_search.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "mapping/conversion/non_negative.hpp"
#include "rate/dynamics/stepper.hpp"
#include "rate/tasks/recorded_task.hpp"
#include "tests/max_abs.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::mapping;

namespace {

constexpr Eigen::Index kN = 48;

/// A tanh network of two readouts that settles, with a loop from 300 to 600 ms.
rate::RateNetwork gated_network() {
  RandomStream stream(11, 0, Purpose::task);
  const auto normal = [&stream](Eigen::Index rows, Eigen::Index columns, double size) {
    Eigen::MatrixXd values(rows, columns);
    for (double& value : values.reshaped()) {
      value = size * stream.normal();
    }
    return values;
  };
  rate::RateNetwork network;
  network.w = normal(kN, kN, 0.5 / std::sqrt(double(kN)));
  network.w_in = normal(kN, 1, 1.0);
  network.w_out = normal(2, kN, 1.5 / double(kN));
  network.bias = normal(kN, 1, 0.3);
  network.b_out = Eigen::Vector2d(0.1, -0.2);
  network.tau_ms = Eigen::VectorXd::Constant(kN, 50.0);
  network.step_ms = 5.0;
  network.transfer = "tanh";
  network.initial = {rate::InitialState::Kind::normal, 1.0};
  network.loops.push_back({normal(kN, 2, 3.0 / std::sqrt(double(kN))),
                           normal(kN, 2, 3.0 / std::sqrt(double(kN))), 300.0, 600.0});
  // One readout sees what the input does, the other what the loop does.
  network.w_out.row(0) = network.w_in.col(0).transpose() / double(kN);
  network.w_out.row(1) = network.loops[0].u.col(0).transpose() / std::sqrt(double(kN));
  return network;
}

/// One trial of 900 ms: an input that is on from 100 to 700 ms.
rate::Task one_trial(const rate::RateNetwork& network) {
  rate::Trial trial;
  trial.input = Eigen::MatrixXd::Zero(1, 181);
  trial.input.middleCols(20, 120).setOnes();
  trial.target = Eigen::MatrixXd::Zero(network.outputs(), 181);
  rate::RecordedTrials recorded;
  recorded.trials = {trial};
  recorded.conditions = {"one"};
  recorded.step_ms = network.step_ms;
  return rate::recorded_task(recorded, {{"rms-limit", 10.0}});
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("spikes of s r+ a second drive a tanh network's membranes as its rates drive x") {
    const rate::RateNetwork network = gated_network();
    constexpr double s = 40.0;
    TransferOptions options;
    options.gain = 3.0;
    const spiking::SpikingModel spiking = map_to_spiking(network, s, options);
    REQUIRE(spiking.loops.size() == 1);
    CHECK(spiking.loops[0].start_ms == 300.0);
    CHECK(spiking.loops[0].end_ms == 600.0);
    const Eigen::VectorXd r = Eigen::VectorXd::Random(kN);
    const Eigen::VectorXd hz = s * 0.5 * (r.array() + 1.0);
    // x of the sigmoid network is doubled.
    const double kappa = 2.0 * options.gain;
    const Eigen::VectorXd closed = spiking.w * hz + spiking.unit_bias_mv;
    CHECK(closed.isApprox(kappa * (network.w * r + network.bias), 1e-12));
    const spiking::GatedLoop& loop = spiking.loops[0];
    const Eigen::VectorXd open = loop.u * (loop.v.transpose() * hz + loop.constant);
    const rate::LowRankLoop& given = network.loops[0];
    CHECK(open.isApprox(kappa * (given.u * (given.v.transpose() * r)), 1e-12));
    const Eigen::VectorXd z = spiking.w_out * hz + spiking.b_out;
    CHECK(z.isApprox(network.w_out * r, 1e-12));
    CHECK(as_non_negative(network).loops.empty());
  }

  TEST_CASE("both networks start from the same state") {
    const rate::RateNetwork network = gated_network();
    TransferOptions options;
    options.gain = 3.0;
    options.filter_input = true;
    const spiking::SpikingModel spiking = map_to_spiking(network, 40.0, options);
    const rate::Task task = one_trial(network);
    const rate::Trial trial = task.random_trial(7, 3, Purpose::evaluation_task);
    spiking::SimulationOptions simulation;
    simulation.engine = "bridge";
    simulation.seed = 7;
    simulation.trial = 3;
    simulation.record.input = true;
    simulation.start_up = spiking::StartUp::relaxed;
    const spiking::SimulationResult run =
        spiking::simulate(spiking, rate::spiking_input(trial), simulation);
    const rate::Stepper stepper(network, {{}, 7, 3, Purpose::evaluation_noise});
    // After the first step of 0.25 ms the current has lost 0.5 %, the bias of -40 mV is in it.
    const Eigen::ArrayXd found = run.input.col(0).array() + 40.0;
    const Eigen::ArrayXd expected = 2.0 * options.gain * stepper.x().array();
    const Eigen::ArrayXd bias = spiking.unit_bias_mv.array();
    const Eigen::ArrayXd decayed = (expected - bias) * std::exp(-0.25 / 50.0) + bias;
    CHECK(max_abs(expected) > 5.0);
    CHECK(max_abs(found - decayed) < 0.02);
  }

  TEST_CASE("decay times lose the delay, never more than half; the readout has its own") {
    rate::RateNetwork network = gated_network();
    network.tau_ms[0] = 10.0;
    TransferOptions options;
    options.delay_ms = 8.0;
    options.readout_decay_ms = 15.0;
    const spiking::SpikingModel spiking = map_to_spiking(network, 40.0, options);
    CHECK(spiking.synapse.decay_ms[0] == 5.0);
    CHECK(spiking.synapse.decay_ms[1] == 42.0);
    CHECK(spiking.readout_filter().decay_ms == Eigen::VectorXd::Constant(kN, 15.0));
    CHECK(map_to_spiking(network, 40.0).readout_filter().decay_ms == network.tau_ms);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("the input is filtered where that follows the rate network better, unless asked") {
    const auto search = [](const rate::RateNetwork& network, std::optional<bool> filter) {
      ConversionOptions options;
      options.mapping = MappingChoice::fitted;
      options.search.scaling_factors = {60.0};
      options.search.trials = 4;
      options.search.simulation.engine = "auto";
      options.search.threads = 1;
      options.search.transfer.copies = 8;
      options.search.transfer.filter_input = filter.value_or(false);
      options.filter_input_given = filter.has_value();
      options.copies_given = true;
      const Conversion conversion = convert(network, one_trial(network), options);
      REQUIRE(conversion.candidates.size() == 1);
      return conversion.candidates[0];
    };
    const auto better_is_filtered = [&](const rate::RateNetwork& network) {
      const ConversionCandidate with = search(network, true);
      const ConversionCandidate without = search(network, false);
      const ConversionCandidate automatic = search(network, std::nullopt);
      CHECK(with.transfer.filter_input);
      CHECK(!without.transfer.filter_input);
      const bool filtered = with.measured.output_rmse < without.measured.output_rmse;
      CHECK(automatic.transfer.filter_input == filtered);
      CHECK(automatic.measured.output_rmse == (filtered ? with : without).measured.output_rmse);
      return filtered;
    };
    CHECK(!better_is_filtered(gated_network()));
    rate::RateNetwork strong = gated_network();
    strong.w *= 2.0;
    CHECK(better_is_filtered(strong));
  }

  TEST_CASE("many copies follow a tanh network through its loop, in all readouts") {
    const rate::RateNetwork network = gated_network();
    const rate::Task task = one_trial(network);
    const Eigen::MatrixXd states = task_states(network, task, 8, 1, 1);
    const OperatingPointFitter fitter(as_non_negative(network), states,
                                      operating_curves(spiking::NeuronParameters{}),
                                      FitScope::global, true);
    TransferOptions transfer;
    transfer.copies = 32;
    transfer.filter_input = true;
    transfer.delay_ms = 5.0;
    transfer.readout_decay_ms = 20.0;
    transfer.readout_bias = true;
    transfer = fitter.fit(60.0, transfer).transfer;
    CompareOptions options;
    options.scaling_factor = 60.0;
    options.trials = 6;
    options.simulation.engine = "auto";
    options.simulation.start_up = spiking::StartUp::relaxed;
    options.simulation.noise_intensity = transfer.noise_intensity;
    options.transfer = transfer;
    options.rate_noise = 0.0;
    options.analysis_start_ms = 200.0;
    options.threads = 1;
    const Comparison with = compare(network, task, options);
    REQUIRE(with.outputs.size() == 2);
    CHECK(with.traces.outputs == 2);
    CHECK(with.traces.rate_output.cols() == 2 * 180);
    CHECK(with.units.drive_gain_mv[0] == transfer.gain);
    double squares = 0.0;
    for (const OutputComparison& output : with.outputs) {
      CHECK(*output.correlation > 0.9);
      squares += output.rmse * output.rmse;
    }
    CHECK(*with.all.output_rmse == near(std::sqrt(squares / 2.0), 1e-12));
    // The loop is what they follow: without it in the spiking network they would not.
    const spiking::SpikingModel mapped = map_to_spiking(network, 60.0, transfer);
    spiking::SpikingModel without = mapped;
    without.loops.clear();
    const auto end_of = [&](const spiking::SpikingModel& model) {
      std::vector<SampledSignal> outputs;
      evaluate_spiking(model, task, 1, options.simulation, 1, &outputs);
      REQUIRE(outputs.size() == 2);
      return outputs[1].values.segment(900, 200).mean();
    };
    const double rate_mean = with.traces.rate_output.row(0).segment(180 + 90, 20).mean();
    CHECK(std::abs(end_of(mapped) - rate_mean) < 0.5 * std::abs(end_of(without) - rate_mean));
  }
}
