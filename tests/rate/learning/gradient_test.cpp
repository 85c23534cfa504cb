// The hand-written backward pass against central differences and against itself.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/dynamics/internal/forward_pass.hpp"
#include "rate/learning/internal/bptt.hpp"
#include "rate/models/internal/dale_parametrisation.hpp"
#include "tests/max_abs.hpp"
#include "tests/rate/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

constexpr int kGradientInputs = 2;
constexpr int kGradientSteps = 23;

struct Case {
  std::string activation;
  Loss loss;
  bool dale, masked, fixed_tau;
  int batch;
  double spike_noise = 0.0, l2_rates = 0.0, l2_weights = 0.0;
  bool trains_input = false;
  int outputs = 1;
};

DaleModel network(const Case& c) {
  NetworkOptions options;
  options.units = 19;
  options.transfer = c.activation;
  options.dale = c.dale;
  options.inhibitory_probability = 0.4;
  options.connection_probability = 0.5;
  options.gain = c.activation == "sigmoid" ? 2.0 : 0.6;
  options.trains_input = c.trains_input;
  options.tau_min_steps = 2.0;
  options.tau_max_steps = c.fixed_tau ? 2.0 : 8.0;
  if (c.masked) {
    options.som_units = c.dale ? 3 : 0;
    Eigen::MatrixXd mask = Eigen::MatrixXd::Ones(19, 19);
    mask.diagonal().setZero();
    mask.topRightCorner(4, 7).setZero();
    options.mask = mask;
  }
  DaleModel model = testing::small_network(options, kGradientInputs, 7);
  if (c.outputs > 1) {
    RandomStream stream(8, 0, Purpose::initialisation);
    model.w_out.resize(c.outputs, options.units);
    model.b_out.resize(c.outputs);
    model.bias.resize(options.units);
    for (double& value : model.w_out.reshaped()) {
      value = 0.2 * stream.normal();
    }
    for (Eigen::VectorXd* values : {&model.b_out, &model.bias}) {
      for (double& value : *values) {
        value = 0.3 * stream.normal();
      }
    }
  }
  return model;
}

template <class Real>
BpttOptions options_of(const Case& c, SimdLevel level = simd_level()) {
  return {.steps = kGradientSteps,
          .batch = static_cast<std::size_t>(c.batch),
          .loss = c.loss,
          .spike_noise = c.spike_noise,
          .l2_rates = c.l2_rates,
          .l2_weights = c.l2_weights,
          .threads = 1,
          .level = level};
}

double mean_loss(Bptt<double>& bptt, const std::vector<double>& parameters,
                 const std::vector<Trial>& trials) {
  bptt.run(parameters, trials, {.factor = kRateNoise});
  return std::accumulate(bptt.losses().begin(), bptt.losses().end(), 0.0) /
             static_cast<double>(trials.size()) +
         bptt.penalty();
}

/// Largest difference between gradient and central differences, relative to the gradient's
/// largest entry of the same kind of parameter.
struct GradientErrors {
  double w = 0.0, w_out = 0.0, b_out = 0.0, tau_gate = 0.0, w_in = 0.0;
};

/// With seed 3 the signs of one tanh network's errors add up to 0: nothing to compare with.
Seed trial_seed(const Case& c) {
  return c.activation == "tanh" ? 4 : 3;
}

