#include "spiking/odeint/odeint_network.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include <boost/math/tools/toms748_solve.hpp>
#include <boost/numeric/odeint/stepper/generation.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <fmt/format.h>

#include "core/error.hpp"
#include "spiking/internal/push_in_order.hpp"
#include "spiking/internal/spike_limit.hpp"
#include "spiking/internal/stop_check.hpp"

namespace rheobase::spiking {

namespace {

namespace odeint = boost::numeric::odeint;

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

/// Right-hand side of the population. A refractory unit keeps its u.
class Membranes {
 public:
  explicit Membranes(const EventNetwork& network)
      : network_(network), refractory_(static_cast<std::size_t>(network.units()), 0) {}

  void set_drive(const Eigen::VectorXd& drive) { drive_ = &drive; }
  void set_refractory(std::size_t unit, bool refractory) { refractory_[unit] = refractory; }
  bool refractory(std::size_t unit) const { return refractory_[unit] != 0; }
  std::size_t units() const { return refractory_.size(); }

  /// c + I, mV.
  double force(std::size_t unit, const OdeintState& x) const {
    return (*drive_)[static_cast<Eigen::Index>(unit)] + x[3 * unit + 1];
  }
  double slope(std::size_t unit, const OdeintState& x) const {
    const double u = x[3 * unit];
    const double rate = network_.membrane_rate[static_cast<Eigen::Index>(unit)];
    if (network_.neuron.model == NeuronModel::lif) {
      return (force(unit, x) - u) * rate;
    }
    const double v = u + network_.neuron.threshold_mv;
    return (v * v + force(unit, x) + network_.neuron.threshold_mv) * rate;
  }

  void operator()(const OdeintState& x, OdeintState& derivative, double /*t*/) const {
    const double rise = network_.rise_rate();
    for (std::size_t unit = 0; unit < refractory_.size(); ++unit) {
      const double decay = network_.decay_rate[static_cast<Eigen::Index>(unit)];
      derivative[3 * unit] = refractory_[unit] ? 0.0 : slope(unit, x);
      derivative[3 * unit + 1] = x[3 * unit + 2] - decay * x[3 * unit + 1];
      derivative[3 * unit + 2] = -rise * x[3 * unit + 2];
    }
  }

 private:
  const EventNetwork& network_;
  const Eigen::VectorXd* drive_ = nullptr;
  std::vector<char> refractory_;
};

using Method = odeint::runge_kutta_dopri5<OdeintState>;
using DenseOutput = odeint::result_of::make_dense_output<Method>::type;

class Integration {
 public:
  Integration(const EventNetwork& network, const EventProtocol& protocol,
              std::span<const GivenArrival> arrivals, const OdeintAccuracy& accuracy,
              const OdeintSamples& samples)
      : network_(network),
        protocol_(protocol),
        arrivals_(arrivals),
        accuracy_(accuracy),
        samples_(samples),
        membranes_(network),
        x_(3 * static_cast<std::size_t>(network.units()), 0.0),
        dense_(odeint::make_dense_output(accuracy.tolerance, accuracy.tolerance,
                                         accuracy.longest_step_ms, Method())) {}

  std::vector<SpikeEvent> run() {
    membranes_.set_drive(protocol_.drive.front().drive);
    start();
    StopCheck check(protocol_.stop);
    while (now_ms_ < protocol_.duration_ms) {
      check();
      advance(std::min(next_event_ms(), protocol_.duration_ms));
      handle_events();
    }
    for (; next_sample_ < samples_.times_ms.size(); ++next_sample_) {
      samples_.take(next_sample_, x_);
    }
    return std::move(spikes_);
  }

 private:
  struct Release {
    double time_ms;
    std::size_t unit;
  };

  void start();
  void rest(std::size_t unit);
  void advance(double end_ms);
  double first_crossing(double from, double to);
  double above_threshold(const OdeintState& end, std::size_t unit, double from, double to);
  double locate(std::size_t unit, double from, double above) const;
  OdeintState single_step(double from, double to) const;
  double next_event_ms() const;
  void handle_events();
  void fire(std::vector<std::size_t> units);
  void deliver(std::size_t unit, double jump) {
    x_[3 * unit + (network_.double_exponential() ? 2 : 1)] += jump;
  }
  void take_samples(double before);
  void check_finite() const;

