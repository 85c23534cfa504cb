#include <cstring>

#include <doctest/doctest.h>

#include "spiking/clock/clock.hpp"
#include "tests/spiking/golden_trace.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

bool same_bits(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(double)) == 0;
}

template <class T>
void check_levels(const SpikingModel& model, const Eigen::MatrixXd& input,
                  const SimulationOptions& options) {
  const ClockGrid grid = make_clock_grid(model, input.cols(), options);
  const SimulationResult plain =
      run_clock_fast<T>(model, input, grid, options, SimdLevel::portable);
  CHECK(plain.spike_unit.size() > 100);
  for (const SimdLevel level : {SimdLevel::avx2, SimdLevel::avx512}) {
    if (level > simd_level()) {
      MESSAGE("not on this processor: " << to_string(level));
      continue;
    }
    CAPTURE(to_string(level));
    const SimulationResult run = run_clock_fast<T>(model, input, grid, options, level);
    CHECK(run.spike_unit == plain.spike_unit);
    CHECK(run.spike_time_ms == plain.spike_time_ms);
    CHECK(same_bits(run.voltage, plain.voltage));
    CHECK(same_bits(run.output.values, plain.output.values));
    CHECK(same_bits(run.rate, plain.rate));
    CHECK(same_bits(run.input, plain.input));
  }
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("Every instruction set gives the same bits") {
    golden::Trace trace = golden::read("xor_N200_s4_diff");
    const Eigen::MatrixXd input = trace.input.leftCols(61);
    SimulationOptions options = golden::options(trace);
    options.noise_intensity = 0.2;
    options.record.input = true;
    for (const NeuronModel neuron : {NeuronModel::lif, NeuronModel::qif}) {
      trace.model.neuron = default_parameters(neuron);
      for (const SynapseKind synapse :
           {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
        trace.model.synapse.kind = synapse;
        for (const double noise : {0.0, 0.2}) {
          CAPTURE(to_string(neuron));
          CAPTURE(to_string(synapse));
          CAPTURE(noise);
          options.noise_intensity = noise;
          check_levels<float>(trace.model, input, options);
          check_levels<double>(trace.model, input, options);
        }
      }
    }
  }
}
