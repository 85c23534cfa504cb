// Rate networks of any kind: the plain path against closed forms, the fast path against it.
#include "rate/dynamics/rate_network.hpp"

#include <cmath>
#include <functional>
#include <string>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "rate/dynamics/run.hpp"
#include "rate/dynamics/transfer/transfer_registry.hpp"
#include "rate/learning/evaluate.hpp"
#include "rate/tasks/recorded_task.hpp"
#include "tests/max_abs.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

Eigen::MatrixXd normal_matrix(Eigen::Index rows, Eigen::Index columns, double scale, Seed seed) {
  RandomStream stream(seed, 0, Purpose::initialisation);
  Eigen::MatrixXd values(rows, columns);
  for (double& value : values.reshaped()) {
    value = scale * stream.normal();
  }
  return values;
}

/// Everything that Kim's networks do not have: tanh, a bias, two outputs, steps of 1 ms.
RateNetwork general_network(Eigen::Index units) {
  RateNetwork network;
  const auto n = static_cast<double>(units);
  network.w = normal_matrix(units, units, 1.2 / std::sqrt(n), 1);
  network.w_in = normal_matrix(units, 2, 1.0, 2);
  network.w_out = normal_matrix(2, units, 1.0 / std::sqrt(n), 3);
  network.bias = normal_matrix(units, 1, 0.3, 4);
  network.b_out = Eigen::Vector2d(0.25, -0.5);
  network.tau_ms = Eigen::VectorXd::LinSpaced(units, 10.0, 40.0);
  network.step_ms = 1.0;
  network.transfer = "tanh";
  network.noise.factor = 0.05;
  network.initial.scale = 0.5;
  return network;
}

/// Units without connections.
RateNetwork uncoupled(Eigen::Index units) {
  RateNetwork network = general_network(units);
  network.w.setZero();
  network.w_in.setZero();
  network.bias.setZero();
  network.tau_ms.setConstant(20.0);
  return network;
}