  const EventNetwork& network_;
  const EventProtocol& protocol_;
  std::span<const GivenArrival> arrivals_;
  const OdeintAccuracy& accuracy_;
  const OdeintSamples& samples_;
  Membranes membranes_;
  OdeintState x_;
  DenseOutput dense_;
  double now_ms_ = 0.0;
  double step_ms_ = 1e-3;  ///< first guess after an event
  std::deque<Release> releases_;
  std::vector<double> release_ms_ = std::vector<double>(membranes_.units(), 0.0);
  std::vector<std::size_t> firing_;  ///< units whose crossing `advance` stopped at
  std::size_t next_arrival_ = 0, next_jump_ = 0, next_segment_ = 1, next_sample_ = 0;
  std::vector<SpikeEvent> spikes_;
  SpikeLimit limit_{"odeint engine", network_.units(), network_.units()};
};

/// A refractory period begins, where the unit has one.
void Integration::rest(std::size_t unit) {
  const double refractory = network_.refractory_ms[static_cast<Eigen::Index>(unit)];
  if (refractory > 0.0) {
    membranes_.set_refractory(unit, true);
    release_ms_[unit] = now_ms_ + refractory;
    push_in_order(releases_, {release_ms_[unit], unit}, &Release::time_ms);
  }
}

void Integration::start() {
  std::vector<std::size_t> above;
  for (std::size_t unit = 0; unit < membranes_.units(); ++unit) {
    const double u =
        protocol_.initial_voltage[static_cast<Eigen::Index>(unit)] - network_.neuron.threshold_mv;
    x_[3 * unit] = u;
    if (protocol_.start_up == StartUp::relaxed) {
      x_[3 * unit] = u >= 0.0 ? network_.reset_u[static_cast<Eigen::Index>(unit)] : u;
    } else if (u >= 0.0) {
      above.push_back(unit);
    } else {
      rest(unit);
    }
  }
  fire(above);
}

/// Integrates to `end_ms` or to the first spike before it (firing_ then names the units). Times
/// inside are counted from now: those of a long run would cost digits in every step.
void Integration::advance(double end_ms) {
  firing_.clear();
  const double length = end_ms - now_ms_;
  if (!(length > 0.0)) {
    return;
  }
  dense_.initialize(x_, 0.0, std::min(step_ms_, accuracy_.longest_step_ms));
  for (;;) {
    const auto [from, reached] = dense_.do_step(std::cref(membranes_));
    check_finite();
    const double to = std::min(reached, length);
    const double stop = first_crossing(from, to);
    take_samples(stop);
    if (!firing_.empty() || to == length) {
      x_ = single_step(from, stop);
      now_ms_ = stop == length ? end_ms : now_ms_ + stop;
      return;
    }
    step_ms_ = dense_.current_time_step();
  }
}

/// One step of the method from the start of the last one: more accurate than its interpolation.
OdeintState Integration::single_step(double from, double to) const {
  OdeintState x = dense_.previous_state();
  if (to > from) {
    Method().do_step(std::cref(membranes_), x, from, to - from);
  }
  return x;
}

/// Time of the first crossing in a step, `to_ms` if there is none; fills firing_.
double Integration::first_crossing(double from, double to) {
  OdeintState end(x_.size());
  dense_.calc_state(to, end);
  double first = to;
  for (std::size_t unit = 0; unit < membranes_.units(); ++unit) {
    const double above =
        membranes_.refractory(unit) ? kUnbounded : above_threshold(end, unit, from, to);
    if (above == kUnbounded) {
      continue;
    }
    const double time = locate(unit, from, above);
    if (firing_.empty() || time < first) {
      firing_.assign(1, unit);
      first = time;
    } else if (time == first) {
      firing_.push_back(unit);
    }
  }
  return first;
}

/// A time in the step at which u > 0: its end or next to a maximum inside, infinite if none.
double Integration::above_threshold(const OdeintState& end, std::size_t unit, double from,
                                    double to) {
  if (end[3 * unit] > 0.0) {
    return to;
  }
  if (!(membranes_.slope(unit, dense_.previous_state()) > 0.0 &&
        membranes_.slope(unit, end) < 0.0)) {
    return kUnbounded;
  }
  OdeintState at(end.size());
  double low = from;
  double high = to;
  for (int halving = 0; halving < 50; ++halving) {
    const double middle = 0.5 * (low + high);
    dense_.calc_state(middle, at);
    if (at[3 * unit] > 0.0) {
      return middle;
    }
    (membranes_.slope(unit, at) > 0.0 ? low : high) = middle;
  }
  return kUnbounded;
}

/// Time at which u reaches 0 between the start of the step and a time above threshold.
double Integration::locate(std::size_t unit, double from, double above) const {
  const auto u = [&](double t) { return single_step(from, t)[3 * unit]; };
  const double at_start = u(from);
  const double at_end = u(above);
  if (!(at_start < 0.0)) {
    return from;
  }
  if (!(at_end > 0.0)) {
    return above;
  }
  std::uintmax_t iterations = 100;
  const auto [low, high] = boost::math::tools::toms748_solve(
      u, from, above, at_start, at_end, boost::math::tools::eps_tolerance<double>(52), iterations);
  return 0.5 * (low + high);
}

void Integration::take_samples(double before) {
  OdeintState at(x_.size());
  for (; next_sample_ < samples_.times_ms.size(); ++next_sample_) {
    const double time = samples_.times_ms[next_sample_] - now_ms_;
    if (!(time < before)) {
      return;
    }
    dense_.calc_state(time, at);
    samples_.take(next_sample_, at);
  }
}

void Integration::check_finite() const {
  const OdeintState& x = dense_.current_state();
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i])) {
      throw NonFiniteError("membrane state", fmt::format("{:g} ms", dense_.current_time()),
                           static_cast<long>(i / 3));
    }
  }
}

