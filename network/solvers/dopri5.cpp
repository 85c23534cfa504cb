// Dormand & Prince's method of order 5 with step-size control and dense output (Boost.Odeint).
// Spikes are found at the ends of steps and located by root finding on single steps of the method;
// integration starts anew at spikes, at ends of refractory periods and where inputs change.
//
// Reference: Dormand & Prince, Journal of Computational and Applied Mathematics 6:19 (1980).
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <boost/math/tools/toms748_solve.hpp>
#include <boost/numeric/odeint/integrate/max_step_checker.hpp>
#include <boost/numeric/odeint/stepper/generation.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <boost/numeric/odeint/util/odeint_error.hpp>
#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "network/solvers/solver_registry.hpp"

namespace rheobase::network {

namespace {

using network::AdaptiveRun;
using OdeState = std::vector<double>;
using Method = boost::numeric::odeint::runge_kutta_dopri5<OdeState>;
using DenseStepper = boost::numeric::odeint::result_of::make_dense_output<Method>::type;

/// So many within one step of the network, and progress says how small they are.
constexpr long kManySubsteps = 1000;

struct Crossing {
  std::size_t population;
  std::uint32_t unit;
  double time;
};

[[noreturn]] void refuse(const std::string& what) {
  throw InputError("run", "solver dopri5", what,
                   "an adaptive solver takes none of them: choose a solver of fixed steps");
}

class Integration {
 public:
  explicit Integration(AdaptiveRun& run)
      : run_(run), y_(run.state.values.begin(), run.state.values.end()), slope_(y_.size()) {
    require_smooth();
    start_ = static_cast<double>(run.state.step) * run.network.step();
    now_ = start_;
    longest_ = run.options.longest_step > 0.0 ? run.options.longest_step
               : spiking_                     ? run.network.step()
                                              : std::numeric_limits<double>::max();
    guess_ = std::min(run.network.step(), longest_);
  }

  void run() {
    const double end = time_of(run_.steps);
    for (long n = 0; n < run_.steps;) {
      run_.evaluation.set_external(run_.input(run_.inputs, n));
      long next = n + 1;
      while (next < run_.steps && same_input(n, next)) {
        ++next;
      }
      segment(next == run_.steps ? end : time_of(next));
      n = next;
      if (stopped_at_ && n >= *stopped_at_) {
        break;
      }
    }
    std::ranges::copy(y_, run_.state.values.begin());
    run_.state.step += stopped_at_.value_or(run_.steps);
    if (stopped_at_ && *stopped_at_ < run_.steps) {
      throw Cancelled(
          fmt::format("stopped after {} of {}", *stopped_at_, counted(run_.steps, "step")));
    }
    run_.control.progress(1.0);
  }

 private:
  void require_smooth();
  double time_of(long n) const { return start_ + static_cast<double>(n) * run_.network.step(); }
  bool same_input(long a, long b) const;
  void segment(double end);
  double stop_or(double end, double now);
  void fire_above_threshold();
  void fire();
  void mark_spiking(const std::vector<Crossing>& found);
  std::optional<double> next_release() const;
  void advance(double end);
  std::vector<Crossing> crossings(DenseStepper& dense, double from, double to);
  double refine(DenseStepper& dense, const Crossing& crossing, double from, double to);
  double margin(const Crossing& of, const OdeState& y);
  OdeState single_step(DenseStepper& dense, double from, double to);
  void take_samples(DenseStepper& dense, double before);
  std::pair<double, double> step_on(DenseStepper& dense);
  [[noreturn]] void give_up(DenseStepper& dense);
  void slopes(const OdeState& y, OdeState& k);

