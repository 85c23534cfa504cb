// A run of the event engine; equations in spiking/event.cpp.
#include "spiking/event/event_simulation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "spiking/internal/push_in_order.hpp"

namespace rheobase::spiking {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Longer windows need fewer passes over all units but look at more of them in vain.
constexpr double kWindowMs = 1.67;

// Bounds are widened by this fraction, far above their rounding errors.
constexpr double kBoundSlack = 1e-12;

// Decaying states are kept from becoming subnormal numbers, which are slow to compute with.
constexpr long kFlushWindows = 32;

double flushed(double value) {
  return std::abs(value) < 1e-280 ? 0.0 : value;
}

/// States of the window's start are up to e^(rate * length) larger than those at an event: a window
/// lasts at most one of the shortest time constant.
double longest_window(const EventNetwork& network) {
  const double fastest = std::max(
      {network.membrane_rate.maxCoeff(), network.decay_rate.maxCoeff(), network.rise_rate()});
  return std::min(kWindowMs, 1.0 / fastest);
}

std::size_t place(std::int32_t unit) {
  return static_cast<std::size_t>(unit);
}

}  // namespace

EventSimulation::EventSimulation(const EventNetwork& network, const EventProtocol& protocol,
                                 EventObserver observer, SimdLevel level)
    : network_(network),
      protocol_(protocol),
      observer_(std::move(observer)),
      deliver_spike_(RHEOBASE_SIMD_DISPATCH(level, deliver_spike)),
      window_kernels_(RHEOBASE_SIMD_DISPATCH(level, window_kernels)()),
      longest_window_ms_(longest_window(network)),
      arrivals_(network, longest_window_ms_),
      state_(network),
      candidates_(static_cast<std::size_t>(network.units())) {
  const auto units = static_cast<std::size_t>(network.units());
  decay_offset_.resize(units);
  for (std::size_t unit = 0; unit < units; ++unit) {
    decay_offset_[unit] = network.decay_rate[static_cast<Eigen::Index>(unit)] - arrivals_.centre();
  }
  const std::size_t padded = (units + kWindowLanes - 1) / kWindowLanes * kWindowLanes;
  for (AlignedVector<double>* values :
       {&step_.current_keep, &step_.current_from_h, &step_.u_from_current, &step_.u_from_h,
        &step_.u_keep, &step_.u_from_drive}) {
    values->assign(padded, 0.0);
  }
  drive_.assign(padded, 0.0);
  looked_at_.resize(padded);
  state_.window.assign(padded, {0.0, 0.0, 0.0, kInfinity});
  std::for_each_n(state_.window.begin(), units, [](WindowState& state) { state.margin = 0.0; });
  state_.refractory_u.assign(padded, 0.0);
  std::copy(network.reset_u.begin(), network.reset_u.end(), state_.refractory_u.begin());
  state_.release_ms.assign(units, 0.0);
  exact_.assign(units, 0);
  flagged_.resize(units);
}

std::vector<SpikeEvent> EventSimulation::run() {
  for (std::size_t segment = 0; segment < protocol_.drive.size(); ++segment) {
    const bool last = segment + 1 == protocol_.drive.size();
    run_segment(segment, last ? protocol_.duration_ms : protocol_.drive[segment + 1].start_ms);
  }
  return std::move(spikes_);
}

void EventSimulation::run_segment(std::size_t segment, double end_ms) {
  const double start_ms = protocol_.drive[segment].start_ms;
  const double length = end_ms - start_ms;
  if (!(length > 0.0)) {
    return;
  }
  const auto windows =
      std::max(1L, to_integer<long>(std::ceil(length / longest_window_ms_ - 1e-9)));
  state_.drive = &protocol_.drive[segment].drive;
  std::copy(state_.drive->begin(), state_.drive->end(), drive_.begin());
  set_length(length / static_cast<double>(windows));
  const auto window_start = [&](long window) {
    return start_ms + length * (static_cast<double>(window) / static_cast<double>(windows));
  };
  state_.start_ms = start_ms;
  if (window_count_ == 0) {
    start();
  }
  begin_window();
  for (long window = 0; window < windows; ++window) {
    check_();
    run_window();
    observe(state_.length_ms);
    state_.start_ms = window_start(window + 1);
    end_window(window + 1 == windows);
  }
}