double Integration::next_event_ms() const {
  double next = protocol_.duration_ms;
  if (!releases_.empty()) {
    next = std::min(next, releases_.front().time_ms);
  }
  if (next_arrival_ < arrivals_.size()) {
    next = std::min(next, arrivals_[next_arrival_].time_ms);
  }
  if (next_jump_ < protocol_.jumps.size()) {
    next = std::min(next, protocol_.jumps[next_jump_].time_ms);
  }
  if (next_segment_ < protocol_.drive.size()) {
    next = std::min(next, protocol_.drive[next_segment_].start_ms);
  }
  return next;
}

/// Everything that happens now: switches, ends of refractory periods, arrivals, jumps, spikes.
void Integration::handle_events() {
  while (next_segment_ < protocol_.drive.size() &&
         protocol_.drive[next_segment_].start_ms <= now_ms_) {
    membranes_.set_drive(protocol_.drive[next_segment_++].drive);
  }
  for (; !releases_.empty() && releases_.front().time_ms <= now_ms_; releases_.pop_front()) {
    const auto [time_ms, unit] = releases_.front();
    if (membranes_.refractory(unit) && release_ms_[unit] == time_ms) {
      membranes_.set_refractory(unit, false);
    }
  }
  for (; next_arrival_ < arrivals_.size() && arrivals_[next_arrival_].time_ms <= now_ms_;
       ++next_arrival_) {
    deliver(static_cast<std::size_t>(arrivals_[next_arrival_].unit), arrivals_[next_arrival_].jump);
  }
  for (; next_jump_ < protocol_.jumps.size() && protocol_.jumps[next_jump_].time_ms <= now_ms_;
       ++next_jump_) {
    for (const Eigen::Index stimulated : protocol_.stimulated) {
      const auto unit = static_cast<std::size_t>(stimulated);
      x_[3 * unit] += protocol_.jumps[next_jump_].jump_mv;
      if (x_[3 * unit] >= 0.0) {
        firing_.push_back(unit);
      }
    }
  }
  fire(firing_);
}

void Integration::fire(std::vector<std::size_t> units) {
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  for (const std::size_t unit : units) {
    limit_.count(static_cast<Eigen::Index>(unit), now_ms_,
                 [&] { return membranes_.force(unit, x_) + network_.neuron.threshold_mv; });
    spikes_.push_back({now_ms_, static_cast<std::int32_t>(unit)});
    x_[3 * unit] = network_.reset_u[static_cast<Eigen::Index>(unit)];
    rest(unit);
  }
  for (const std::size_t unit : units) {
    const auto column = network_.synapses.column(static_cast<Eigen::Index>(unit));
    for (std::size_t k = 0; k < column.rows.size(); ++k) {
      deliver(static_cast<std::size_t>(column.rows[k]), column.values[k]);
    }
  }
}

}  // namespace

std::vector<SpikeEvent> integrate_network(const EventNetwork& network,
                                          const EventProtocol& protocol,
                                          std::span<const GivenArrival> arrivals,
                                          const OdeintAccuracy& accuracy,
                                          const OdeintSamples& samples) {
  return Integration(network, protocol, arrivals, accuracy, samples).run();
}

}  // namespace rheobase::spiking
