// The mapping's own work, without a single spike: rate curves, fits of an operating point and the
// spike budget's predictions. Fits take what the published Go-NoGo network visits on its task.
#include <numeric>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/copy_fit.hpp"
#include "mapping/conversion/non_negative.hpp"
#include "mapping/conversion/operating_point.hpp"
#include "rate/learning/evaluate.hpp"

namespace {

using namespace rheobase;
using namespace rheobase::mapping;

constexpr double kScaling = 60.0;  // Hz
constexpr int kStateTrials = 24;

rate::RateNetwork go_nogo_network() {
  const std::string path =
      std::string(RHEOBASE_TEST_DATA) + "/reference/models/go-nogo_N200_s1.mat";
  return io::read_model(path).network;
}

Eigen::MatrixXd go_nogo_states(const rate::RateNetwork& network) {
  return task_states(network, rate::Task("go-nogo", {}), kStateTrials, 1, 1);
}

void rate_curve(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(RateCurve({}, 4.0)(1.0));
  }
}
BENCHMARK(rate_curve)->Unit(benchmark::kMillisecond);

/// A fit as a value of the search asks for it: seven noises, of every group of units.
void fit(benchmark::State& state, FitScope scope) {
  const rate::RateNetwork network = go_nogo_network();
  const OperatingPointFitter fitter(network, go_nogo_states(network), operating_curves({}), scope,
                                    true);
  TransferOptions transfer;
  transfer.copies = scope == FitScope::copy ? 16 : 1;
  for (auto _ : state) {
    benchmark::DoNotOptimize(fitter.fit(kScaling, transfer).error);
  }
}
BENCHMARK_CAPTURE(fit, global, FitScope::global)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit, type, FitScope::type)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit, unit, FitScope::unit)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit, copies_16, FitScope::copy)->Unit(benchmark::kMillisecond);

/// Units that saturate, as tanh networks ask for them: two more neurons of three noises each.
void fit_saturating(benchmark::State& state) {
  rate::RateNetwork network = go_nogo_network();
  const Eigen::MatrixXd states =
      Eigen::RowVectorXd::LinSpaced(4800, -10.0, 10.0).replicate(network.units(), 1);
  const OperatingPointFitter fitter(network, states, operating_curves({}), FitScope::global, true);
  for (auto _ : state) {
    benchmark::DoNotOptimize(fitter.fit(kScaling, {}).error);
  }
}
BENCHMARK(fit_saturating)->Unit(benchmark::kMillisecond);

/// What comes before the first fit: the trials' x and its histogram.
void states(benchmark::State& state) {
  const rate::RateNetwork network = go_nogo_network();
  for (auto _ : state) {
    const OperatingPointFitter fitter(network, go_nogo_states(network), {RateCurve({}, 1.0)},
                                      FitScope::global);
    benchmark::DoNotOptimize(fitter.visited().low);
  }
}
BENCHMARK(states)->Unit(benchmark::kMillisecond);

/// The rate network's accuracy with the noise of a budget, 100 trials.
void predict(benchmark::State& state) {
  const rate::RateNetwork network = go_nogo_network();
  const rate::Task task("go-nogo", {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        rate::evaluate_rate(network, task, {.trials = 100, .spike_noise = kScaling, .threads = 1}));
  }
}
BENCHMARK(predict)->Unit(benchmark::kMillisecond);

}  // namespace
