#include <algorithm>

#include "spiking/engine.hpp"
#include "spiking/event/event.hpp"
#include "spiking/internal/recorded_units.hpp"
#include "spiking/odeint/odeint_network.hpp"

namespace rheobase::spiking {

namespace odeint_engine {

/// Voltages every dt and input currents at the output samples.
class Recorder {
 public:
  Recorder(const EventNetwork& network, const EventProtocol& protocol,
           const SimulationOptions& options)
      : network_(network),
        protocol_(protocol),
        units_(recorded_units(options.record, network.units())) {
    const double duration = protocol.duration_ms;
    if (options.record.voltage) {
      const SampleGrid grid(options.dt_ms, duration);
      recording_.voltage.resize(static_cast<Eigen::Index>(units_.size()), grid.count);
      add(grid, true);
    }
    if (options.record.input) {
      const SampleGrid grid(
          options.output_period_ms > 0.0 ? options.output_period_ms : options.dt_ms, duration);
      recording_.input.resize(network.units(), grid.count);
      add(grid, false);
    }
    std::stable_sort(samples_.begin(), samples_.end(),
                     [](const Sample& a, const Sample& b) { return a.time_ms < b.time_ms; });
  }

  std::vector<double> times() const {
    std::vector<double> times;
    for (const Sample& sample : samples_) {
      times.push_back(sample.time_ms);
    }
    return times;
  }
  void take(std::size_t index, const OdeintState& state) {
    const Sample& sample = samples_[index];
    if (sample.voltage) {
      for (std::size_t row = 0; row < units_.size(); ++row) {
        recording_.voltage(static_cast<Eigen::Index>(row), sample.column) =
            state[3 * static_cast<std::size_t>(units_[row])] + network_.neuron.threshold_mv;
      }
      return;
    }
    const auto next = std::upper_bound(
        protocol_.drive.begin(), protocol_.drive.end(), sample.time_ms,
        [](double time, const DriveSegment& segment) { return time < segment.start_ms; });
    const Eigen::VectorXd& drive = std::prev(next)->drive;
    for (Eigen::Index unit = 0; unit < network_.units(); ++unit) {
      recording_.input(unit, sample.column) = state[3 * static_cast<std::size_t>(unit) + 1] +
                                              drive[unit] + network_.neuron.threshold_mv;
    }
  }
  EventRecording result() { return std::move(recording_); }

 private:
  struct Sample {
    double time_ms;
    Eigen::Index column;
    bool voltage;
  };
  void add(const SampleGrid& grid, bool voltage) {
    for (Eigen::Index column = 0; column < grid.count; ++column) {
      samples_.push_back({grid.time_ms(column), column, voltage});
    }
  }

  const EventNetwork& network_;
  const EventProtocol& protocol_;
  std::vector<Eigen::Index> units_;
  std::vector<Sample> samples_;
  EventRecording recording_;
};

SimulationResult run(const SpikingModel& model, const Eigen::MatrixXd& input,
                     const SimulationOptions& options) {
  check_grid_free_options(options, "odeint engine");
  const EventNetwork network = make_event_network(model);
  const EventProtocol protocol = make_event_protocol(model, input, options);
  Recorder recorder(network, protocol, options);
  const OdeintSamples samples{
      recorder.times(),
      [&recorder](std::size_t sample, const OdeintState& state) { recorder.take(sample, state); }};
  const std::vector<SpikeEvent> spikes = integrate_network(network, protocol, {}, {}, samples);
  return make_event_result(network, protocol, options, spikes, recorder.result());
}

}  // namespace odeint_engine

const EngineDefinition& engine_odeint() {
  using namespace odeint_engine;
  static const EngineDefinition definition{
      "odeint", "numerical integration with event location; slow, to check the other engines",
      "Dormand & Prince (1980); Boost.Odeint (Ahnert & Mulansky 2011)", &run};
  return definition;
}

}  // namespace rheobase::spiking
