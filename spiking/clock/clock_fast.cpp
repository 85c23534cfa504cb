// The same scheme vectorised over units; equations in spiking/clock.cpp.
#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"
#include "spiking/clock/clock.hpp"
#include "spiking/clock/clock_recorder.hpp"
#include "spiking/clock/refractory_queue.hpp"
#include "spiking/internal/delay_groups.hpp"
#include "spiking/internal/delayed_spikes.hpp"
#include "spiking/internal/initial_voltage.hpp"
#include "spiking/internal/membrane_drive.hpp"
#include "spiking/internal/membrane_noise.hpp"
#include "spiking/internal/sampled_readout.hpp"
#include "spiking/internal/sparse_columns.hpp"
#include "spiking/internal/stimulation_coins.hpp"
#include "spiking/internal/stop_check.hpp"

namespace rheobase::spiking {

namespace {

/// Factor of a weight (mV/Hz) in a spike's jump (mV): dt / (tr td) of h dt, 1 / td of the current.
Eigen::VectorXd jump_scale(const SynapseParameters& synapse, double dt_s) {
  const bool cascade = synapse.kind == SynapseKind::double_exponential;
  const double rise = cascade ? dt_s / (synapse.rise_ms / 1000.0) : 1.0;
  return rise / (synapse.decay_ms.array() / 1000.0);
}

template <class T>
class FastRun {
 public:
  FastRun(const SpikingModel& model, const Eigen::MatrixXd& input, const ClockGrid& grid,
          const SimulationOptions& options, SimdLevel level);
  SimulationResult run(const std::function<bool()>& stop);

 private:
  static constexpr std::size_t kLanes = 64 / sizeof(T);

  void point_kernel_at_arrays();
  void begin(long step);
  long stretch_end(long step) const;
  void stimulate(long step);
  void fire(long step);
  void deliver_arrived(long step);
  void sample(long step);

