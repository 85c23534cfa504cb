// One simulated second of a trained LIF network (N = 200, dt 0.05 ms): the published Go-NoGo model
// at scaling factor 25, Go trials.
#include <string>

#include <benchmark/benchmark.h>

#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/transfer.hpp"
#include "spiking/simulate.hpp"

namespace {

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;

SpikingModel go_nogo_network() {
  const std::string path =
      std::string(RHEOBASE_TEST_DATA) + "/reference/models/go-nogo_N200_s1.mat";
  return map_to_spiking(read_model(path).network, 25.0);
}

/// 1 s: 201 columns of 5 ms, the cue in columns 50 to 74.
Eigen::MatrixXd go_input() {
  Eigen::MatrixXd input = Eigen::MatrixXd::Zero(1, 201);
  input.middleCols(50, 25).setOnes();
  return input;
}

void run_seconds(benchmark::State& state, const SpikingModel& model, SimulationOptions options) {
  const Eigen::MatrixXd input = go_input();
  double steps = 0.0;
  double spikes = 0.0;
  for (auto _ : state) {
    const SimulationResult run = simulate(model, input, options);
    benchmark::DoNotOptimize(run.output.values.sum());
    steps += run.duration_ms / run.dt_ms;
    spikes += run.spike_count.sum();
    ++options.trial;
  }
  const double unit_steps = steps * static_cast<double>(model.units()) * model.copies;
  state.counters["per_unit_step"] =
      benchmark::Counter(unit_steps, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["spikes"] = benchmark::Counter(spikes, benchmark::Counter::kAvgIterations);
}

void clock_second(benchmark::State& state, Precision precision, double noise_intensity,
                  double output_period_ms) {
  SimulationOptions options;
  options.precision = precision;
  options.noise_intensity = noise_intensity;
  options.output_period_ms = output_period_ms;
  run_seconds(state, go_nogo_network(), options);
}

void parity_second(benchmark::State& state, double noise_intensity) {
  SimulationOptions options;
  options.parity = true;
  options.noise_intensity = noise_intensity;
  run_seconds(state, go_nogo_network(), options);
}

void bridge_second(benchmark::State& state, double step_ms) {
  SimulationOptions options;
  options.engine = "bridge";
  options.step_ms = step_ms;
  options.output_period_ms = 5.0;
  run_seconds(state, go_nogo_network(), options);
}

void bridge_copies(benchmark::State& state, int copies) {
  SimulationOptions options;
  options.engine = "bridge";
  options.output_period_ms = 5.0;
  SpikingModel model = go_nogo_network();
  model.copies = copies;
  run_seconds(state, model, options);
}

/// The same units without synapses, at a bias that makes them fire as often as the network does.
void bridge_membranes(benchmark::State& state) {
  constexpr double kBiasMv = -2.0;
  SimulationOptions options;
  options.engine = "bridge";
  options.output_period_ms = 5.0;
  SpikingModel model = go_nogo_network();
  model.w.setZero();
  model.w_in.setZero();
  model.unit_bias_mv = Eigen::VectorXd::Constant(model.units(), kBiasMv);
  run_seconds(state, model, options);
}

constexpr Precision kDouble = Precision::double_precision;
constexpr Precision kFloat = Precision::single_precision;

// The output is sampled every 5 ms, as scoring needs it, or at every step.
BENCHMARK_CAPTURE(clock_second, double_noise, kDouble, 0.2, 5.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(clock_second, double_quiet, kDouble, 0.0, 5.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(clock_second, double_noise_every_step, kDouble, 0.2, 0.0)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(clock_second, float_noise, kFloat, 0.2, 5.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(clock_second, float_quiet, kFloat, 0.0, 5.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(clock_second, float_noise_every_step, kFloat, 0.2, 0.0)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bridge_second, step_0_25, 0.25)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bridge_second, step_1, 1.0)->Unit(benchmark::kMillisecond);
BENCHMARK(bridge_membranes)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bridge_copies, copies_1, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bridge_copies, copies_4, 4)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bridge_copies, copies_16, 16)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parity_second, noise, 0.2)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parity_second, quiet, 0.0)->Unit(benchmark::kMillisecond);

}  // namespace
