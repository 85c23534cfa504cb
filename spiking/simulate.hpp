// One trial of a spiking network (spiking_model.hpp) under an input u of C columns. It lasts
// C - 1 columns, and column k drives from (k - 1/2) to (k + 1/2) columns.
//
//   noise         dv = ... + s dB: standard deviation s sqrt(dt) per Euler step dt; the free LIF
//                 membrane fluctuates by s sqrt(tau_m / 2), 1 mV at the defaults
//   parity mode   sqrt(s^2 0.05 ms) per step whatever the step is, 0.1 mV by default
//   stimulation   in every step dt of [start, stop): with probability 1/2, v += 0.5 mV (excite) or
//                 -= 0.5 mV (inhibit) for all stimulated units together
//   start         v(0) uniform in [reset, peak)
//
//   symbol  member            unit     default
//   dt      dt_ms             ms       0.05     clock engine
//   D       step_ms           ms       0.25     bridge engine
//   s^2     noise_intensity   mV^2/ms  0.2
//           output_period_ms  ms       0        samples of readout, rate and input; 0: every step
//
// Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019), methods and published program.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "core/error.hpp"
#include "core/field_table_fwd.hpp"
#include "core/random.hpp"
#include "core/sampled_signal.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::spiking {

enum class StimulationMode { excite, inhibit };

/// Artificial stimulation: one coin per step (p = 0.5) moves the voltage of `units` by 0.5 mV up
/// or down together, from `start_ms` (included) to `stop_ms` (excluded).
struct Stimulation {
  StimulationMode mode = StimulationMode::excite;
  std::vector<Eigen::Index> units;  ///< 0-based
  double start_ms = 0.0;
  double stop_ms = 0.0;
};

/// Of mode and times, without the units.
const FieldTable<Stimulation>& stimulation_fields();

/// What a run keeps beside the readout and the spike counts.
struct Recording {
  bool spikes = false;
  bool voltage = false;  ///< of `voltage_units`' first copies, every step, `peak_mv` at a spike
  bool rate = false;     ///< filtered spike trains r (Hz), N x output samples
  bool input = false;    ///< total input current I + bias + E (mV), N x output samples
  std::vector<Eigen::Index> voltage_units;  ///< 0-based; empty: all
};

/// How a run starts from the initial voltages; the clock engine knows `reference` alone.
enum class StartUp {
  reference,  ///< as published: units at or above threshold fire at time 0, all others are
              ///< refractory first, at their own voltage
  relaxed,    ///< no spike at time 0 and nobody is refractory: units at or above threshold start
              ///< from reset
};

std::string_view to_string(StartUp start_up);
StartUp start_up_from(std::string_view name);  ///< "reference", "relaxed". @throws InputError

/// Of every engine's grid and samples; a second would not fit into memory at much shorter ones.
inline constexpr double kShortestStepMs = 1e-4;

/// The published program's own step.
inline constexpr double kReferenceStepMs = 0.05;

enum class Precision { single_precision, double_precision };

struct SimulationOptions {
  std::string engine = "clock";                       ///< name of a registered engine
  Precision precision = Precision::double_precision;  ///< of the clock engine's state
  double dt_ms = 0.05;                                ///< step of the clock engine
  double step_ms = 0.25;                              ///< step of the bridge engine
  int downsample = 1;   ///< parity mode: dt and the input's columns are taken d-fold
  bool parity = false;  ///< the reference's exact order of operations
  /// Noise intensity (mV^2/ms) whatever dt is; 0.2 equals the reference at its own dt. In parity
  /// mode the reference's own noise is used: sqrt(intensity * 0.05) mV per step whatever dt is.
  double noise_intensity = 0.2;
  Seed seed = 1;
  std::uint32_t trial = 0;  ///< stream number: trials are independent and can be replayed alone
  /// N; none: uniform in [reset, peak), those of all
  std::optional<Eigen::VectorXd> initial_voltage;
  StartUp start_up = StartUp::reference;
  double output_period_ms = 0.0;  ///< distance of output samples; 0: every step
  Recording record;
  std::optional<Stimulation> stimulation;
  /// Asked every few steps by the thread that simulates: true ends the run with Cancelled. Empty:
  /// never. Trials that run at once share it.
  std::function<bool()> stop;
};

/// All but initial voltages, recording and stimulation, which depend on the network.
const FieldTable<SimulationOptions>& simulation_fields();

/// A run of a spiking network.
struct SimulationResult {
  std::vector<std::int32_t> spike_unit;  ///< 0-based, in order of time, then of unit
  std::vector<double> spike_time_ms;     ///< dt * step for the clock engine
  /// 0-based, of every spike, or empty where every unit has one copy.
  std::vector<std::int32_t> spike_copy;
  int copies = 1;                ///< membranes of a unit
  Eigen::VectorXi spike_count;   ///< N, of all copies together
  SampledSignal output;          ///< first readout of W_out r (+ b_out)
  Eigen::MatrixXd more_outputs;  ///< the others at the same times, (outputs - 1) x samples
  Eigen::MatrixXd voltage;       ///< recorded units x steps, or empty
  double voltage_step_ms = 0.0;  ///< first sample at one step
  Eigen::MatrixXd rate;          ///< N x output samples, mean of the copies, or empty
  Eigen::MatrixXd input;         ///< N x output samples, or empty
  double duration_ms = 0.0;
  double dt_ms = 0.0;
  std::string engine;
  std::string engine_reason;  ///< why this engine was chosen, when it was chosen for the user
  Seed seed = 0;

  Eigen::Index outputs() const { return 1 + more_outputs.rows(); }
  /// Readout `index`, from 0.
  SampledSignal output_of(Eigen::Index index) const {
    return index == 0 ? output
                      : SampledSignal{output.start_ms, output.step_ms, more_outputs.row(index - 1)};
  }
  /// All readouts, outputs x samples.
  Eigen::MatrixXd all_outputs() const {
    Eigen::MatrixXd all(outputs(), output.values.size());
    all.row(0) = output.values.transpose();
    all.bottomRows(more_outputs.rows()) = more_outputs;
    return all;
  }
  /// N, of one copy.
  Eigen::VectorXd mean_rate_hz() const {
    return spike_count.cast<double>() / (duration_ms / 1000.0 * copies);
  }
};

/// A unit that fires without end: what a drive or weights bring about without a refractory period.
class RunawayError : public InputError {
 public:
  using InputError::InputError;
};

/// Noise (mV^2/ms) that a run really has: in parity mode it is given per step.
double effective_noise_intensity(const SimulationOptions& options);

/// Simulates one trial. `input` is inputs x columns, one column per model.input_step_ms; the run
/// lasts (columns - 1) * input_step_ms (the reference's convention).
/// @throws InputError for options out of range, RunawayError, NonFiniteError with unit and time,
/// Cancelled
SimulationResult simulate(const SpikingModel& model, const Eigen::MatrixXd& input,
                          const SimulationOptions& options);

}  // namespace rheobase::spiking