  const SpikingModel& model_;
  const ClockGrid& grid_;
  double offset_mv_;         ///< voltages and drive are counted from here
  Eigen::MatrixX<T> drive_;  ///< bias + W_in u, N x columns
  Eigen::VectorXd jump_scale_;
  DelayGroups groups_;
  SparseColumns<T> weights_;   ///< W and open loops of every group, scaled to jumps
  std::vector<T> free_gain_;   ///< dt / tau_m of every unit
  AlignedVector<T> state_[6];  ///< v, ipsc and h, twice
  AlignedVector<T> base_, gain_, decay_;
  std::vector<std::uint32_t> fired_;  ///< a bit per lane, an element per pack
  ClockPopulation<T> population_;
  ClockKernels<T> kernels_;
  RefractoryQueue refractory_;
  DelayedSpikes delayed_;  ///< by step
  MembraneNoise noise_;
  StimulationCoins stimulation_;
  SampledReadout<T> readout_;
  ClockRecorder recorder_;
  long next_switch_ = 1;
};

/// Units rest next to their threshold, where steps are too small to change -40 in single precision.
template <class T>
double voltage_offset(const NeuronParameters& neuron) {
  const bool about_threshold = sizeof(T) == sizeof(float) && neuron.model == NeuronModel::lif;
  return about_threshold ? neuron.threshold_mv : 0.0;
}

template <class T>
FastRun<T>::FastRun(const SpikingModel& model, const Eigen::MatrixXd& input, const ClockGrid& grid,
                    const SimulationOptions& options, SimdLevel level)
    : model_(model),
      grid_(grid),
      offset_mv_(voltage_offset<T>(model.neuron)),
      drive_(membrane_drive(model, input, model.neuron.bias_mv - offset_mv_, options.stop)
                 .array()
                 .template cast<T>()),
      jump_scale_(jump_scale(model.synapse, grid.dt_s)),
      groups_(model),
      weights_(groups_.template columns<T>(open_weights(model, 0), jump_scale_)),
      kernels_(RHEOBASE_SIMD_DISPATCH(level, clock_kernels<T>)()),
      refractory_(model.units()),
      noise_(model.units(), options.noise_intensity > 0.0, options, level),
      stimulation_(options, grid),
      readout_(model, grid.time_ms(grid.output_stride), level),
      recorder_(model, grid, options) {
  const std::size_t padded = padded_to_packs<T>(static_cast<std::size_t>(model.units()));
  for (AlignedVector<T>* values : {&base_, &gain_, &decay_}) {
    values->assign(padded, T{0});
  }
  for (AlignedVector<T>& values : state_) {
    values.assign(padded, T{0});
  }
  fired_.resize(padded / kLanes);
  point_kernel_at_arrays();
  // Lanes beyond the last unit lie where noise is lost in rounding: they never fire.
  std::fill_n(population_.now.v, padded, static_cast<T>(-1e18));
  const Eigen::VectorXd v0 = initial_voltage(model, options);
  const Eigen::VectorXd current0 = initial_currents(model, options);
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    const auto at = static_cast<std::size_t>(unit);
    population_.now.v[at] = static_cast<T>(v0[unit] - offset_mv_);
    population_.now.ipsc[at] = static_cast<T>(current0[unit]);
    decay_[at] = static_cast<T>(elementary::exp(-grid.dt_ms / model.synapse.decay_ms[unit]));
    free_gain_.push_back(static_cast<T>(grid.dt_ms / model.tau_membrane_of(unit)));
    refractory_.push(unit, grid.release_step(unit, 0));  // the reference's start: tlast = 0
  }
  population_.noise_sd = static_cast<T>(std::sqrt(options.noise_intensity * grid.dt_ms));
}

template <class T>
void FastRun<T>::point_kernel_at_arrays() {
  population_.now = {state_[0].data(), state_[1].data(), state_[2].data()};
  population_.next = {state_[3].data(), state_[4].data(), state_[5].data()};
  population_.base = base_.data();
  population_.gain = gain_.data();
  population_.decay = decay_.data();
  population_.rise_decay = static_cast<T>(elementary::exp(-grid_.dt_ms / model_.synapse.rise_ms));
  population_.threshold = static_cast<T>(model_.neuron.threshold_mv - offset_mv_);
  population_.packs = fired_.size();
  population_.quadratic = model_.neuron.model == NeuronModel::qif;
  population_.double_exponential = model_.synapse.kind == SynapseKind::double_exponential;
}

/// What changes before `step`: the input column and the units that leave their refractory period.
template <class T>
void FastRun<T>::begin(long step) {
  if (step >= next_switch_) {
    const Eigen::Index column = grid_.column(step);
    Eigen::Map<Eigen::VectorX<T>>(base_.data(), model_.units()) = drive_.col(column);
    next_switch_ = grid_.first_step(column + 1);
    if (gates_switch(model_, column)) {
      weights_ = groups_.template columns<T>(open_weights(model_, column), jump_scale_);
    }
    if (column % 4 == 0) {
      flush_tiny(std::span(population_.now.ipsc, base_.size()));
      flush_tiny(std::span(population_.now.h, base_.size()));
      readout_.flush();
    }
  }
  refractory_.release_at(step, [this](Eigen::Index unit) {
    const auto at = static_cast<std::size_t>(unit);
    gain_[at] = free_gain_[at];
  });
}

/// Last step the kernel may do from `step` on without asking anybody.
template <class T>
long FastRun<T>::stretch_end(long step) const {
  if (recorder_.wants_voltage() || stimulation_.active(step)) {
    return step;
  }
  const long stride = grid_.output_stride;
  long next_sample = (step + stride - 1) / stride * stride;
  if (recorder_.wants_input() && next_sample > step) {
    --next_sample;  // the current of a sample is read before its step
  }
  const long arrival = delayed_.next() < static_cast<double>(grid_.steps)
                           ? static_cast<long>(delayed_.next())
                           : grid_.steps;
  return std::min({grid_.steps, next_sample, next_switch_ - 1, refractory_.next_release() - 1,
                   noise_.last_step_at(step), stimulation_.last_step_before(step), arrival});
}

template <class T>
void FastRun<T>::stimulate(long step) {
  if (!stimulation_.active(step)) {
    return;
  }
  const auto jump = static_cast<T>(stimulation_.jump_mv());
  for (const Eigen::Index unit : stimulation_.units()) {
    const auto at = static_cast<std::size_t>(unit);
    T& v = population_.now.v[at];
    v += jump;
    const std::uint32_t bit = 1U << (at % kLanes);
    std::uint32_t& fired = fired_[at / kLanes];
    fired = v < population_.threshold ? fired & ~bit : fired | bit;
  }
}

/// Delivers the spikes of `step` in the order of their units and resets the voltages.
template <class T>
void FastRun<T>::fire(long step) {
  T* const v = population_.now.v;
  T* const target = population_.double_exponential ? population_.now.h : population_.now.ipsc;
  for (std::size_t pack = 0; pack < fired_.size(); ++pack) {
    for (std::uint32_t bits = fired_[pack]; bits != 0; bits &= bits - 1) {
      const std::size_t at = pack * kLanes + static_cast<std::size_t>(std::countr_zero(bits));
      const auto unit = static_cast<Eigen::Index>(at);
      if (!std::isfinite(v[at])) {
        throw NonFiniteError("membrane voltage", fmt::format("{:g} ms", grid_.time_ms(step)), unit);
      }
      recorder_.spike(unit, grid_.time_ms(step));
      recorder_.peak(unit, step);
      readout_.spike(unit, grid_.time_ms(step));
      for (Eigen::Index group = groups_.begin(unit); group < groups_.end(unit); ++group) {
        if (const double delay = std::round(groups_.delay_ms(group) / grid_.dt_ms); delay > 0.0) {
          delayed_.push(static_cast<double>(step) + delay, group);
        } else {
          weights_.add_column(group, target);
        }
      }
      v[at] = static_cast<T>(model_.counted_reset_of(unit) - offset_mv_);
      const long release = grid_.release_step(unit, step);
      if (release > step + 1) {
        gain_[at] = T{0};
        refractory_.push(unit, release);
      }
    }
  }
}

/// Spikes of earlier steps whose delay ends with this one.
template <class T>
void FastRun<T>::deliver_arrived(long step) {
  T* const target = population_.double_exponential ? population_.now.h : population_.now.ipsc;
  while (delayed_.next() <= static_cast<double>(step)) {
    weights_.add_column(delayed_.pop(), target);
  }
}

template <class T>
void FastRun<T>::sample(long step) {
  recorder_.output(step, readout_.sample(grid_.time_ms(step)));
  if (recorder_.wants_rate()) {
    recorder_.rate(step) = readout_.rate();
  }
}

template <class T>
SimulationResult FastRun<T>::run(const std::function<bool()>& stop) {
  const Eigen::Index units = model_.units();
  StopCheck check(stop);
  for (long step = 1; step <= grid_.steps; ++step) {
    check();
    begin(step);
    if (recorder_.wants_input() && recorder_.is_sample(step)) {
      recorder_.input(step) = (Eigen::Map<Eigen::VectorX<T>>(population_.now.ipsc, units) +
                               Eigen::Map<Eigen::VectorX<T>>(base_.data(), units))
                                  .template cast<double>()
                                  .array() +
                              offset_mv_;
    }
    const ClockAdvance done = kernels_.advance(population_, noise_.at(step), noise_.stride(),
                                               stretch_end(step) - step + 1, fired_.data());
    step += done.steps - 1;
    const bool stimulated = stimulation_.active(step);
    stimulate(step);
    if (recorder_.wants_voltage()) {
      recorder_.voltage(step, population_.now.v, offset_mv_);
    }
    if (done.spiking || stimulated) {
      fire(step);
    }
    deliver_arrived(step);
    if (recorder_.is_sample(step)) {
      sample(step);
    }
  }
  return recorder_.take();
}

}  // namespace

template <class T>
SimulationResult run_clock_fast(const SpikingModel& model, const Eigen::MatrixXd& input,
                                const ClockGrid& grid, const SimulationOptions& options,
                                SimdLevel level) {
  return FastRun<T>(model, input, grid, options, level).run(options.stop);
}

template SimulationResult run_clock_fast<float>(const SpikingModel&, const Eigen::MatrixXd&,
                                                const ClockGrid&, const SimulationOptions&,
                                                SimdLevel);
template SimulationResult run_clock_fast<double>(const SpikingModel&, const Eigen::MatrixXd&,
                                                 const ClockGrid&, const SimulationOptions&,
                                                 SimdLevel);

}  // namespace rheobase::spiking
