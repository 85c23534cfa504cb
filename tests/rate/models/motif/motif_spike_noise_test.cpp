// Motifs under noise as spikes make it: the network with rates above 0 that stands for a tanh
// network, its gradient, how the noise grows, and what training under it gains.
#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/learning/internal/bptt.hpp"
#include "rate/learning/motif/motif_evaluation.hpp"
#include "rate/learning/motif/motif_training.hpp"
#include "rate/models/motif/internal/motif_parametrisation.hpp"
#include "tests/max_abs.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

constexpr int kNoiseSamples = 120;

MotifLibrary noisy_library(MotifArchitecture architecture) {
  MotifLibrary library = make_motif_library({.architecture = architecture,
                                             .units = 40,
                                             .preparation_rank = 5,
                                             .preparation_tau = 2.0,
                                             .noise = 0.0,
                                             .seed = 5});
  const Eigen::ArrayXd t = Eigen::ArrayXd::LinSpaced(kNoiseSamples, 0.0, 1.0);
  add_motifs(library, {{"sine", (2.0 * std::numbers::pi * t).sin()}});
  return library;
}

/// Gradient of a batch at inputs that are not 0, in either form.
std::vector<double> gradient_of(const MotifLibrary& library, bool positive) {
  const std::size_t count = 3;
  Bptt<double> bptt(
      motif_parametrisation<double>(library, 0, positive),
      {.steps = kNoiseSamples, .batch = count, .loss = Loss::mean_square, .first_step = 0});
  const MotifChain chain = single_motif(library, 0, kNoiseSamples);
  const std::vector<Trial> trials(count, {chain.input, chain.target, 0});
  std::vector<Eigen::MatrixXd> starts;
  for (std::uint32_t i = 0; i < count; ++i) {
    starts.emplace_back((positive ? 2.0 : 1.0) * random_start(library.units(), 1.0, 1, i));
  }
  std::vector<double> parameters(bptt.blocks().size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    parameters[i] = 0.3 * std::sin(static_cast<double>(i));
  }
  bptt.run(parameters, trials, {.added = starts});
  std::vector<double> all(bptt.gradient().begin(), bptt.gradient().end());
  all.insert(all.end(), bptt.losses().begin(), bptt.losses().end());
  return all;
}

/// Mean square that spike-like noise adds to the output of many trials.
double excess_of(const MotifLibrary& library, double scaling_factor) {
  const std::vector<Eigen::VectorXd> starts(256, random_start(library.units(), 1.0, 1, 0));
  const MotifTrials quiet = play_motif(library, 0, {starts.front()}, {});
  const MotifTrials noisy = play_motif(library, 0, starts, {.seed = 2, .spikes = scaling_factor});
  double total = 0.0;
  for (const Eigen::VectorXd& output : noisy.output) {
    total += (output - quiet.output[0]).squaredNorm();
  }
  return total / static_cast<double>(noisy.output.size() * kNoiseSamples);
}

MotifTrainingOptions noisy_options(double spike_noise) {
  return {.batches = 150,
          .batch = 16,
          .spike_noise = spike_noise,
          .evaluation_trials = 16,
          .threads = 1};
}

}  // namespace

TEST_SUITE_BEGIN("numeric");

TEST_CASE("rates above 0 leave a motif's losses and gradients as they are") {
  for (const MotifArchitecture architecture :
       {MotifArchitecture::additive, MotifArchitecture::two_input}) {
    const MotifLibrary library = noisy_library(architecture);
    const std::vector<double> plain = gradient_of(library, false);
    const std::vector<double> positive = gradient_of(library, true);
    REQUIRE(plain.size() == positive.size());
    double largest = 0.0;
    double difference = 0.0;
    for (std::size_t i = 0; i < plain.size(); ++i) {
      largest = larger(largest, std::abs(plain[i]));
      difference = larger(difference, std::abs(plain[i] - positive[i]));
    }
    CHECK(largest > 1e-3);
    CHECK(difference <= 1e-10 * largest);
  }
}

TEST_CASE("spike-like noise is refused where motifs have loops") {
  MotifTrainingOptions options = noisy_options(100.0);
  for (const MotifArchitecture architecture :
       {MotifArchitecture::control, MotifArchitecture::multiplicative,
        MotifArchitecture::additive_preparation}) {
    CHECK_THROWS_AS(MotifLearner(noisy_library(architecture), {0}, options), InputError);
  }
  CHECK_THROWS_AS(
      evaluate_motifs(noisy_library(MotifArchitecture::multiplicative), {.spike_noise = 100.0}),
      InputError);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("statistical");

TEST_CASE("the mean square of spike-like noise falls with the scaling factor") {
  MotifLearner learner(noisy_library(MotifArchitecture::additive), {0}, noisy_options(0.0));
  learn(learner, {}, {});
  const MotifLibrary library = learner.library();
  // Small noise adds up linearly: four times the spikes, a quarter of the mean square. 256 trials
  // give each mean within a few per cent.
  const double ratio = excess_of(library, 1e6) / excess_of(library, 4e6);
  CHECK(ratio > 3.4);
  CHECK(ratio < 4.6);
}

TEST_CASE("training under spike-like noise lowers the error under it") {
  MotifLibrary library = noisy_library(MotifArchitecture::additive);
  library.options.initial_std = 0.0;  // nothing else to bear
  const double scaling_factor = 2000.0;
  const auto error = [&](const MotifTrainingOptions& options) {
    MotifLearner learner(library, {0}, options);
    learn(learner, {}, {});
    return evaluate_motifs(learner.library(),
                           {.trials = 64, .spike_noise = scaling_factor, .seed = 9})
        .random[0];
  };
  CHECK(error(noisy_options(scaling_factor)) < 0.9 * error(noisy_options(0.0)));
}

TEST_SUITE_END();
