// Study: how the rate of noisy units behind fast noisy synapses depends on the bridge engine's
// step. Prints rate and standard error for every step; takes four minutes. Usage: bridge_order
// [RUNS]
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "core/random.hpp"
#include "spiking/simulate.hpp"

namespace {

using namespace rheobase;
using namespace rheobase::spiking;

constexpr Eigen::Index kSenders = 200;
constexpr Eigen::Index kReceivers = 1000;
constexpr double kSettlingMs = 1000.0;
constexpr double kMeasuredMs = 10000.0;

/// Senders driven 3 mV above threshold; every receiver, 2 mV below it, hears a tenth of them.
SpikingModel network() {
  constexpr Eigen::Index units = kSenders + kReceivers;
  SpikingModel model;
  model.w = Eigen::MatrixXd::Zero(units, units);
  RandomStream random(5, 0, Purpose::task);
  for (Eigen::Index to = kSenders; to < units; ++to) {
    for (Eigen::Index from = 0; from < kSenders; ++from) {
      if (random.coin(0.1)) {
        model.w(to, from) = random.coin(0.5) ? 0.08 : -0.08;
      }
    }
  }
  model.w_in = Eigen::VectorXd::Constant(units, -2.0);
  model.w_in.topRows(kSenders).setConstant(3.0);
  model.w_out = Eigen::RowVectorXd::Zero(units);
  model.neuron = default_parameters(NeuronModel::lif);
  model.synapse.decay_ms = Eigen::VectorXd::Constant(units, 5.0);
  return model;
}

double receivers_rate_hz(const SpikingModel& model, double step_ms, Seed seed) {
  SimulationOptions options;
  options.engine = "bridge";
  options.step_ms = step_ms;
  options.seed = seed;
  options.output_period_ms = kSettlingMs;
  options.record.spikes = true;
  const auto columns = static_cast<Eigen::Index>((kSettlingMs + kMeasuredMs) / 5.0) + 1;
  const SimulationResult run = simulate(model, Eigen::MatrixXd::Ones(1, columns), options);
  double spikes = 0.0;
  for (std::size_t i = 0; i < run.spike_unit.size(); ++i) {
    spikes += run.spike_unit[i] >= kSenders && run.spike_time_ms[i] > kSettlingMs ? 1.0 : 0.0;
  }
  return spikes / (static_cast<double>(kReceivers) * kMeasuredMs / 1000.0);
}

}  // namespace

int main(int count, char** words) {
  const int runs = count > 1 ? std::atoi(words[1]) : 300;
  const SpikingModel model = network();
  for (const double step_ms : {1.0, std::sqrt(0.5), 0.5, 0.25, 0.125}) {
    double sum = 0.0;
    double squares = 0.0;
    for (int k = 0; k < runs; ++k) {
      const double hz = receivers_rate_hz(model, step_ms, 100U + static_cast<Seed>(k));
      sum += hz;
      squares += hz * hz;
    }
    const double mean = sum / runs;
    const double error = std::sqrt((squares / runs - mean * mean) / (runs - 1));
    std::printf("step %.4f ms: %.5f +- %.5f Hz\n", step_ms, mean, error);
  }
  return 0;
}
