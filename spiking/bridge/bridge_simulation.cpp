// A run of the bridge engine; equations in spiking/bridge.cpp.
#include <algorithm>
#include <bit>
#include <cmath>
#include <compare>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "spiking/bridge/bridge.hpp"
#include "spiking/bridge/bridge_cells.hpp"
#include "spiking/bridge/spike_arrival.hpp"
#include "spiking/clock/clock_recorder.hpp"
#include "spiking/internal/delayed_spikes.hpp"
#include "spiking/internal/initial_voltage.hpp"
#include "spiking/internal/membrane_drive.hpp"
#include "spiking/internal/membrane_noise.hpp"
#include "spiking/internal/sampled_readout.hpp"
#include "spiking/internal/spike_limit.hpp"
#include "spiking/internal/stop_check.hpp"

namespace rheobase::spiking {

namespace {

/// Of a membrane (BridgeCells::stride).
struct Spike {
  double time_ms;
  Eigen::Index membrane;
  friend auto operator<=>(const Spike&, const Spike&) = default;
};

/// A membrane that moves again, from u (mV above threshold).
struct Release {
  Eigen::Index membrane;
  double time_ms;
  double u;
};

/// Releases by the step they fall into, no further ahead than the longest refractory period.
class ReleaseCalendar {
 public:
  /// @param steps  of the run: no release after it is kept
  ReleaseCalendar(double refractory_ms, double step_ms, long steps)
      : days_(static_cast<std::size_t>(std::min(to_integer<long>(refractory_ms / step_ms), steps) +
                                       3)) {}
  std::vector<Release>& at(long step) {
    return days_[static_cast<std::size_t>(step) % days_.size()];
  }

 private:
  std::vector<std::vector<Release>> days_;
};

double longest_refractory_ms(const SpikingModel& model) {
  return model.unit_refractory_ms.size() == 0 ? model.neuron.refractory_ms
                                              : model.unit_refractory_ms.maxCoeff();
}

/// A grid whose step divides half an input column: columns switch there.
ClockGrid bridge_grid(const SpikingModel& model, Eigen::Index columns, SimulationOptions options) {
  const double half_ms = 0.5 * model.input_step_ms;
  options.dt_ms = half_ms / std::ceil(half_ms / options.step_ms - 1e-9);
  return make_clock_grid(model, columns, options);
}

/// Steps are counted from 1; step i ends at i D.
class BridgeRun {
 public:
  BridgeRun(const SpikingModel& model, const Eigen::MatrixXd& input, const ClockGrid& grid,
            const SimulationOptions& options, SimdLevel level);
  SimulationResult run();

 private:
  void start_as_published(Eigen::Index membrane, double u);
  void start_relaxed(Eigen::Index membrane, double u);
  void switch_input(long step);
  void release_units(long step);
  void release(const Release& release, double end_ms);
  void collect_spikes(bool fired, long step);
  void fire_all(long step);
  void deliver(Eigen::Index group, double age_ms);
  void deliver_arrived(long step);
  void fire(const Spike& spike, long step);
  void begin_interval(Eigen::Index membrane);
  void schedule(const Release& release, long released);
  void record(long step);
  double end_ms(long step) const { return grid_.time_ms(step); }
  SpikeDraws& draws(Eigen::Index membrane) { return draws_[static_cast<std::size_t>(membrane)]; }
  Eigen::Index unit_of(Eigen::Index membrane) const { return membrane % cells_.stride(); }
  /// u of the reset.
  double reset_of(Eigen::Index membrane) const {
    return model_.counted_reset_of(unit_of(membrane)) - membrane_.offset_mv;
  }
  double refractory_ms(Eigen::Index membrane) const {
    return model_.refractory_of(unit_of(membrane));
  }
  /// Of the noise of a refractory period, mV.
  double refractory_sd(Eigen::Index membrane) const {
    return model_.neuron.refractory_noise
               ? std::sqrt(options_.noise_intensity * refractory_ms(membrane))
               : 0.0;
  }
  bool has_copies() const { return model_.copies > 1; }
  /// bias + E in the column under way, mV.
  double drive_of(Eigen::Index membrane) const {
    const double bias =
        model_.copy_bias_mv.size() == 0 ? 0.0 : model_.copy_bias_mv[membrane / cells_.stride()];
    return drive_(unit_of(membrane), column_) + bias;
  }

