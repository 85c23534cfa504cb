#pragma once

#include <vector>

#include "spiking/event/event_state.hpp"
#include "spiking/simulate.hpp"

namespace rheobase::spiking {

/// Sample times k * period, k = 1 ... count.
struct SampleGrid {
  double period_ms = 0.0;
  Eigen::Index count = 0;

  SampleGrid(double period, double duration_ms);
  double time_ms(Eigen::Index sample) const { return static_cast<double>(sample + 1) * period_ms; }
};

/// Continuous signals of a run; empty where not asked for.
struct EventRecording {
  Eigen::MatrixXd voltage;  ///< recorded units x steps, mV
  Eigen::MatrixXd input;    ///< N x output samples, mV
};

/// Observer of an event-driven run: voltages every dt and input currents at the output samples, in
/// closed form from the state before them.
class EventRecorder {
 public:
  EventRecorder(const EventNetwork& network, const Recording& record, const SampleGrid& voltage,
                const SampleGrid& output, double duration_ms);

  bool idle() const { return recording_.voltage.size() == 0 && recording_.input.size() == 0; }
  void observe(const EventView& view, double now_ms);
  EventRecording take() { return std::move(recording_); }

 private:
  void sample_voltage(const EventView& view);
  void sample_input(const EventView& view);

  const EventNetwork& network_;
  SampleGrid voltage_grid_, input_grid_;
  double duration_ms_;
  std::vector<Eigen::Index> voltage_units_;
  EventRecording recording_;
  Eigen::Index next_voltage_ = 0;
  Eigen::Index next_input_ = 0;
};

}  // namespace rheobase::spiking
