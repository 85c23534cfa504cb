// Motifs: one batch of trials of 1000 steps, forward and backward (arguments: units, trials,
// threads); a batch of the preparatory module; the linear model. Items are unit updates: trials x
// steps x N.
#include <vector>

#include <benchmark/benchmark.h>

#include "rate/learning/internal/bptt.hpp"
#include "rate/learning/motif/motif_training.hpp"
#include "rate/models/motif/internal/motif_parametrisation.hpp"
#include "rate/models/motif/linear/linear_model.hpp"

namespace {

using namespace rheobase;
using namespace rheobase::rate;

constexpr Eigen::Index kSamples = 1000;

MotifLibrary benched_library(MotifArchitecture architecture, int units) {
  MotifLibrary library = make_motif_library({.architecture = architecture, .units = units});
  add_motifs(library, {{"zero", Eigen::VectorXd::Zero(kSamples)}});
  return library;
}

/// The gradient of one batch of a motif. With a trained J it costs half as much again.
void motif_batch(benchmark::State& state, MotifArchitecture architecture) {
  const MotifLibrary library = benched_library(architecture, static_cast<int>(state.range(0)));
  const auto count = static_cast<std::size_t>(state.range(1));
  const MotifChain chain = single_motif(library, 0, kSamples);
  Bptt<float> bptt(motif_parametrisation<float>(library, 0),
                   {.steps = kSamples,
                    .batch = count,
                    .loss = Loss::mean_square,
                    .first_step = 0,
                    .threads = static_cast<int>(state.range(2))});
  const std::vector<Trial> trials(count, {chain.input, chain.target, 0});
  std::vector<Eigen::MatrixXd> starts;
  for (std::size_t i = 0; i < count; ++i) {
    starts.emplace_back(random_start(library.units(), 1.0, 1, static_cast<std::uint32_t>(i)));
  }
  const std::vector<float> parameters = motif_parameters(library, 0);
  for (auto _ : state) {
    bptt.run(parameters, trials, {.factor = library.options.noise, .added = starts});
    benchmark::DoNotOptimize(bptt.gradient().data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1) * kSamples);
}
BENCHMARK_CAPTURE(motif_batch, additive_preparation, MotifArchitecture::additive_preparation)
    ->Args({300, 64, 1})
    ->Args({300, 64, 2})
    ->Args({100, 64, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(motif_batch, multiplicative, MotifArchitecture::multiplicative)
    ->Args({100, 64, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// One batch of the preparatory module, published sizes.
void preparation_batch(benchmark::State& state) {
  PreparationLearner learner(
      make_motif_library({.architecture = MotifArchitecture::additive_preparation}),
      {.batches = 1000000, .threads = static_cast<int>(state.range(0))});
  for (auto _ : state) {
    learner.advance();
  }
}
BENCHMARK(preparation_batch)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Fit, loop and preparatory weights of some motifs.
void linear_model(benchmark::State& state) {
  const std::vector<MotifTarget> targets =
      make_motif_targets({.count = static_cast<int>(state.range(0))});
  for (auto _ : state) {
    LinearModel model = make_linear_model({.threads = 2});
    add_linear_motifs(model, targets);
    prepare_linear_model(model);
    benchmark::DoNotOptimize(model.preparation_cost);
  }
}
BENCHMARK(linear_model)->Arg(2)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

}  // namespace