  const SpikingModel& model_;
  const ClockGrid& grid_;
  const SimulationOptions& options_;
  BridgeMembrane membrane_;
  Eigen::MatrixXd initial_voltage_;  ///< N x copies
  Eigen::MatrixXd drive_;            ///< bias + W_in u - offset of u, mV, N x columns
  BridgeCells cells_;
  BridgeKernels kernels_;
  std::vector<std::uint32_t> fired_;  ///< a bit per lane, an element per pack
  SpikeArrival arrival_;
  AlignedVector<float> push_;      ///< what the step's spikes made of u, where units have copies
  std::vector<SpikeDraws> draws_;  ///< of every membrane's interval under way
  std::vector<std::uint32_t> intervals_;
  ReleaseCalendar calendar_;
  std::vector<Spike> initial_spikes_;  ///< not yet fired, the next one last
  std::vector<Spike> spikes_;          ///< of the step under way
  DelayedSpikes delayed_;              ///< by time, ms
  bool pushed_ = false;                ///< push_ holds something
  SpikeLimit limit_{"bridge engine", static_cast<Eigen::Index>(intervals_.size()), cells_.stride()};
  MembraneNoise noise_;
  const float* noise_row_ = nullptr;
  SampledReadout<float> readout_;
  ClockRecorder recorder_;
  Eigen::Index column_ = 0;
  long next_switch_ = 1;  ///< the step that the next column starts to drive
};

BridgeRun::BridgeRun(const SpikingModel& model, const Eigen::MatrixXd& input, const ClockGrid& grid,
                     const SimulationOptions& options, SimdLevel level)
    : model_(model),
      grid_(grid),
      options_(options),
      membrane_(model.neuron, options.noise_intensity),
      initial_voltage_(initial_voltages(model, options)),
      drive_(
          membrane_drive(model, input, model.neuron.bias_mv - membrane_.offset_mv, options.stop)),
      cells_(model, options.noise_intensity, grid.dt_ms),
      kernels_(RHEOBASE_SIMD_DISPATCH(level, bridge_kernels)()),
      fired_(cells_.population().packs * cells_.population().copies),
      arrival_(model, grid.dt_ms),
      push_(static_cast<std::size_t>(cells_.stride()), 0.0F),
      intervals_(16 * fired_.size(), 0),
      calendar_(longest_refractory_ms(model), grid.dt_ms, grid.steps),
      noise_(static_cast<Eigen::Index>(16 * fired_.size()), true, options, level),
      readout_(model, grid.time_ms(grid.output_stride), level),
      recorder_(model, grid, options) {
  if (!model.loops.empty()) {
    arrival_.set_weights(open_weights(model, 0));
  }
  cells_.set_currents(initial_currents(model, options));
  const bool published = options.start_up == StartUp::reference;
  for (Eigen::Index membrane = 0; membrane < static_cast<Eigen::Index>(intervals_.size());
       ++membrane) {
    draws_.emplace_back(options.seed, options.trial, static_cast<std::uint32_t>(membrane), 0);
    if (unit_of(membrane) >= model.units()) {
      continue;  // a lane without a unit
    }
    cells_.limit(membrane) = static_cast<float>(draws_.back().limit);
    const double u =
        initial_voltage_(unit_of(membrane), membrane / cells_.stride()) - membrane_.offset_mv;
    if (published && refractory_ms(membrane) > 0.0) {
      start_as_published(membrane, u);
    } else {
      start_relaxed(membrane, u);
    }
  }
  cells_.swap();
  std::sort(initial_spikes_.rbegin(), initial_spikes_.rend());
}

/// At or above threshold it fires at time 0; else it is refractory at its voltage for the first
/// refractory period, where noise moves it and may bring it to the threshold.
void BridgeRun::start_as_published(Eigen::Index membrane, double u) {
  const SpikeDraws& drawn = draws(membrane);
  const double from = membrane_.threshold - u;
  const double rest_ms = refractory_ms(membrane);
  const double to = from - refractory_sd(membrane) * drawn.restart_normal;
  const double exponent = 2.0 * from * to / (options_.noise_intensity * rest_ms);
  const bool held = !model_.neuron.refractory_noise;
  const double survival = held ? 1.0 : to > 0.0 ? -elementary::expm1(-exponent) : 0.0;
  if (from <= 0.0) {
    initial_spikes_.push_back({0.0, membrane});
  } else if (!held && survival <= drawn.limit) {
    initial_spikes_.push_back({first_passage_ms(from, to, options_.noise_intensity, rest_ms,
                                                drawn.passage_normal, drawn.passage_uniform),
                               membrane});
  } else {
    cells_.survival(membrane) = static_cast<float>(survival);
    // No step has ended yet, however short the refractory period.
    schedule({membrane, rest_ms, membrane_.threshold - to}, -1);
  }
}

/// Not refractory. At or above threshold it starts from reset, or fires at time 0 where the
/// published start is asked for.
void BridgeRun::start_relaxed(Eigen::Index membrane, double u) {
  if (u < membrane_.threshold) {
    cells_.release(membrane, u);
  } else if (options_.start_up == StartUp::reference) {
    initial_spikes_.push_back({0.0, membrane});
  } else {
    cells_.release(membrane, reset_of(membrane));
  }
}

void BridgeRun::switch_input(long step) {
  if (step < next_switch_) {
    return;
  }
  column_ = grid_.column(step - 1);
  next_switch_ = grid_.first_step(column_ + 1) + 1;
  cells_.set_drive(drive_.col(column_));
  if (gates_switch(model_, column_)) {
    arrival_.set_weights(open_weights(model_, column_));
  }
  if (column_ % 4 == 0) {
    cells_.flush();
    readout_.flush();
  }
}

/// @param released  the last step whose releases are done; -1: not even a first one
void BridgeRun::schedule(const Release& entry, long released) {
  // A millionth of a step: a release on a step's end belongs to it.
  const auto due = to_integer<long>(std::ceil(entry.time_ms / grid_.dt_ms - 1e-6));
  if (due > grid_.steps) {
    return;  // refractory until the end
  }
  if (due <= released) {
    release(entry, end_ms(released));
  } else {
    calendar_.at(std::max(due, 1L)).push_back(entry);
  }
}

void BridgeRun::release_units(long step) {
  std::vector<Release>& due = calendar_.at(step);
  for (const Release& entry : due) {
    release(entry, end_ms(step));
  }
  due.clear();
}

/// The rest of the step from the release on; the synaptic current runs straight from end to end.
void BridgeRun::release(const Release& release, double end_ms) {
  const Eigen::Index unit = unit_of(release.membrane);
  const double rest_ms = std::max(end_ms - release.time_ms, 0.0);
  const double end_current = cells_.next().current[unit];
  const double slope = (end_current - cells_.now().current[unit]) / grid_.dt_ms;
  const double force = drive_of(release.membrane) + end_current - 0.5 * slope * rest_ms;
  const BridgeMembrane own(model_, unit, options_.noise_intensity);
  const double u = own.after(release.u, force, noise_row_[release.membrane], rest_ms);
  // A force that reaches the threshold within a step outruns the noise.
  const double rise_ms = u < membrane_.threshold || release.u >= membrane_.threshold
                             ? rest_ms
                             : own.rise_ms(release.u, force);
  if (rise_ms < rest_ms) {
    spikes_.push_back({release.time_ms + rise_ms, release.membrane});
  } else {
    // What earlier spikes of the step pushed comes to all copies at its end; the force has it.
    const double pushed = push_[static_cast<std::size_t>(unit)];
    cells_.release(release.membrane, std::min(u, membrane_.threshold) - pushed);
  }
}

/// The step's spikes in order of time, then of unit.
void BridgeRun::collect_spikes(bool fired, long step) {
  const double start_ms = end_ms(step - 1);
  while (!initial_spikes_.empty() && initial_spikes_.back().time_ms < end_ms(step)) {
    spikes_.push_back(initial_spikes_.back());
    initial_spikes_.pop_back();
  }
  for (std::size_t pack = 0; fired && pack < fired_.size(); ++pack) {
    for (std::uint32_t bits = fired_[pack]; bits != 0; bits &= bits - 1) {
      const auto membrane = static_cast<Eigen::Index>(16 * pack) + std::countr_zero(bits);
      const Eigen::Index unit = unit_of(membrane);
      const double from = cells_.now().u[membrane];
      const double to = cells_.next().u[membrane];
      if (!std::isfinite(to)) {
        throw NonFiniteError("membrane voltage", fmt::format("{:g} ms", end_ms(step)), unit);
      }
      const double force =
          drive_of(membrane) + 0.5 * (cells_.now().current[unit] + cells_.next().current[unit]);
      const double passage =
          membrane_.spike_ms(from, to, force, noise_row_[membrane], grid_.dt_ms, draws(membrane));
      spikes_.push_back({start_ms + passage, membrane});
    }
  }
  std::sort(spikes_.begin(), spikes_.end());
}

void BridgeRun::begin_interval(Eigen::Index membrane) {
  const std::uint32_t interval = ++intervals_[static_cast<std::size_t>(membrane)];
  draws(membrane) =
      SpikeDraws(options_.seed, options_.trial, static_cast<std::uint32_t>(membrane), interval);
  cells_.limit(membrane) = static_cast<float>(draws(membrane).limit);
  cells_.survival(membrane) = 1.0F;
}

void BridgeRun::fire(const Spike& spike, long step) {
  const Eigen::Index unit = unit_of(spike.membrane);
  recorder_.spike(unit, spike.time_ms, spike.membrane / cells_.stride());
  readout_.spike(unit, spike.time_ms);
  const DelayGroups& groups = arrival_.groups();
  for (Eigen::Index group = groups.begin(unit); group < groups.end(unit); ++group) {
    const double arrival_ms = spike.time_ms + groups.delay_ms(group);
    if (arrival_ms > end_ms(step)) {
      delayed_.push(arrival_ms, group);
    } else {
      deliver(group, end_ms(step) - arrival_ms);
    }
  }
  begin_interval(spike.membrane);
  cells_.make_refractory(spike.membrane);
  schedule({spike.membrane, spike.time_ms + refractory_ms(spike.membrane),
            reset_of(spike.membrane) +
                refractory_sd(spike.membrane) * draws(spike.membrane).restart_normal},
           step);
}

/// To the state at the end of the step under way.
void BridgeRun::deliver(Eigen::Index group, double age_ms) {
  const BridgeState& next = cells_.next();
  arrival_.deliver(group, age_ms, has_copies() ? push_.data() : next.u, next.current, next.h);
  pushed_ = true;
}

/// Spikes of earlier steps whose delay ends in this one.
void BridgeRun::deliver_arrived(long step) {
  while (delayed_.next() <= end_ms(step)) {
    const double age_ms = end_ms(step) - delayed_.next();
    deliver(delayed_.pop(), age_ms);
  }
}

/// The step's spikes. A spike may release its unit and another one follow.
void BridgeRun::fire_all(long step) {
  for (std::size_t next = 0; next < spikes_.size(); ++next) {
    const Spike spike = spikes_[next];
    limit_.count(spike.membrane, spike.time_ms, [&] {
      return drive_of(spike.membrane) + cells_.next().current[unit_of(spike.membrane)] +
             membrane_.offset_mv;
    });
    const std::size_t before = spikes_.size();
    fire(spike, step);
    if (spikes_.size() > before) {
      // The unit's next spike, among those that are still to come, which are in order.
      const auto added = std::prev(spikes_.end());
      const auto place =
          std::upper_bound(spikes_.begin() + static_cast<std::ptrdiff_t>(next) + 1, added, *added);
      std::rotate(place, added, spikes_.end());
    }
  }
}

/// After the step: `now` is its end.
void BridgeRun::record(long step) {
  if (recorder_.wants_voltage()) {
    Eigen::VectorXd voltage(model_.units());
    for (Eigen::Index unit = 0; unit < voltage.size(); ++unit) {
      const bool fired_before = intervals_[static_cast<std::size_t>(unit)] > 0;
      voltage[unit] = !cells_.refractory(unit) ? cells_.now().u[unit] + membrane_.offset_mv
                      : fired_before           ? model_.counted_reset_of(unit)
                                               : initial_voltage_(unit, 0);
    }
    recorder_.voltage(step, voltage);
    for (const Spike& spike : spikes_) {
      if (spike.membrane < cells_.stride()) {
        recorder_.peak(spike.membrane, step);
      }
    }
  }
  if (!recorder_.is_sample(step)) {
    return;
  }
  recorder_.output(step, readout_.sample(end_ms(step)));
  if (recorder_.wants_rate()) {
    recorder_.rate(step) = readout_.rate();
  }
  if (recorder_.wants_input()) {
    recorder_.input(step) =
        Eigen::Map<const Eigen::VectorXf>(cells_.now().current, model_.units()).cast<double>() +
        (drive_.col(column_).array() + membrane_.offset_mv).matrix();
  }
}

SimulationResult BridgeRun::run() {
  StopCheck check(options_.stop);
  for (long step = 1; step <= grid_.steps; ++step) {
    check();
    spikes_.clear();
    switch_input(step);
    noise_row_ = noise_.at(step);
    const bool fired = kernels_.advance(cells_.population(), noise_row_, fired_.data());
    release_units(step);
    if (fired || !initial_spikes_.empty() || !spikes_.empty()) {
      collect_spikes(fired, step);
      fire_all(step);
    }
    deliver_arrived(step);
    if (has_copies() && pushed_) {
      cells_.push_copies(push_);
      std::ranges::fill(push_, 0.0F);
    }
    pushed_ = false;
    cells_.swap();
    record(step);
  }
  return recorder_.take();
}

}  // namespace

SimulationResult run_bridge(const SpikingModel& model, const Eigen::MatrixXd& input,
                            const SimulationOptions& options, SimdLevel level) {
  const ClockGrid grid = bridge_grid(model, input.cols(), options);
  return BridgeRun(model, input, grid, options, level).run();
}

}  // namespace rheobase::spiking