void EventSimulation::set_length(double length_ms) {
  // Lengths of segments may differ by rounding, which is no reason to start anew.
  if (std::abs(length_ms - state_.length_ms) < 1e-14 * length_ms) {
    return;
  }
  state_.length_ms = length_ms;
  for (Eigen::Index i = 0; i < network_.units(); ++i) {
    const auto unit = static_cast<std::size_t>(i);
    const Propagator step = make_propagator(network_.rates(i), length_ms);
    step_.current_keep[unit] = step.current_keep;
    step_.current_from_h[unit] = step.current_from_h;
    step_.u_from_current[unit] = step.u_from_current;
    step_.u_from_h[unit] = step.u_from_h;
    step_.u_keep[unit] = step.u_keep;
    step_.u_from_drive[unit] = step.u_from_drive;
    h_keep_ = step.h_keep;
  }
}

/// Initial voltages; who is above threshold fires at 0 or is reset (StartUp).
void EventSimulation::start() {
  batch_.clear();
  for (std::size_t unit = 0; unit < state_.release_ms.size(); ++unit) {
    const double u =
        protocol_.initial_voltage[static_cast<Eigen::Index>(unit)] - network_.neuron.threshold_mv;
    const bool above = u >= 0.0;
    if (protocol_.start_up == StartUp::relaxed) {
      state_.window[unit].u = above ? network_.reset_u[static_cast<Eigen::Index>(unit)] : u;
      continue;
    }
    if (above) {
      batch_.push_back(static_cast<std::int32_t>(unit));
      state_.window[unit].margin = kInfinity;
      continue;
    }
    state_.window[unit].u = u;
    if (const double refractory = network_.refractory_ms[static_cast<Eigen::Index>(unit)];
        refractory > 0.0) {
      state_.refractory_u[unit] = u;
      state_.window[unit].margin = kInfinity;
      state_.release_ms[unit] = refractory;
      push_in_order(releases_, {refractory, static_cast<std::int32_t>(unit)}, &Release::time_ms);
    }
  }
}

void EventSimulation::run_window() {
  if (window_count_ == 0 && !batch_.empty()) {
    fire(0.0);
  }
  for (;;) {
    const double release = next_release();
    const double stimulus = next_jump();
    const double arrival = next_arrival();
    const double candidate = candidates_.empty() ? kInfinity : candidates_.key(candidates_.top());
    const double next = std::min({release, stimulus, arrival, candidate});
    if (next > state_.length_ms) {
      break;
    }
    if (release == next) {
      release_due(release);
    } else if (arrival == next) {
      arrive(arrival);
    } else if (stimulus == next) {
      jump(protocol_.jumps[jump_index_++].jump_mv, stimulus);
    } else {
      fire_candidates(candidate);
    }
  }
}

/// Upper bound of drive + current over the window.
double EventSimulation::force_bound(std::size_t unit) const {
  const WindowState& s = state_.window[unit];
  const double free = std::max(s.current, s.current * step_.current_keep[unit]);
  // D(b, g; t) still rises at the end of a window, which is shorter than both time constants.
  return (*state_.drive)[static_cast<Eigen::Index>(unit)] + free +
         std::max(s.h, 0.0) * step_.current_from_h[unit];
}

WindowPass EventSimulation::pass() {
  return {.units = state_.window.size(),
          .states = state_.window.data(),
          .drive = drive_.data(),
          .refractory_u = state_.refractory_u.data(),
          .step = {.current_keep = step_.current_keep.data(),
                   .current_from_h = step_.current_from_h.data(),
                   .u_from_current = step_.u_from_current.data(),
                   .u_from_h = step_.u_from_h.data(),
                   .u_keep = step_.u_keep.data(),
                   .u_from_drive = step_.u_from_drive.data(),
                   .h_keep = h_keep_},
          .slack = kBoundSlack};
}

/// Certificates for all units; those without one become candidates.
void EventSimulation::begin_window() {
  make_candidates(window_kernels_.begin(pass(), looked_at_.data()));
}