GradientErrors gradient_errors(const Case& c) {
  const DaleModel model = network(c);
  const std::vector<Trial> trials =
      testing::random_trials(c.batch, kGradientInputs, kGradientSteps, trial_seed(c), c.outputs);
  Bptt<double> bptt(dale_parametrisation<double>(model), options_of<double>(c));
  std::vector<double> parameters = parameters_of<double>(model);
  mean_loss(bptt, parameters, trials);
  const std::vector<double> gradient(bptt.gradient().begin(), bptt.gradient().end());

  const auto worst = [&](const char* name) {
    const ParameterBlock* block = bptt.blocks().find(name);
    if (block == nullptr) {
      return 0.0;
    }
    double scale = 0.0;
    double error = 0.0;
    for (std::size_t p = block->offset; p < block->offset + block->size(); ++p) {
      const double kept = parameters[p];
      // Rectified weights at 0 have no two-sided derivative: the rule there has its own test.
      if (p < bptt.blocks().find("w")->size() && c.dale && kept <= 0.0) {
        CHECK(gradient[p] == 0.0);
        continue;
      }
      // The root of spike-like noise bends on the scale of its guard, 1e-4.
      const double h = c.spike_noise > 0.0 ? 1e-6 : 1e-5;
      parameters[p] = kept + h;
      const double above = mean_loss(bptt, parameters, trials);
      parameters[p] = kept - h;
      const double below = mean_loss(bptt, parameters, trials);
      parameters[p] = kept;
      scale = larger(scale, std::abs(gradient[p]));
      error = larger(error, std::abs(gradient[p] - (above - below) / (2.0 * h)));
    }
    REQUIRE(scale > 1e-4);
    return error / scale;
  };
  return {worst("w"), worst("w_out"), worst("b_out"), worst("taus_gaus"), worst("w_in")};
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const char* activation : {"sigmoid", "softplus", "clipped_relu", "relu", "tanh"}) {
    for (const Loss loss : {Loss::l2, Loss::l1}) {
      for (const bool dale : {true, false}) {
        for (const bool masked : {true, false}) {
          for (const bool fixed_tau : {true, false}) {
            for (const int batch : {1, 11}) {
              cases.push_back({activation, loss, dale, masked, fixed_tau, batch});
            }
          }
        }
      }
    }
  }
  return cases;
}

std::string describe(const Case& c) {
  return c.activation + ", " + std::string(to_string(c.loss)) + (c.dale ? ", Dale" : ", no Dale") +
         (c.masked ? ", masks" : "") + (c.fixed_tau ? ", fixed tau" : ", trained tau") +
         ", batch " + std::to_string(c.batch);
}

