#include "spiking/event/event_qif_simulation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "spiking/internal/stop_check.hpp"

namespace rheobase::spiking {

namespace {

constexpr double kNoEvent = std::numeric_limits<double>::infinity();

/// tau_m / sqrt(F): a thousandth of the time in which the fastest of networks spikes.
constexpr double kShortestTurnMs = 1e-4;

std::size_t index(std::int32_t unit) {
  return static_cast<std::size_t>(unit);
}

}  // namespace

QifSimulation::QifSimulation(const EventNetwork& network, const EventProtocol& protocol,
                             EventObserver observer)
    : network_(network),
      protocol_(protocol),
      observer_(std::move(observer)),
      units_(static_cast<std::size_t>(network.units())),
      next_(units_.size()) {}

std::vector<SpikeEvent> QifSimulation::run() {
  start();
  StopCheck check(protocol_.stop);
  for (;;) {
    check();
    const double end_ms = protocol_.duration_ms;
    const double segment_ms =
        segment_ + 1 < protocol_.drive.size() ? protocol_.drive[segment_ + 1].start_ms : kNoEvent;
    const double jump_ms =
        jump_index_ < protocol_.jumps.size() ? protocol_.jumps[jump_index_].time_ms : kNoEvent;
    const double unit_ms = next_.key(next_.top());
    const double now_ms = std::min({segment_ms, jump_ms, unit_ms});
    if (observer_) {
      observer_(*this, std::min(now_ms, end_ms));
    }
    if (!(now_ms <= end_ms)) {
      return std::move(spikes_);
    }
    if (segment_ms <= now_ms) {
      switch_drive();
    } else if (jump_ms <= now_ms) {
      jump(protocol_.jumps[jump_index_++].jump_mv, now_ms);
    } else {
      handle_next(now_ms);
    }
  }
}

void QifSimulation::start() {
  const double refractory = network_.neuron.refractory_ms;
  batch_.clear();
  for (std::size_t i = 0; i < units_.size(); ++i) {
    const auto unit = static_cast<std::int32_t>(i);
    const double v = protocol_.initial_voltage[unit];
    const bool above = v >= network_.neuron.threshold_mv;
    next_.push(unit, 0.0);
    if (protocol_.start_up == StartUp::reference) {
      units_[i].refractory = refractory > 0.0;
      units_[i].release_ms = refractory;
      if (above) {
        batch_.push_back(unit);
      }
    }
    renew(unit, {0.0, 0.0, above ? network_.neuron.reset_mv : v}, 0.0);
  }
  fire(0.0);
}

void QifSimulation::switch_drive() {
  const double now_ms = protocol_.drive[segment_ + 1].start_ms;
  for (std::size_t unit = 0; unit < units_.size(); ++unit) {
    units_[unit].start = state_at(units_[unit], unit, now_ms);
  }
  ++segment_;
  for (std::size_t unit = 0; unit < units_.size(); ++unit) {
    renew(static_cast<std::int32_t>(unit), units_[unit].start, now_ms);
  }
}

/// All units whose next event is now: courses and refractory periods end, then spikes are fired.
void QifSimulation::handle_next(double now_ms) {
  batch_.clear();
  while (next_.key(next_.top()) <= now_ms) {
    const std::int32_t unit = next_.top();
    Unit& cell = units_[index(unit)];
    if (cell.fires) {
      batch_.push_back(unit);
      next_.change(unit, kNoEvent);
      continue;
    }
    const UnitState state = state_at(cell, index(unit), now_ms);
    cell.refractory = cell.refractory && now_ms < cell.release_ms;
    renew(unit, state, now_ms);
  }
  std::sort(batch_.begin(), batch_.end());
  fire(now_ms);
}

void QifSimulation::fire(double now_ms) {
  const double refractory = network_.neuron.refractory_ms;
  for (const std::int32_t unit : batch_) {
    limit_.count(unit, now_ms,
                 [&] { return force(index(unit), now_ms) + network_.neuron.threshold_mv; });
    spikes_.push_back({now_ms, unit});
    Unit& cell = units_[index(unit)];
    UnitState state = state_at(cell, index(unit), now_ms);
    state.u = network_.neuron.reset_mv;
    cell.refractory = refractory > 0.0;
    cell.release_ms = now_ms + refractory;
    renew(unit, state, now_ms);
  }
  for (const std::int32_t unit : batch_) {
    const auto column = network_.synapses.column(unit);
    for (std::size_t k = 0; k < column.rows.size(); ++k) {
      deliver(column.rows[k], column.values[k], now_ms);
    }
  }
}

void QifSimulation::deliver(std::int32_t unit, double jump, double now_ms) {
  UnitState state = state_at(units_[index(unit)], index(unit), now_ms);
  (network_.double_exponential() ? state.h : state.current) += jump;
  renew(unit, state, now_ms);
}

void QifSimulation::jump(double jump_mv, double now_ms) {
  batch_.clear();
  for (const Eigen::Index stimulated : protocol_.stimulated) {
    const auto unit = static_cast<std::int32_t>(stimulated);
    UnitState state = state_at(units_[index(unit)], index(unit), now_ms);
    state.u += jump_mv;
    if (state.u >= network_.neuron.threshold_mv) {
      batch_.push_back(unit);
    }
    renew(unit, state, now_ms);
  }
  std::sort(batch_.begin(), batch_.end());
  fire(now_ms);
}

/// A new course from `state`, and the unit's next event.
void QifSimulation::renew(std::int32_t unit, const UnitState& state, double now_ms) {
  Unit& cell = units_[index(unit)];
  if (!std::isfinite(state.u + state.current)) {
    throw NonFiniteError("membrane voltage", fmt::format("{:g} ms", now_ms), unit);
  }
  cell.start = state;
  cell.start_ms = now_ms;
  cell.fires = false;
  if (cell.refractory) {
    next_.change(unit, cell.release_ms);
    return;
  }
  const DecayRates rates = network_.rates(unit);
  cell.course.expand(
      {network_.neuron.tau_membrane_ms, rates.decay, rates.rise, network_.neuron.threshold_mv},
      drive_mv(index(unit)), state);
  if (!(cell.course.turn_ms() >= kShortestTurnMs)) {
    throw InputError(
        "event engine", fmt::format("force on unit {} at {:g} ms", unit + 1, now_ms),
        fmt::format("{:g} mV, rising by {:g} mV/ms", drive_mv(index(unit)) + state.current,
                    state.h),
        fmt::format("must be weaker: a QIF unit under it turns within {:g} ms", kShortestTurnMs));
  }
  cell.fires = cell.course.crossing_ms() < kNoEvent;
  next_.change(unit, now_ms + (cell.fires ? cell.course.crossing_ms() : cell.course.length_ms()));
}

UnitState QifSimulation::state_at(const Unit& unit, std::size_t at, double now_ms) const {
  const double age = now_ms - unit.start_ms;
  if (age == 0.0) {
    return unit.start;
  }
  if (!unit.refractory) {
    return unit.course.at(age);
  }
  UnitState state = make_propagator(network_.rates(static_cast<Eigen::Index>(at)), age)(
      {unit.start.h, unit.start.current, 0.0}, 0.0);
  state.u = unit.start.u;
  return state;
}

/// Input + bias: the protocol's drive is relative to threshold.
double QifSimulation::drive_mv(std::size_t unit) const {
  return protocol_.drive[segment_].drive[static_cast<Eigen::Index>(unit)] +
         network_.neuron.threshold_mv;
}

double QifSimulation::u(std::size_t unit, double time_ms) const {
  return state_at(units_[unit], unit, time_ms).u - network_.neuron.threshold_mv;
}

double QifSimulation::force(std::size_t unit, double time_ms) const {
  return drive_mv(unit) - network_.neuron.threshold_mv +
         state_at(units_[unit], unit, time_ms).current;
}

}  // namespace rheobase::spiking