void EventSimulation::make_candidates(std::ptrdiff_t found) {
  if (found < 0) {
    report_non_finite();
  }
  for (std::ptrdiff_t i = 0; i < found; ++i) {
    const std::int32_t unit = looked_at_[static_cast<std::size_t>(i)];
    // Where u may rise it cannot reach 0 before tau_m ln((c' - u) / c').
    const double u = state_.window[place(unit)].u;
    const double force = force_bound(place(unit));
    const double fraction = u < 0.0 ? force / (force - u) : 1.0;
    const double first = -1.0 / network_.membrane_rate[unit] * elementary::log(fraction);
    make_candidate(unit, first * (1.0 - kBoundSlack));
  }
}

/// The state at the end of the window if nothing more happens.
UnitState EventSimulation::at_end(std::size_t unit, const UnitState& s, double drive) const {
  return {h_keep_ * s.h, step_.current_keep[unit] * s.current + step_.current_from_h[unit] * s.h,
          step_.u_keep[unit] * s.u + step_.u_from_drive[unit] * drive +
              step_.u_from_current[unit] * s.current + step_.u_from_h[unit] * s.h};
}

/// The next window of a segment begins in the same pass.
void EventSimulation::end_window(bool last_of_segment) {
  candidates_.clear();
  const bool flush = window_count_ % kFlushWindows == 0;
  ++window_count_;
  if (!last_of_segment && !flush) {
    make_candidates(window_kernels_.turn(pass(), looked_at_.data()));
    return;
  }
  window_kernels_.end(pass());
  for (WindowState& s : std::span(state_.window.data(), flush ? state_.window.size() : 0)) {
    s.h = flushed(s.h);
    s.current = flushed(s.current);
    s.u = flushed(s.u);
  }
  if (!last_of_segment) {
    begin_window();
  }
}

void EventSimulation::make_candidate(std::int32_t unit, double t) {
  state_.window[place(unit)].margin = -kInfinity;
  exact_[place(unit)] = 0;
  candidates_.push(unit, t);
}

/// Tests the earliest candidate, which has not crossed before t.
void EventSimulation::test(std::int32_t unit, double t) {
  const Trajectory trajectory = state_.trajectory(place(unit));
  const Crossing crossing = first_crossing(trajectory, t, state_.length_ms,
                                           at_end(place(unit), trajectory.start, trajectory.drive));
  if (crossing.found()) {
    exact_[place(unit)] = 1;
    candidates_.change(unit, crossing.time);
  } else {
    candidates_.pop();
    state_.window[place(unit)].margin = -crossing.peak;
  }
}

/// The earliest candidate: tested if its key is a bound, else fired with all that cross with it.
void EventSimulation::fire_candidates(double t) {
  if (!exact_[place(candidates_.top())]) {
    test(candidates_.top(), t);
    return;
  }
  batch_.clear();
  while (!candidates_.empty() && candidates_.key(candidates_.top()) == t) {
    const std::int32_t unit = candidates_.top();
    if (exact_[place(unit)]) {
      candidates_.pop();
      batch_.push_back(unit);
    } else {
      test(unit, t);
    }
  }
  std::sort(batch_.begin(), batch_.end());
  fire(t);
}

/// The units of batch_ fire together; their spikes arrive in this order.
void EventSimulation::fire(double t) {
  observe(t);
  const double now_ms = state_.start_ms + t;
  for (const std::int32_t unit : batch_) {
    limit_.count(unit, now_ms,
                 [&] { return state_.force(place(unit), now_ms) + network_.neuron.threshold_mv; });
    spikes_.push_back({now_ms, unit});
    state_.window[place(unit)].margin = kInfinity;
    state_.refractory_u[place(unit)] = network_.reset_u[unit];
    state_.release_ms[place(unit)] = now_ms + network_.refractory_ms[unit];
  }
  arrivals_.set_time(t, state_.length_ms);
  for (const std::int32_t unit : batch_) {
    const DelayGroups& groups = network_.groups;
    for (Eigen::Index group = groups.begin(unit); group < groups.end(unit); ++group) {
      if (const double delay = groups.delay_ms(group); delay > 0.0) {
        delayed_.push(now_ms + delay, group);
      } else {
        deliver(group, t);
      }
    }
  }
  for (const std::int32_t unit : batch_) {
    if (network_.refractory_ms[unit] > 0.0) {
      push_in_order(releases_, {state_.release_ms[place(unit)], unit}, &Release::time_ms);
    } else {
      release(unit, t);
    }
  }
}