template <class Real>
std::vector<Real> gradient_of(const Case& c, SimdLevel level = simd_level(), int threads = 1) {
  const DaleModel model = network(c);
  BpttOptions options = options_of<Real>(c, level);
  options.threads = threads;
  Bptt<Real> bptt(dale_parametrisation<Real>(model), options);
  bptt.run(parameters_of<Real>(model),
           testing::random_trials(c.batch, kGradientInputs, kGradientSteps, 3),
           {.factor = kRateNoise});
  return {bptt.gradient().begin(), bptt.gradient().end()};
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("every gradient agrees with central differences") {
    for (const Case& c : all_cases()) {
      INFO(describe(c));
      const GradientErrors errors = gradient_errors(c);
      CHECK(errors.w < tolerance::kGradient);
      CHECK(errors.w_out < tolerance::kGradient);
      CHECK(errors.b_out < tolerance::kGradient);
      CHECK(errors.tau_gate < tolerance::kGradient);
    }
  }

  TEST_CASE("gradients of networks of three outputs and a bias agree with central differences") {
    for (Case c : all_cases()) {
      if (c.masked) {
        continue;
      }
      c.outputs = 3;
      INFO(describe(c));
      const GradientErrors errors = gradient_errors(c);
      CHECK(errors.w < tolerance::kGradient);
      CHECK(errors.w_out < tolerance::kGradient);
      CHECK(errors.b_out < tolerance::kGradient);
      CHECK(errors.tau_gate < tolerance::kGradient);
    }
  }

  TEST_CASE("gradients of trained input weights agree with central differences") {
    for (Case c : all_cases()) {
      if (c.masked) {
        continue;
      }
      c.trains_input = true;
      INFO(describe(c));
      const GradientErrors errors = gradient_errors(c);
      CHECK(errors.w_in < tolerance::kGradient);
      CHECK(errors.w < tolerance::kGradient);
    }
  }

  TEST_CASE("gradients through spike-like noise and penalties agree with central differences") {
    for (const char* activation : {"sigmoid", "softplus", "clipped_relu", "relu"}) {
      for (const bool dale : {true, false}) {
        for (const int batch : {1, 11}) {
          // A trained time constant takes the noise with it: the gradient holds the noise fixed,
          // and differences can only be compared where it is fixed.
          Case c{activation, Loss::l2, dale, true, true, batch};
          c.spike_noise = 5.0;
          c.l2_rates = 3.0;
          c.l2_weights = 0.02;
          INFO(describe(c));
          const GradientErrors noisy = gradient_errors(c);
          CHECK(noisy.w < tolerance::kGradient);
          CHECK(noisy.w_out < tolerance::kGradient);
          CHECK(noisy.b_out < tolerance::kGradient);
          c.fixed_tau = false;
          c.spike_noise = 0.0;
          const GradientErrors penalised = gradient_errors(c);
          CHECK(penalised.w < tolerance::kGradient);
          CHECK(penalised.tau_gate < tolerance::kGradient);
        }
      }
    }
  }

  TEST_CASE("spike-like noise has the variance r / (8 td s) and the unit's own time constant") {
    NetworkOptions options;
    options.units = 64;
    options.connection_probability = 0.1;
    options.tau_min_steps = options.tau_max_steps = 5.0;
    DaleModel model = testing::small_network(options, 1, 1);
    model.w.setZero();
    model.w_in.setZero();
    constexpr std::size_t steps = 4000;
    constexpr double s = 40.0;
    auto network = kernel_network<double>(
        network_of(model), {.trials = true, .panels = false, .backward = false}, simd_level());
    network.use_spike_noise(s);
    ForwardPass<double> pass(network, steps, false, true);
    Trial trial{Eigen::MatrixXd::Zero(1, steps), Eigen::MatrixXd::Zero(1, steps), 0};
    NoiseSeries silent;
    silent.factor = 0.0;
    pass.run(network, std::span(&trial, 1), {0, 1, false}, silent);
    // x = 0 throughout: r = 0.5, td = 25 ms.
    double variance = 0.0;
    double next = 0.0;
    for (std::size_t t = 0; t + 1 < steps; ++t) {
      for (std::size_t unit = 0; unit < 64; ++unit) {
        const double now = pass.rate()[t * 64 + unit] - 0.5;
        variance += now * now;
        next += now * (pass.rate()[(t + 1) * 64 + unit] - 0.5);
      }
    }
    const double expected = 0.25 * 0.5 / (2.0 * 0.025 * s);
    // Autocorrelated by 5 steps: 64 * 4000 / 5 independent squares, so 5 sigma is 5 sqrt(2 /
    // 51200). The guard takes 2 (1e-4 / 0.5)^0.5 = 2.8 % from the variance.
    const double guarded = std::pow(std::sqrt(0.5001) - 0.01, 2) / 0.5;
    CHECK(variance / (64.0 * steps) == near(expected * guarded, 5.0 * std::sqrt(2.0 / 51200.0)));
    CHECK(next / variance == near(std::exp(-1.0 / 5.0), 0.01));
  }

  TEST_CASE("single precision gradients follow the double ones") {
    for (const Case& c : all_cases()) {
      INFO(describe(c));
      const std::vector<float> fast = gradient_of<float>(c);
      const std::vector<double> exact = gradient_of<double>(c);
      double scale = 0.0;
      double error = 0.0;
      for (std::size_t p = 0; p < exact.size(); ++p) {
        scale = larger(scale, std::abs(exact[p]));
        error = larger(error, std::abs(static_cast<double>(fast[p]) - exact[p]));
      }
      // Rounding of 1e-7 over 23 steps and 19 inputs, and l1's sign at a near miss excluded.
      CHECK(error < 2e-5 * scale);
    }
  }

  TEST_CASE("the gradient of a mini-batch is the mean of its trials' gradients") {
    const Case c{"sigmoid", Loss::l2, true, true, false, 13};
    const DaleModel model = network(c);
    const std::vector<double> parameters = parameters_of<double>(model);
    const std::vector<Trial> trials =
        testing::random_trials(c.batch, kGradientInputs, kGradientSteps, 3);
    const std::vector<double> together = gradient_of<double>(c);
    std::vector<double> mean(together.size(), 0.0);
    Case single = c;
    single.batch = 1;
    Bptt<double> bptt(dale_parametrisation<double>(model), options_of<double>(single));
    for (std::uint32_t i = 0; i < trials.size(); ++i) {
      NoiseSeries noise;
      noise.factor = kRateNoise;
      noise.first_trial = i;
      bptt.run(parameters, std::span(trials).subspan(i, 1), noise);
      for (std::size_t p = 0; p < mean.size(); ++p) {
        mean[p] += bptt.gradient()[p] / static_cast<double>(trials.size());
      }
    }
    for (std::size_t p = 0; p < mean.size(); ++p) {
      CHECK(together[p] == within(mean[p], 1e-11));
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("instruction sets and threads do not change a bit of the gradient") {
    for (const int batch : {1, 37}) {
      for (const bool dale : {true, false}) {
        Case c{"softplus", Loss::l2, dale, false, false, batch};
        c.spike_noise = 40.0;
        c.l2_rates = 1.0;
        c.l2_weights = 0.01;
        c.trains_input = true;
        const std::vector<float> expected = gradient_of<float>(c);
        for (const SimdLevel level : testing::supported_levels()) {
          INFO(describe(c), " on ", to_string(level));
          CHECK(gradient_of<float>(c, level) == expected);
          CHECK(gradient_of<float>(c, level, 2) == expected);
          CHECK(gradient_of<double>(c, level) == gradient_of<double>(c));
        }
      }
    }
  }

  TEST_CASE("a rectified weight at or below zero has no gradient") {
    const Case c{"sigmoid", Loss::l2, true, false, false, 1};
    DaleModel model = network(c);
    model.w(3, 4) = 0.0;
    model.w(5, 6) = -0.3;
    Bptt<double> bptt(dale_parametrisation<double>(model), options_of<double>(c));
    bptt.run(parameters_of<double>(model),
             testing::random_trials(1, kGradientInputs, kGradientSteps, 3), {});
    CHECK(bptt.gradient()[4 * 19 + 3] == 0.0);
    CHECK(bptt.gradient()[6 * 19 + 5] == 0.0);
  }

  TEST_CASE("batches and trials that do not fit are refused") {
    const Case c{"sigmoid", Loss::l2, true, false, false, 1};
    const DaleModel model = network(c);
    const std::vector<float> parameters = parameters_of<float>(model);
    Bptt<float> bptt(dale_parametrisation<float>(model), options_of<float>(c));
    CHECK_THROWS_WITH_AS(
        bptt.run(parameters, testing::random_trials(2, kGradientInputs, kGradientSteps, 3), {}),
        "batch: found 2 trials; must have 1", InputError);
    CHECK_THROWS_WITH_AS(
        bptt.run(parameters, testing::random_trials(1, kGradientInputs, 24, 3), {}),
        "trial: input: found 2 x 24; must be 2 x 23", InputError);
    std::vector<Trial> trials = testing::random_trials(1, kGradientInputs, kGradientSteps, 3);
    trials[0].target.conservativeResize(1, 21);
    CHECK_THROWS_WITH_AS(bptt.run(parameters, trials, {}),
                         "trial: target: found 1 x 21; must be 1 x 22, a column per output step",
                         InputError);
  }

  TEST_CASE("weights that fall below zero and rise again are followed") {
    const Case c{"sigmoid", Loss::l2, true, false, false, 1};
    const DaleModel model = network(c);
    const std::vector<Trial> trials = testing::random_trials(1, kGradientInputs, kGradientSteps, 3);
    const std::vector<double> parameters = parameters_of<double>(model);
    std::vector<double> fewer = parameters;
    for (std::size_t p = 0; p < 19 * 12; ++p) {
      fewer[p] = -1.0;
    }
    Bptt<double> bptt(dale_parametrisation<double>(model), options_of<double>(c));
    const double loss = mean_loss(bptt, parameters, trials);
    const double loss_of_fewer = mean_loss(bptt, fewer, trials);
    CHECK(loss != loss_of_fewer);
    CHECK(mean_loss(bptt, parameters, trials) == loss);
    DaleModel sparse = model;
    sparse.w.leftCols(12).setConstant(-1.0);
    Bptt<double> fresh(dale_parametrisation<double>(sparse), options_of<double>(c));
    CHECK(mean_loss(fresh, fewer, trials) == loss_of_fewer);
  }
}
