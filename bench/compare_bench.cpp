// The whole comparison of a rate network and its LIF network: trials, rates, components, figures.
#include <string>

#include <benchmark/benchmark.h>

#include "io/mat/rate_model_file.hpp"
#include "mapping/comparison/compare.hpp"

namespace {

using namespace rheobase;
using namespace rheobase::analysis;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;

void compare_networks(benchmark::State& state, const std::string& name, const std::string& task,
                      double scaling_factor) {
  const std::string path = std::string(RHEOBASE_TEST_DATA) + "/reference/models/" + name + ".mat";
  const RateNetwork model = read_model(path).network;
  CompareOptions options;
  options.scaling_factor = scaling_factor;
  options.trials = 100;
  options.threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(compare(model, Task(task), options).seconds);
  }
}

BENCHMARK_CAPTURE(compare_networks, go_nogo_100_trials, "go-nogo_N200_s1", "go-nogo", 45.0)
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(compare_networks, mante_100_trials, "mante_N250_s5", "mante", 45.0)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