  AdaptiveRun& run_;
  OdeState y_, slope_;
  AlignedVector<double> margins_;
  bool spiking_ = false;
  double start_ = 0.0, now_ = 0.0, longest_ = 0.0, guess_ = 0.0;
  long next_sample_ = 0;
  std::optional<long> stopped_at_;  ///< the step to end at, once a stop was asked for
  long events_without_time_ = 0;
  long substeps_ = 0;        ///< since the last whole step of the network ...
  double whole_step_ = 0.0;  ///< ... which was this one of the run
};

void Integration::require_smooth() {
  for (const auto& population : run_.network.populations()) {
    spiking_ = spiking_ || population.description().spikes;
    margins_.resize(std::max(margins_.size(), population.stride));
    if (std::ranges::any_of(population.noise, [](double sigma) { return sigma > 0.0; })) {
      refuse("noise");
    }
  }
  for (const auto& edge : run_.network.edges()) {
    if (edge.delayed() || edge.filter.size() > 0) {
      refuse(edge.delayed() ? "a delay" : "a filter of discrete steps");
    }
    if (edge.source.kind == network::Signal::Kind::spike &&
        !run_.network.event_target(edge.target)) {
      refuse("spikes as a value of one step");
    }
  }
  for (const auto& signal : run_.recorder.signals()) {
    if (signal.kind == network::Signal::Kind::spike) {
      refuse("a probe of spikes (they have times: RunOptions::spikes)");
    }
    if (run_.network.event_signal(signal)) {
      refuse("a probe of an event input (what arrives lasts no time)");
    }
  }
}

bool Integration::same_input(long a, long b) const {
  const double* first = run_.input(run_.inputs, a);
  const double* second = run_.input(run_.inputs, b);
  return first == second || std::equal(first, first + run_.network.input_columns(), second);
}

void Integration::slopes(const OdeState& y, OdeState& k) {
  run_.evaluation.slopes(y.data(), k.data(), 1.0);
  run_.evaluation.freeze_lanes(k.data());
}

std::optional<double> Integration::next_release() const {
  std::optional<double> first;
  for (const auto& free_from : run_.state.free_from) {
    for (const double time : free_from) {
      if (time > now_ && (!first || time < *first)) {
        first = time;
      }
    }
  }
  return first;
}

/// Integrates over a time of constant inputs.
void Integration::segment(double end) {
  while (now_ < end) {
    end = stop_or(end, now_);
    if (!(now_ < end)) {
      return;
    }
    fire_above_threshold();
    const std::optional<double> release = next_release();
    advance(release ? std::min(*release, end) : end);
  }
}

/// Reports where the run is. The end of a run that is asked to stop is the next whole step, so that
/// another one can go on from its state.
double Integration::stop_or(double end, double now) {
  const double whole = time_of(run_.steps) - start_;
  run_.control.progress((now - start_) / whole,
                        substeps_ > kManySubsteps ? fmt::format("steps of {:.1e}", guess_) : "");
  if (!stopped_at_ && run_.control.stop_requested()) {
    const double steps = (now - start_) / run_.network.step();
    stopped_at_ =
        std::min(run_.steps, run_.recorder.next_stop(static_cast<long>(std::ceil(steps - 1e-9))));
  }
  return stopped_at_ ? std::min(end, std::max(now, time_of(*stopped_at_))) : end;
}

/// Units that are above threshold now, at the start or after jumps.
void Integration::fire_above_threshold() {
  auto& spikes = run_.evaluation.spikes();
  for (;;) {
    spikes.detect(y_.data(), now_);
    if (!spikes.any()) {
      events_without_time_ = 0;
      return;
    }
    if (++events_without_time_ > 1000) {
      throw InputError("run", "solver dopri5", "spikes without end at one time",
                       "a reset must lead below threshold");
    }
    fire();
  }
}

/// Jumps and resets of the units that are marked as spiking.
void Integration::fire() {
  auto& spikes = run_.evaluation.spikes();
  for (std::size_t p = 0; p < run_.network.populations().size(); ++p) {
    for (const std::uint32_t unit : spikes.spiking(p)) {
      if (run_.options.spikes) {
        run_.recorder.spike(now_, p, unit);
      }
    }
  }
  spikes.collect(y_.data());
  spikes.apply(y_.data(), now_);
  spikes.clear();
  spikes.update_refractory(now_);
}

/// From now to `end` or through the first spike before it.
void Integration::advance(double end) {
  DenseStepper dense = boost::numeric::odeint::make_dense_output(
      run_.options.tolerance, run_.options.tolerance, longest_, Method());
  dense.initialize(y_, now_, std::min({guess_, longest_, end - now_}));
  for (;;) {
    end = stop_or(end, dense.current_time());
    const auto [from, reached] = step_on(dense);
    run_.evaluation.require_finite(dense.current_state().data(), reached);
    const double to = std::min(reached, end);
    const std::vector<Crossing> found = crossings(dense, from, to);
    if (!found.empty()) {
      const double time = refine(dense, found.front(), from, to);
      take_samples(dense, time);
      y_ = single_step(dense, from, time);
      now_ = time;
      mark_spiking(found);
      fire();
      return;
    }
    take_samples(dense, to);
    guess_ = dense.current_time_step();
    if (to == end) {
      y_ = single_step(dense, from, end);
      now_ = end;
      return;
    }
  }
}

/// All units that cross together with the first, since each of them would else be moved by its
/// jump.
void Integration::mark_spiking(const std::vector<Crossing>& found) {
  std::vector<std::vector<std::uint32_t>> units(run_.network.populations().size());
  for (const Crossing& crossing : found) {
    if (crossing.time <= found.front().time) {
      units[crossing.population].push_back(crossing.unit);
    }
  }
  for (std::size_t p = 0; p < units.size(); ++p) {
    std::ranges::sort(units[p]);
    run_.evaluation.spikes().set_spiking(p, std::move(units[p]));
  }
}

/// A step of the method. Equations that take too many are given up.
std::pair<double, double> Integration::step_on(DenseStepper& dense) {
  const auto system = [this](const OdeState& y, OdeState& k, double) { slopes(y, k); };
  const double now = dense.current_time();
  const double whole = std::floor((now - start_) / run_.network.step());
  substeps_ = whole > whole_step_ ? 0 : substeps_;
  whole_step_ = whole;
  if (++substeps_ > run_.options.most_substeps) {
    give_up(dense);
  }
  try {
    return dense.do_step(system);
  } catch (const boost::numeric::odeint::odeint_error&) {
    give_up(dense);  // no step is short enough
  }
}

/// Names what changes its slope most over the next steps.
void Integration::give_up(DenseStepper& dense) {
  constexpr double kProbedSteps = 10.0;
  OdeState before(y_.size());
  OdeState after(y_.size());
  OdeState ahead = dense.current_state();
  slopes(ahead, before);
  for (std::size_t i = 0; i < ahead.size(); ++i) {
    ahead[i] += kProbedSteps * dense.current_time_step() * before[i];
  }
  slopes(ahead, after);
  std::string steepest;
  double most = -1.0;
  for (const auto& population : run_.network.populations()) {
    for (std::size_t variable = 0; variable < population.variable_count(); ++variable) {
      for (std::size_t unit = 0; unit < population.size; ++unit) {
        const std::size_t at = population.row(variable) + unit;
        const double change =
            std::abs(after[at] - before[at]) / (1.0 + std::abs(dense.current_state()[at]));
        if (!(change <= most)) {
          most = change;
          steepest = fmt::format("'{}' of unit {} of population '{}'",
                                 population.description().variables[variable].name, unit + 1,
                                 population.name);
        }
      }
    }
  }
  const std::string& unit = run_.network.time_unit();
  throw InputError(
      "run", "solver dopri5",
      fmt::format("{} within one of the network at {:.10g}{}{}, down to {:.3g}, for {}",
                  counted(substeps_, "step"), dense.current_time(), unit.empty() ? "" : " ", unit,
                  dense.current_time_step(), steepest),
      fmt::format("must be at most most_substeps, {}: stiff or chattering equations take a solver "
                  "of fixed steps, or a larger tolerance",
                  run_.options.most_substeps));
}

/// Units that cross in a step, by time on the dense output.
std::vector<Crossing> Integration::crossings(DenseStepper& dense, double from, double to) {
  std::vector<Crossing> found;
  OdeState at(y_.size());
  dense.calc_state(to, at);
  for (std::size_t p = 0; p < run_.network.populations().size(); ++p) {
    const auto& population = run_.network.populations()[p];
    if (!population.description().spikes) {
      continue;
    }
    run_.evaluation.spikes().margins(p, at.data(), margins_.data());
    const auto refractory = run_.evaluation.spikes().refractory(p);
    for (std::uint32_t unit = 0; unit < population.size; ++unit) {
      if (margins_[unit] >= 0.0 && std::ranges::find(refractory, unit) == refractory.end()) {
        found.push_back({p, unit, to});
      }
    }
  }
  for (Crossing& crossing : found) {
    double low = from;
    for (int halving = 0; halving < 48; ++halving) {
      const double middle = 0.5 * (low + crossing.time);
      dense.calc_state(middle, at);
      (margin(crossing, at) >= 0.0 ? crossing.time : low) = middle;
    }
  }
  std::ranges::sort(found, {}, &Crossing::time);
  return found;
}

double Integration::margin(const Crossing& of, const OdeState& y) {
  AlignedVector<double> margins(run_.network.populations()[of.population].stride);
  run_.evaluation.spikes().margins(of.population, y.data(), margins.data());
  return margins[of.unit];
}

/// One step of the method is more accurate than the interpolation of the last one.
OdeState Integration::single_step(DenseStepper& dense, double from, double to) {
  OdeState y = dense.previous_state();
  if (to > from) {
    const auto system = [this](const OdeState& at, OdeState& k, double) { slopes(at, k); };
    Method().do_step(system, y, from, to - from);
  }
  return y;
}

double Integration::refine(DenseStepper& dense, const Crossing& crossing, double from, double to) {
  const auto at = [&](double time) { return margin(crossing, single_step(dense, from, time)); };
  const double first = at(from);
  const double last = at(to);
  if (!(first < 0.0) || !(last > 0.0)) {
    return first < 0.0 ? to : from;
  }
  std::uintmax_t iterations = 60;
  const auto [low, high] = boost::math::tools::toms748_solve(
      at, from, to, first, last, boost::math::tools::eps_tolerance<double>(50), iterations);
  return high;
}

void Integration::take_samples(DenseStepper& dense, double before) {
  OdeState at(y_.size());
  for (; next_sample_ < run_.steps && time_of(next_sample_) < before; ++next_sample_) {
    dense.calc_state(time_of(next_sample_), at);
    slopes(at, slope_);
    run_.recorder.record(next_sample_, run_.evaluation, at.data());
  }
}

void integrate(AdaptiveRun& run) {
  Integration(run).run();
}

}  // namespace

const SolverDefinition& solver_dopri5() {
  static const SolverDefinition definition{
      .name = "dopri5",
      .help = "adaptive Runge-Kutta method of order 5, spikes located; no delays, no noise",
      .citation = "Dormand & Prince, J. Comput. Appl. Math. 6:19 (1980); Boost.Odeint",
      .order = 5,
      .work = 0,
      .needs_short_steps = false,
      .integrate = &integrate,
  };
  return definition;
}

}  // namespace rheobase::network
