#pragma once

#include <vector>

#include "spiking/event/event_heap.hpp"
#include "spiking/event/event_protocol.hpp"
#include "spiking/event/event_qif.hpp"
#include "spiking/event/event_state.hpp"
#include "spiking/internal/spike_limit.hpp"

namespace rheobase::spiking {

/// The event-driven run of a QIF network, exact to rounding: all spikes in order of time, then of
/// unit. Every unit has its own course (event_qif.hpp), renewed when it ends and when a spike, a
/// switch of the input or a jump reaches the unit; one heap holds what comes next for every unit: a
/// spike, the end of its course or of its refractory period.
/// @throws NonFiniteError with the time and the unit
class QifSimulation : public EventView {
 public:
  QifSimulation(const EventNetwork& network, const EventProtocol& protocol,
                EventObserver observer = {});

  std::vector<SpikeEvent> run();

  double u(std::size_t unit, double time_ms) const override;
  double force(std::size_t unit, double time_ms) const override;

 private:
  struct Unit {
    QifCourse course;
    UnitState start;  ///< state at start_ms; u is the absolute voltage v
    double start_ms = 0.0;
    double release_ms = 0.0;
    bool refractory = false;
    bool fires = false;  ///< the next event of the unit is a spike
  };

  void start();
  void switch_drive();
  void handle_next(double now_ms);
  void jump(double jump_mv, double now_ms);
  void fire(double now_ms);
  void deliver(std::int32_t unit, double jump, double now_ms);
  void renew(std::int32_t unit, const UnitState& state, double now_ms);
  UnitState state_at(const Unit& unit, std::size_t index, double now_ms) const;
  double drive_mv(std::size_t unit) const;

  const EventNetwork& network_;
  const EventProtocol& protocol_;
  EventObserver observer_;
  std::vector<Unit> units_;
  CandidateHeap next_;
  std::size_t segment_ = 0;
  std::size_t jump_index_ = 0;
  std::vector<std::int32_t> batch_;
  std::vector<SpikeEvent> spikes_;
  SpikeLimit limit_{"event engine", network_.units(), network_.units()};
};

}  // namespace rheobase::spiking
