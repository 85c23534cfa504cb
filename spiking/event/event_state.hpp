#pragma once

#include <functional>
#include <limits>

#include "core/aligned_vector.hpp"
#include "spiking/event/event_crossing.hpp"
#include "spiking/event/event_kernels.hpp"
#include "spiking/event/event_network.hpp"

namespace rheobase::spiking {

/// What an observer may ask a running engine: the units between the last event and the next.
class EventView {
 public:
  virtual ~EventView() = default;
  virtual double u(std::size_t unit, double time_ms) const = 0;      ///< v - threshold, mV
  virtual double force(std::size_t unit, double time_ms) const = 0;  ///< c + I, mV
};

/// Called before the state changes at `now_ms` and at the end of every window: everything before
/// `now_ms` can be read off the view.
using EventObserver = std::function<void(const EventView& view, double now_ms)>;

/// Everything that changes while the event engine runs, as of one window.
class EventState : public EventView {
 public:
  explicit EventState(const EventNetwork& network) : network_(network) {}

  double start_ms = 0.0;  ///< of the window
  double length_ms = 0.0;
  const Eigen::VectorXd* drive = nullptr;  ///< N, mV
  AlignedVector<WindowState> window;       ///< N and padding, which is refractory
  AlignedVector<double> refractory_u;      ///< of a refractory unit, mV; padded
  std::vector<double> release_ms;          ///< end of the refractory period of a unit in it

  bool refractory(std::size_t unit) const {
    return window[unit].margin == std::numeric_limits<double>::infinity();
  }
  Trajectory trajectory(std::size_t unit) const {
    const auto index = static_cast<Eigen::Index>(unit);
    const WindowState& s = window[unit];
    return {network_.rates(index), (*drive)[index], {s.h, s.current, s.u}};
  }

  double u(std::size_t unit, double time_ms) const override {
    return refractory(unit) ? refractory_u[unit] : trajectory(unit).at(time_ms - start_ms).u;
  }
  double force(std::size_t unit, double time_ms) const override {
    const Trajectory course = trajectory(unit);
    return course.drive + course.at(time_ms - start_ms).current;
  }

 private:
  const EventNetwork& network_;
};

}  // namespace rheobase::spiking