std::string refusal(const std::function<void(RateNetwork&)>& change) {
  RateNetwork network = general_network(5);
  change(network);
  try {
    validate(network, "net");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("one unit charges towards its bias and input as an exponential of the grid") {
    RateNetwork network = uncoupled(3);
    network.bias = Eigen::Vector3d(0.5, -1.0, 2.0);
    network.w_in(1, 0) = 3.0;
    const Eigen::MatrixXd input = Eigen::MatrixXd::Ones(2, 60);
    const RateRun run = run_rate(network, input, {.factor = 0.0});
    const Eigen::Vector3d goal(0.5, 2.0, 2.0);
    for (Eigen::Index t = 0; t < 60; ++t) {
      const double reached = 1.0 - std::pow(1.0 - 1.0 / 20.0, static_cast<double>(t));
      CHECK(max_abs(run.x.col(t) - reached * goal) < 1e-14);
    }
    for (Eigen::Index t = 1; t < 60; ++t) {
      const Eigen::VectorXd z = network.w_out * run.r.col(t) + network.b_out;
      CHECK(max_abs(run.output.col(t - 1) - z) < 1e-14);
    }
  }

  TEST_CASE("a loop of low rank is u v^T added to the weights while it is closed") {
    RateNetwork looped = general_network(30);
    LowRankLoop loop{normal_matrix(30, 3, 0.4, 5), normal_matrix(30, 3, 0.4, 6), 5.0, 12.0};
    looped.loops.push_back(loop);
    RateNetwork open = general_network(30);
    RateNetwork closed = open;
    closed.w += loop.u * loop.v.transpose();
    Stepper with_loop(looped, {.seed = 3});
    Stepper by_hand(open, {.seed = 3});
    const Eigen::Vector2d input(0.5, -0.5);
    double largest = 0.0;
    for (int n = 0; n < 20; ++n) {
      // The step from n to n + 1 begins at n ms.
      by_hand.w() = n >= 5 && n < 12 ? closed.w : open.w;
      with_loop.step(input);
      by_hand.step(input);
      largest = larger(largest, max_abs(with_loop.x() - by_hand.x()));
    }
    CHECK(largest < 1e-13);
    Stepper never(open, {.seed = 3});
    for (int n = 0; n < 20; ++n) {
      never.step(input);
    }
    CHECK(max_abs(never.x() - with_loop.x()) > 1e-3);
  }

  TEST_CASE(
      "the fast path runs networks with a bias, tanh, loops, several outputs and steps of 1 ms") {
    RateNetwork network = general_network(50);
    network.loops.push_back(
        {normal_matrix(50, 3, 0.2, 5), normal_matrix(50, 3, 0.2, 6), 20.0, 60.0});
    RecordedTrials recorded;
    recorded.conditions = {"trial"};
    recorded.step_ms = 1.0;
    // Nine, as an evaluation takes each of the given trials once.
    recorded.trials.assign(9, {normal_matrix(2, 80, 1.0, 7), normal_matrix(2, 80, 1.0, 8), 0});
    const Task task = recorded_task(recorded);
    CHECK(task.outputs() == 2);
    const RateEvaluation fast = evaluate_rate(network, task, {.trials = 9, .seed = 4});
    CHECK(fast.outputs.cols() == 2 * 79);
    double largest = 0.0;
    double mean_rate = 0.0;
    for (std::uint32_t i = 0; i < 9; ++i) {
      const Trial trial = task.random_trial(4, i, Purpose::evaluation_task);
      const RateRun plain = run_rate(network, trial.input,
                                     {.seed = 4, .trial = i, .purpose = Purpose::evaluation_noise});
      const Eigen::VectorXd output = plain.output.reshaped();
      largest = larger(largest, max_abs(fast.outputs.row(i).transpose() - output));
      mean_rate += plain.r.mean() / 9.0;
    }
    CHECK(max_abs(fast.outputs) > 0.5);
    CHECK(largest < 1e-4);
    CHECK(std::abs(fast.mean_rate - mean_rate) < 1e-5);
  }

  TEST_CASE("mean r is over the own steps of every trial, not over what fills it up") {
    RecordedTrials recorded;
    recorded.conditions = {"trial"};
    recorded.step_ms = 1.0;
    // A panel of kernels and single trials, the longest, 80 steps, among them.
    for (int k = 0; k < 19; ++k) {
      const int steps = 80 - 7 * (k % 9);
      recorded.trials.push_back(
          {Eigen::MatrixXd::Constant(2, steps, 2.0), normal_matrix(2, steps, 1.0, 8), 0});
    }
    make_equally_long(recorded.trials);
    const Task task = recorded_task(recorded);
    RateNetwork network = general_network(50);
    for (const auto kind : {InitialState::Kind::noise, InitialState::Kind::normal}) {
      network.initial.kind = kind;
      double sum = 0.0;
      double steps = 0.0;
      double filled = 0.0;
      for (std::uint32_t i = 0; i < 19; ++i) {
        const Trial trial = task.random_trial(4, i, Purpose::evaluation_task);
        const RateRun run = run_rate(network, trial.input,
                                     {.seed = 4, .trial = i, .purpose = Purpose::evaluation_noise});
        const auto own = own_columns(trial);
        sum += run.r.leftCols(own).sum() / 50.0;
        steps += static_cast<double>(own);
        filled += run.r.mean() / 19.0;
      }
      const double mean = evaluate_rate(network, task, {.trials = 19, .seed = 4}).mean_rate;
      CHECK(mean == within(sum / steps, 1e-5));
      CHECK(std::abs(filled - sum / steps) > 1e-3);
    }
  }

  TEST_CASE("the slope of every transfer function is its derivative") {
    for (const TransferDefinition* transfer : registered_transfers()) {
      INFO(transfer->name);
      for (double x = -6.05; x < 24.0; x += 0.37) {
        const double h = 1e-6;
        const double difference = (transfer->value(x + h) - transfer->value(x - h)) / (2.0 * h);
        CHECK(std::abs(transfer->slope(x) - difference) < 1e-8);
        CHECK(transfer->value(x) >= transfer->lowest);
        CHECK(transfer->value(x) <= transfer->highest);
      }
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("a whole run is steps of a Stepper, bit for bit") {
    RateNetwork network = general_network(20);
    network.noise.process = NoiseModel::Process::ornstein_uhlenbeck;
    network.noise.tau_ms = 7.0;
    const Eigen::MatrixXd input = normal_matrix(2, 40, 1.0, 9);
    const RateNoise noise{.seed = 11, .trial = 3};
    const RateRun run = run_rate(network, input, noise);
    Stepper stepper(network, noise);
    for (int lap = 0; lap < 2; ++lap) {
      CHECK(stepper.x() == run.x.col(0));
      for (Eigen::Index t = 1; t < 40; ++t) {
        stepper.step(input.col(t - 1));
        CHECK(stepper.x() == run.x.col(t));
        CHECK(stepper.output() == run.output.col(t - 1));
      }
      stepper.reset();
    }
  }

  TEST_CASE("types of units follow Dale's principle, or there are none") {
    RateNetwork network = general_network(4);
    network.w << 1.0, -2.0, 0.0, 0.0,  //
        0.5, -1.0, 0.0, 3.0,           //
        0.0, 0.0, 0.0, 0.0,            //
        2.0, -0.1, 0.0, 0.0;
    CHECK(unit_types(network) == std::vector{UnitType::excitatory, UnitType::inhibitory,
                                             UnitType::excitatory, UnitType::excitatory});
    network.w(2, 3) = -1e-3;  // one weight of the other sign
    CHECK(unit_types(network) == std::vector(4, UnitType::mixed));
    network.unit_type = {UnitType::som, UnitType::som, UnitType::som, UnitType::som};
    CHECK(unit_types(network) == network.unit_type);  // its own word counts
    CHECK(to_string(UnitType::mixed) == "mixed");
  }

  TEST_CASE("networks that cannot run are refused by field") {
    CHECK(refusal([](RateNetwork&) {}) == "accepted");
    CHECK(refusal([](RateNetwork& n) { n.w.conservativeResize(5, 4); }) ==
          "net: field 'w': found 5 x 4; must be N x N with N > 0");
    CHECK(refusal([](RateNetwork& n) { n.w(2, 1) = NAN; }) ==
          "net: field 'w': found nan at (3, 2); must be finite");
    CHECK(refusal([](RateNetwork& n) { n.bias.resize(4); }) ==
          "net: field 'bias': found 4 values; must have one value per unit, N = 5");
    CHECK(refusal([](RateNetwork& n) { n.w_out.resize(5, 2); }) ==
          "net: field 'w_out': found 5 x 2; must be outputs x N with N = 5");
    CHECK(refusal([](RateNetwork& n) { n.b_out.resize(3); }) ==
          "net: field 'b_out': found 3 values; must have one value per output, 2");
    CHECK(refusal([](RateNetwork& n) { n.tau_ms[3] = 0.5; }) ==
          "net: field 'tau_ms': found 0.5 for unit 4; must not be shorter than the step, 1 ms");
    CHECK(refusal([](RateNetwork& n) { n.step_ms = 0.0; }) ==
          "net: field 'step_ms': found 0; must be positive and finite");
    CHECK(refusal([](RateNetwork& n) { n.noise.factor = -1.0; }) ==
          "net: field 'noise': found -1; must be finite and not negative");
    CHECK(refusal([](RateNetwork& n) {
            n.loops.push_back({n.w_in, n.w});
          }) == "net: field 'loops[0].v': found 5 x 5; must be of the shape of u");
    CHECK(refusal([](RateNetwork& n) {
            n.loops.push_back({n.w_in, n.w_in, 3.0, 3.0});
          }) ==
          "net: field 'loops[0].start_ms': found 3 to 3; must be a window of positive length that "
          "starts at 0 or later");
    CHECK(refusal([](RateNetwork& n) {
            n.transfer = "steep";
          }).starts_with("net: field 'activation': found 'steep'; must be one of"));
  }

  TEST_CASE("inputs, outputs and step of network and task must agree") {
    RateNetwork network = general_network(5);
    const auto refused = [&network](const char* word) {
      try {
        require_fit(network, Task("xor"));
      } catch (const InputError& error) {
        return std::string(error.what()).find(word) != std::string::npos;
      }
      return false;
    };
    CHECK(refused("2 outputs; must have 1"));
    network.w_out.conservativeResize(1, 5);
    CHECK(refused("1 ms a step; must have 5"));
    network.step_ms = 5.0;
    CHECK_FALSE(refused(""));
    network.w_in.conservativeResize(5, 1);
    CHECK(refused("1 input channels; must have 2"));
  }
}

TEST_SUITE("statistical") {
  // Means over many units and steps; bounds are five standard errors.
  TEST_CASE("white noise on the state: the variance of an autoregressive process") {
    RateNetwork network = uncoupled(400);
    network.noise.factor = 0.3;
    const RateRun run = run_rate(network, Eigen::MatrixXd::Zero(2, 1200), {.seed = 5});
    const double keep = 1.0 - 1.0 / 20.0;
    const double expected = 0.09 / (1.0 - keep * keep);
    const auto late = run.x.rightCols(1000);
    // A sample every 2 tau counts as independent: 400 x 25 of them, each square varies by 2
    // sigma^4.
    CHECK(std::abs(late.array().square().mean() - expected) <
          5.0 * expected * std::sqrt(2.0 / 1e4));
  }

  TEST_CASE(
      "Ornstein-Uhlenbeck noise inside the bracket: unit variance, its own correlation time") {
    RateNetwork network = uncoupled(400);
    network.tau_ms.setConstant(network.step_ms);  // x_n is then the noise itself
    network.noise = {NoiseModel::Process::ornstein_uhlenbeck, NoiseModel::Entry::drive, 2.0, 8.0};
    const RateRun run = run_rate(network, Eigen::MatrixXd::Zero(2, 1200), {.seed = 6});
    const auto x = run.x.rightCols(1100);
    const double samples = 400.0 * 1100.0 / 16.0;
    CHECK(std::abs(x.array().square().mean() - 4.0) < 5.0 * 4.0 * std::sqrt(2.0 / samples));
    const double lagged = (x.leftCols(1092).array() * x.rightCols(1092).array()).mean();
    CHECK(std::abs(lagged - 4.0 * std::exp(-1.0)) < 5.0 * 4.0 * std::sqrt(2.0 / samples));
  }

  TEST_CASE("start states: normal and uniform") {
    constexpr Eigen::Index kUnits = 200;
    constexpr Eigen::Index kSeeds = 100;
    const auto states = [&](InitialState initial) {
      RateNetwork network = uncoupled(kUnits);
      network.initial = initial;
      Eigen::MatrixXd x(kUnits, kSeeds);
      for (Eigen::Index seed = 0; seed < kSeeds; ++seed) {
        x.col(seed) = Stepper(network, {.seed = static_cast<Seed>(seed)}).x();
      }
      return x;
    };
    const Eigen::MatrixXd normal = states({InitialState::Kind::normal, 1.5});
    CHECK(std::abs(normal.squaredNorm() / 20000.0 - 2.25) < 5.0 * 2.25 * std::sqrt(2.0 / 20000.0));
    const Eigen::MatrixXd uniform = states({InitialState::Kind::uniform, 2.0});
    CHECK(max_abs(uniform) <= 2.0);
    CHECK(std::abs(uniform.squaredNorm() / 20000.0 - 4.0 / 3.0) <
          5.0 * std::sqrt((16.0 / 5.0 - 16.0 / 9.0) / 20000.0));
    CHECK(std::abs(uniform.mean()) < 5.0 * std::sqrt(4.0 / 3.0 / 20000.0));
  }
}
