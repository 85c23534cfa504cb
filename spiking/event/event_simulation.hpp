#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/dispatch.hpp"
#include "spiking/event/event_heap.hpp"
#include "spiking/event/event_protocol.hpp"
#include "spiking/event/event_state.hpp"
#include "spiking/event/membrane_arrivals.hpp"
#include "spiking/internal/delayed_spikes.hpp"
#include "spiking/internal/spike_limit.hpp"
#include "spiking/internal/stop_check.hpp"

namespace rheobase::spiking {

/// The exact event-driven run: all spikes in order of time, then of unit.
/// Work is done in windows of at most about a millisecond. A unit whose closed-form upper bound
/// stays below threshold for the rest of the window is never looked at; the others wait in a heap
/// under a lower bound of their next spike and are tested (event_crossing.hpp) when it is reached.
/// @throws NonFiniteError with the time and the unit
class EventSimulation {
 public:
  EventSimulation(const EventNetwork& network, const EventProtocol& protocol,
                  EventObserver observer = {}, SimdLevel level = simd_level());

  std::vector<SpikeEvent> run();

 private:
  /// The entries of the step over one window that differ from unit to unit, padded.
  struct WindowSteps {
    AlignedVector<double> current_keep, current_from_h, u_from_current, u_from_h, u_keep,
        u_from_drive;
  };
  struct Release {
    double time_ms;
    std::int32_t unit;
  };

  void start();
  void set_length(double length_ms);
  void run_segment(std::size_t segment, double end_ms);
  void run_window();
  void begin_window();
  void end_window(bool last_of_segment);
  void make_candidates(std::ptrdiff_t found);
  void fire_candidates(double t);
  void test(std::int32_t unit, double t);
  void fire(double t);
  void deliver(Eigen::Index group, double t);
  void deliver(const SparseColumns<double>::Column& column, const Arrival& arrival, double t);
  void arrive(double t);
  void make_candidate(std::int32_t unit, double t);
  void release_due(double t);
  void release(std::int32_t unit, double t);
  void jump(double jump_mv, double t);
  double next_arrival() const;
  double next_release() const;
  double next_jump() const;
  WindowPass pass();
  double force_bound(std::size_t unit) const;
  UnitState at_end(std::size_t unit, const UnitState& s, double drive) const;
  void observe(double t) const;
  [[noreturn]] void report_non_finite() const;

  const EventNetwork& network_;
  const EventProtocol& protocol_;
  StopCheck check_{protocol_.stop};
  EventObserver observer_;
  DeliverFunction deliver_spike_;
  WindowKernels window_kernels_;
  double longest_window_ms_;
  MembraneArrivals arrivals_;
  AlignedVector<double> decay_offset_;
  WindowSteps step_;
  AlignedVector<double> drive_;  ///< of the segment, padded
  double h_keep_ = 1.0;
  EventState state_;
  CandidateHeap candidates_;
  std::vector<char> exact_;  ///< the key of a candidate is its crossing, not a bound
  std::deque<Release> releases_;
  DelayedSpikes delayed_;  ///< by time, ms
  std::size_t jump_index_ = 0;
  long window_count_ = 0;
  std::vector<std::uint32_t> flagged_;
  std::vector<std::int32_t> looked_at_;
  std::vector<std::int32_t> batch_;
  std::vector<SpikeEvent> spikes_;
  SpikeLimit limit_{"event engine", network_.units(), network_.units()};
};

}  // namespace rheobase::spiking
