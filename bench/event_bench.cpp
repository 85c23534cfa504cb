// The event engine on trained networks, beside the clock without noise, and its cost over network
// size at a fan-out of 100. A network of 20,000 units has no dense matrix: it is made in columns.
#include <string>

#include <benchmark/benchmark.h>

#include "core/random.hpp"
#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/transfer.hpp"
#include "rate/tasks/task.hpp"
#include "spiking/event/event.hpp"

namespace {

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;

struct Trained {
  SpikingModel model;
  Eigen::MatrixXd input;
};

/// A trained network at its scaling factor, with the input of the first trial of its task.
Trained trained(const std::string& file, const std::string& task, double scaling_factor) {
  const std::string path = std::string(RHEOBASE_TEST_DATA) + "/reference/models/" + file + ".mat";
  const Trial trial = Task(task).random_trial(1, 0, Purpose::evaluation_task);
  return {map_to_spiking(read_model(path).network, scaling_factor), spiking_input(trial)};
}

void report(benchmark::State& state, double simulated_ms, double spikes,
            double synapses_per_spike) {
  state.counters["per_simulated_second"] = benchmark::Counter(
      simulated_ms / 1000.0, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["per_spike"] =
      benchmark::Counter(spikes, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["spikes"] = benchmark::Counter(spikes, benchmark::Counter::kAvgIterations);
  state.counters["fan_out"] = synapses_per_spike;
}

void run_trained(benchmark::State& state, const Trained& network, SimulationOptions options) {
  options.noise_intensity = 0.0;
  options.output_period_ms = 5.0;
  double simulated = 0.0;
  double spikes = 0.0;
  for (auto _ : state) {
    const SimulationResult run = simulate(network.model, network.input, options);
    benchmark::DoNotOptimize(run.output.values.sum());
    simulated += run.duration_ms;
    spikes += run.spike_count.sum();
    ++options.trial;
  }
  const auto entries = static_cast<double>((network.model.w.array() != 0.0).count());
  report(state, simulated, spikes, entries / static_cast<double>(network.model.units()));
}

void event(benchmark::State& state, const char* file, const char* task, double scaling_factor) {
  SimulationOptions options;
  options.engine = "event";
  run_trained(state, trained(file, task, scaling_factor), options);
}

void clock_quiet(benchmark::State& state, const char* file, const char* task, double scaling_factor,
                 double dt_ms) {
  SimulationOptions options;
  options.engine = "clock";
  options.precision = Precision::single_precision;
  options.dt_ms = dt_ms;
  run_trained(state, trained(file, task, scaling_factor), options);
}

/// Irregular activity of some 10 Hz: balanced random weights, drives about threshold.
EventNetwork random_network(Eigen::Index units, Eigen::Index fan_out) {
  RandomStream random(1, 0, Purpose::initialisation);
  Eigen::VectorXd decay_ms(units);
  for (double& td : decay_ms) {
    td = random.uniform(20.0, 100.0);
  }
  std::vector<std::size_t> starts{0};
  std::vector<std::int32_t> rows;
  std::vector<double> values;
  for (Eigen::Index column = 0; column < units; ++column) {
    const double weight = column % 5 == 0 ? -0.04 : 0.01;
    // One target in each of fan_out equal stretches keeps the rows in order.
    for (Eigen::Index k = 0; k < fan_out; ++k) {
      const double position = (static_cast<double>(k) + random.uniform()) *
                              static_cast<double>(units) / static_cast<double>(fan_out);
      rows.push_back(static_cast<std::int32_t>(position));
      values.push_back(weight * 1000.0 / (2.0 * decay_ms[rows.back()]));
    }
    starts.push_back(rows.size());
  }
  const SynapseParameters filter{SynapseKind::double_exponential, 2.0, decay_ms};
  return {.neuron = {},
          .synapse = filter,
          .reset_u = Eigen::VectorXd::Constant(units, -25.0),
          .membrane_rate = Eigen::VectorXd::Constant(units, 0.1),
          .refractory_ms = Eigen::VectorXd::Constant(units, 2.0),
          .decay_rate = decay_ms.cwiseInverse(),
          .groups = {},
          .synapses = SparseColumns<double>(std::move(starts), std::move(rows), std::move(values)),
          .readout_filter = filter,
          .w_out = Eigen::RowVectorXd::Ones(units),
          .b_out = Eigen::VectorXd::Zero(1)};
}

/// One simulated second of a network of N units at fan-out 100.
void event_scaling(benchmark::State& state) {
  const Eigen::Index units = state.range(0);
  constexpr Eigen::Index fan_out = 100;
  const EventNetwork network = random_network(units, fan_out);
  RandomStream random(2, 0, Purpose::task);
  EventProtocol protocol;
  protocol.duration_ms = 1000.0;
  protocol.drive.push_back({0.0, Eigen::VectorXd(units)});
  protocol.initial_voltage.resize(units);
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    protocol.drive[0].drive[unit] = random.uniform(-1.0, 3.0);
    protocol.initial_voltage[unit] = random.uniform(-65.0, 30.0);
  }
  SimulationOptions options;
  options.engine = "event";
  options.output_period_ms = 5.0;
  double spikes = 0.0;
  double simulated = 0.0;
  for (auto _ : state) {
    const SimulationResult run = run_event(network, protocol, options);
    spikes += run.spike_count.sum();
    simulated += run.duration_ms;
  }
  report(state, simulated, spikes, static_cast<double>(fan_out));
  state.counters["mean_rate_hz"] = spikes / simulated * 1000.0 / static_cast<double>(units);
}

constexpr const char* kGoNogo = "go-nogo_N200_s1";
constexpr const char* kXor = "xor_N200_s4";
constexpr const char* kMante = "mante_N250_s5";

BENCHMARK_CAPTURE(event, go_nogo, kGoNogo, "go-nogo", 35.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(event, exclusive_or, kXor, "xor", 35.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(event, mante, kMante, "mante", 40.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(clock_quiet, go_nogo, kGoNogo, "go-nogo", 35.0, 0.05)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(clock_quiet, exclusive_or, kXor, "xor", 35.0, 0.05)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(clock_quiet, mante, kMante, "mante", 40.0, 0.05)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(clock_quiet, go_nogo_fine, kGoNogo, "go-nogo", 35.0, 0.005)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(event_scaling)
    ->Arg(100)
    ->Arg(200)
    ->Arg(500)
    ->Arg(1000)
    ->Arg(2000)
    ->Arg(5000)
    ->Arg(10000)
    ->Arg(20000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
