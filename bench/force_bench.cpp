// The two models of persistent activity. FORCE: one iteration (a training and a test pass of two
// sides of 3.6 s) and the noise test of a trained network on 87 units; structured model: trials.
#include <benchmark/benchmark.h>

#include "rate/learning/force/force_robustness.hpp"
#include "rate/models/attractor/attractor_trials.hpp"

namespace {

using namespace rheobase;
using namespace rheobase::analysis;
using namespace rheobase::rate;

struct Case {
  TargetSet set = generated_targets();
  ForceTask task{set.epochs, frozen_inputs(set.epochs, 87, 1), set.target};
  ForceNetwork network = make_force_network(87, 1.2, 1);
};

void force_iteration(benchmark::State& state) {
  const Case c;
  ForceTraining training(c.network, c.task, {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(training.iterate());
  }
}
BENCHMARK(force_iteration)->Unit(benchmark::kMillisecond);

void force_test_pass(benchmark::State& state) {
  const Case c;
  for (auto _ : state) {
    benchmark::DoNotOptimize(run_force_trial(c.network, c.task.input[0]));
  }
}
BENCHMARK(force_test_pass)->Unit(benchmark::kMillisecond);

/// 500 trials of both sides, one thread.
void force_noise_test(benchmark::State& state) {
  const Case c;
  NoiseTestOptions options;
  options.trials.noise = 1.0;
  options.trials.common_noise = state.range(0) != 0;
  options.trials.threads = 1;
  for (auto _ : state) {
    benchmark::DoNotOptimize(noise_test(c.network, c.task, c.set.selectivity, options));
  }
}
BENCHMARK(force_noise_test)->ArgName("common")->Arg(1)->Arg(0)->Unit(benchmark::kMillisecond);

/// 1000 trials of one level of photoinhibition; the argument is the number of threads.
void attractor_level(benchmark::State& state) {
  const AttractorModel& model = published_attractor("several-fixed-points");
  AttractorTrialOptions options{.photoinhibition = 1.0};
  options.threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(simulate_attractor(model, {}, options));
  }
}
BENCHMARK(attractor_level)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