/// A spike whose delay ends.
void EventSimulation::arrive(double t) {
  observe(t);
  arrivals_.set_time(t, state_.length_ms);
  deliver(delayed_.pop(), t);
}

/// A spike that comes at t, for which the arrivals are set.
void EventSimulation::deliver(Eigen::Index group, double t) {
  for (const MembraneArrivals::Run& run : arrivals_.runs(group)) {
    deliver(run.targets, arrivals_.of(run.membrane), t);
  }
}

void EventSimulation::deliver(const SparseColumns<double>::Column& column, const Arrival& arrival,
                              double t) {
  const std::size_t flagged = deliver_spike_(
      state_.window.data(), decay_offset_.data(),
      {column.rows.data(), column.values.data(), column.rows.size()}, arrival, flagged_.data());
  for (std::size_t i = 0; i < flagged; ++i) {
    const std::int32_t target = column.rows[flagged_[i]];
    if (!candidates_.contains(target)) {
      make_candidate(target, t);
      continue;
    }
    // Inhibition only delays: the key stays a lower bound.
    exact_[place(target)] = 0;
    if (column.values[flagged_[i]] > 0.0) {
      candidates_.change(target, t);
    }
  }
}

void EventSimulation::release_due(double t) {
  const Release due = releases_.front();
  releases_.pop_front();
  const std::size_t unit = place(due.unit);
  // A unit that fired again while it was refractory has a later entry.
  if (state_.refractory(unit) && state_.release_ms[unit] == due.time_ms) {
    observe(t);
    release(due.unit, t);
  }
}

/// The end of a refractory period: u moves again from where it was.
void EventSimulation::release(std::int32_t unit, double t) {
  WindowState& s = state_.window[place(unit)];
  const double u = state_.refractory_u[place(unit)];
  s.u = u_at_start(network_.rates(unit), t, {s.h, s.current, 0.0}, (*state_.drive)[unit], u);
  const double keep =
      elementary::exp(network_.membrane_rate[unit] * (t - state_.length_ms)) * (1.0 - kBoundSlack);
  const double force = std::max(force_bound(place(unit)), 0.0);
  s.margin = -(u * keep + force * (1.0 - keep));
  if (!(s.margin >= 0.0)) {
    make_candidate(unit, t);
  }
}

/// Artificial stimulation also moves refractory units, which fire when it lifts them above
/// threshold.
void EventSimulation::jump(double jump_mv, double t) {
  observe(t);
  for (const Eigen::Index stimulated : protocol_.stimulated) {
    const auto unit = static_cast<std::int32_t>(stimulated);
    WindowState& s = state_.window[place(unit)];
    if (s.margin == kInfinity) {
      state_.refractory_u[place(unit)] += jump_mv;
      if (state_.refractory_u[place(unit)] >= 0.0) {
        make_candidate(unit, t);
        exact_[place(unit)] = 1;
      }
      continue;
    }
    s.u += jump_mv * elementary::exp(network_.membrane_rate[unit] * t);
    s.margin -= std::max(jump_mv, 0.0);
    if (candidates_.contains(unit)) {
      exact_[place(unit)] = 0;
      if (jump_mv > 0.0) {
        candidates_.change(unit, t);
      }
    } else if (!(s.margin >= 0.0)) {
      make_candidate(unit, t);
    }
  }
}

double EventSimulation::next_arrival() const {
  return std::max(0.0, delayed_.next() - state_.start_ms);
}

double EventSimulation::next_release() const {
  return releases_.empty() ? kInfinity : std::max(0.0, releases_.front().time_ms - state_.start_ms);
}

double EventSimulation::next_jump() const {
  return jump_index_ == protocol_.jumps.size()
             ? kInfinity
             : std::max(0.0, protocol_.jumps[jump_index_].time_ms - state_.start_ms);
}

void EventSimulation::observe(double t) const {
  if (observer_) {
    observer_(state_, state_.start_ms + t);
  }
}

void EventSimulation::report_non_finite() const {
  long unit = 0;
  while (std::isfinite(state_.window[static_cast<std::size_t>(unit)].u +
                       state_.window[static_cast<std::size_t>(unit)].current)) {
    ++unit;
  }
  throw NonFiniteError("membrane voltage", fmt::format("{:g} ms", state_.start_ms), unit);
}

}  // namespace rheobase::spiking
