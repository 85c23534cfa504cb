// Training of rate networks: one update with everything that belongs to it (trials, noise, forward
// pass, backpropagation, Adam), per trial. Items per second are trials per second.
#include <vector>

#include <benchmark/benchmark.h>

#include "rate/learning/evaluate.hpp"
#include "rate/learning/internal/bptt.hpp"
#include "rate/learning/optimisers/training_rule.hpp"
#include "rate/learning/train.hpp"
#include "rate/models/initialise.hpp"
#include "rate/models/internal/dale_parametrisation.hpp"

namespace {

using namespace rheobase;
using namespace rheobase::rate;

struct Setting {
  const char* task = "go-nogo";
  int units = 200;
  double density = 0.2;
  int batch = 1;
  bool dale = true;
};

DaleModel network(const Setting& setting, const Task& task) {
  NetworkOptions options;
  options.units = setting.units;
  options.connection_probability = setting.density;
  options.dale = setting.dale;
  return make_dale_model(options, task.inputs(), 1);
}

void training_update(benchmark::State& state, const Setting& setting) {
  const Task task(setting.task);
  const DaleModel model = network(setting, task);
  TrainingState training = initial_state(model, {});
  const auto batch = static_cast<std::size_t>(setting.batch);
  Bptt<float> bptt(dale_parametrisation<float>(model),
                   {.steps = static_cast<std::size_t>(task.steps()), .batch = batch});
  const TrainingRuleDefinition& adam = training_rule_named("adam");
  std::vector<Trial> trials(batch);
  std::uint32_t next = 0;
  long updates = 0;
  for (auto _ : state) {
    const std::uint32_t first = next;
    for (Trial& trial : trials) {
      trial = task.random_trial(1, next++, Purpose::task);
    }
    bptt.run(training.parameters, trials, {.factor = kRateNoise, .first_trial = first});
    // A rate that leaves the weights where they are keeps the density of the setting.
    adam.apply({.number = ++updates,
                .learning_rate = 1e-9,
                .gradient = bptt.gradient(),
                .parameters = training.parameters,
                .moments = {training.moments.begin(), training.moments.end()}});
  }
  state.SetItemsProcessed(state.iterations() * setting.batch);
}

BENCHMARK_CAPTURE(training_update, go_nogo_20_percent, Setting{})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(training_update, go_nogo_5_percent, Setting{.density = 0.05})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(training_update, go_nogo_batch_16, Setting{.batch = 16})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(training_update, go_nogo_no_dale, Setting{.dale = false})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(training_update, mante, Setting{.task = "mante", .units = 250})
    ->Unit(benchmark::kMillisecond);

/// 100 evaluation trials as the stop criteria use them.
void evaluation(benchmark::State& state) {
  const Task task("go-nogo");
  const DaleModel model = network({}, task);
  for (auto _ : state) {
    benchmark::DoNotOptimize(evaluate_rate(network_of(model), task, {.threads = 1}));
  }
  state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(evaluation)->Unit(benchmark::kMillisecond);

/// From a new network to the stop criteria.
void training_to_criteria(benchmark::State& state) {
  const Task task("go-nogo");
  const DaleModel model = network({}, task);
  for (auto _ : state) {
    const TrainingResult result = train(initial_state(model, {}), task, {});
    state.counters["trials"] = result.state.trials_done;
    state.counters["accuracy"] = result.last_evaluation.accuracy.value;
  }
}
BENCHMARK(training_to_criteria)->Unit(benchmark::kSecond)->Iterations(1);

}  // namespace
