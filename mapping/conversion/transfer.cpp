#include "mapping/conversion/transfer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "mapping/conversion/non_negative.hpp"

namespace rheobase::mapping {

namespace {

/// One stream of random numbers for each kind of what is drawn: no two share a number.
constexpr std::uint32_t kVoltageStream = 0, kDelayStream = 1, kTimesStream = 2;

void require_a_value_each(const std::vector<double>& values, Eigen::Index units,
                          std::string_view field, const Range& range) {
  if (!values.empty() && static_cast<Eigen::Index>(values.size()) != units) {
    throw InputError("spiking network", field, fmt::format("{} values", values.size()),
                     fmt::format("must be one for each of the {} units, or none", units));
  }
  for (const double value : values) {
    if (!contains(range, value)) {
      throw InputError("spiking network", field, fmt::format("{}", value),
                       fmt::format("must be {}", describe(range)));
    }
  }
}

/// kappa of every unit.
Eigen::VectorXd gains(const TransferOptions& options, Eigen::Index units) {
  Eigen::VectorXd gain = Eigen::VectorXd::Constant(units, options.gain);
  if (!options.unit_gain.empty()) {
    gain.array() *= Eigen::Map<const Eigen::ArrayXd>(options.unit_gain.data(), units);
  }
  return gain;
}

/// Nothing where no unit has one.
Eigen::VectorXd unit_bias(const rate::RateNetwork& network, const TransferOptions& options,
                          const Eigen::VectorXd& gain) {
  Eigen::VectorXd bias = Eigen::VectorXd::Zero(network.units());
  if (network.bias.size() != 0) {
    bias = gain.cwiseProduct(network.bias);
  }
  if (!options.unit_bias_mv.empty()) {
    bias += Eigen::Map<const Eigen::VectorXd>(options.unit_bias_mv.data(), network.units());
  }
  return bias.isZero(0.0) ? Eigen::VectorXd() : bias;
}

/// I(0) with which a membrane sees kappa x_0: the constant kappa b is there from the start.
spiking::InitialCurrent initial_current(const rate::RateNetwork& network,
                                        const Eigen::VectorXd& gain) {
  using Kind = rate::InitialState::Kind;
  using Spread = spiking::InitialCurrent::Spread;
  spiking::InitialCurrent initial;
  if (network.bias.size() != 0 && !network.bias.isZero(0.0)) {
    initial.mean_mv = -gain.cwiseProduct(network.bias);
  }
  if (network.initial.kind != Kind::noise && network.initial.scale > 0.0) {
    initial.spread = network.initial.kind == Kind::normal ? Spread::normal : Spread::uniform;
    initial.spread_mv = network.initial.scale * gain;
  }
  return initial;
}

/// Synaptic delays of presynaptic units; empty where none is later than at once.
Eigen::VectorXd delays(const Eigen::MatrixXd& w, const TransferOptions& options) {
  const double inhibitory =
      options.inhibitory_delay_ms < 0.0 ? options.synaptic_delay_ms : options.inhibitory_delay_ms;
  if (options.synaptic_delay_ms == 0.0 && inhibitory == 0.0) {
    return {};
  }
  const Eigen::VectorXd sums = w.colwise().sum().transpose();
  return (sums.array() < 0.0)
      .select(Eigen::VectorXd::Constant(sums.size(), inhibitory),
              Eigen::VectorXd::Constant(sums.size(), options.synaptic_delay_ms));
}

/// Distance of drawn delays: spikes reach targets of equal delays together.
constexpr double kDelayGridMs = 0.1;

/// Sets the delays of units or, where they differ, of connections.
void set_delays(spiking::SpikingModel& model, const Eigen::MatrixXd& w,
                const TransferOptions& options) {
  const Eigen::Index units = model.units();
  spiking::SynapseParameters& synapse = model.synapse;
  synapse.delay_ms = delays(w, options);
  if (!options.connection_delay_ms.empty()) {
    synapse.delay_ms.resize(0);
    synapse.connection_delay_ms =
        Eigen::Map<const Eigen::MatrixXd>(options.connection_delay_ms.data(), units, units);
  }
  if (options.delay_spread_ms == 0.0) {
    return;
  }
  if (synapse.connection_delay_ms.size() == 0) {
    synapse.connection_delay_ms = Eigen::MatrixXd::Zero(units, units);
    if (synapse.delay_ms.size() != 0) {
      synapse.connection_delay_ms.rowwise() = synapse.delay_ms.transpose();
    }
    synapse.delay_ms.resize(0);
  }
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    RandomStream stream(options.unit_seed, kDelayStream, Purpose::unit_parameters,
                        static_cast<std::uint32_t>(unit));
    for (double& delay : synapse.connection_delay_ms.col(unit)) {
      const double more = options.delay_spread_ms * stream.uniform();
      delay = std::min(delay + kDelayGridMs * std::round(more / kDelayGridMs),
                       spiking::kLongestSynapticDelayMs);
    }
  }
}

Eigen::VectorXd vector_of(const std::vector<double>& values) {
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

struct DrawnThreshold {
  double value = 0.0;
  bool again = false;  ///< at or below the reset at first
};

/// A threshold of the normal distribution about `middle` above the reset.
DrawnThreshold drawn_threshold(double middle, double reset, Eigen::Index unit,
                               const TransferOptions& options) {
  RandomStream stream(options.unit_seed, kVoltageStream, Purpose::unit_parameters,
                      static_cast<std::uint32_t>(2 * unit));
  DrawnThreshold drawn{middle + options.threshold_sd_mv * stream.normal()};
  while (!(drawn.value > reset)) {
    drawn = {middle + options.threshold_sd_mv * stream.normal(), true};
  }
  return drawn;
}

/// Thresholds of the units; empty where they do not differ. Those drawn at or below the reset are
/// drawn again.
Eigen::VectorXd thresholds(const spiking::SpikingModel& model, const TransferOptions& options) {
  if (options.threshold_sd_mv == 0.0) {
    return model.unit_threshold_mv;
  }
  Eigen::VectorXd drawn(model.units());
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    const double middle = model.threshold_of(unit);
    if (!(middle > model.reset_of(unit))) {
      throw InputError("spiking network", fmt::format("reset of unit {} (mV)", unit + 1),
                       fmt::format("{}", model.reset_of(unit)),
                       fmt::format("must be below its threshold of {} mV", middle));
    }
    drawn[unit] = drawn_threshold(middle, model.reset_of(unit), unit, options).value;
  }
  return drawn;
}

/// Times about those of the units, or of all; empty where they do not differ. Those below a fifth
/// of their middle, or out of range, are drawn again.
Eigen::VectorXd drawn_times(const Eigen::VectorXd& own, double of_all, double sd_ms,
                            const Range& range, Eigen::Index units, const TransferOptions& options,
                            std::uint32_t place) {
  if (sd_ms == 0.0) {
    return own;
  }
  constexpr double kLeast = 0.2;
  Eigen::VectorXd drawn(units);
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    const double middle = own.size() == 0 ? of_all : own[unit];
    RandomStream stream(options.unit_seed, kTimesStream, Purpose::unit_parameters,
                        static_cast<std::uint32_t>(2 * unit) + place);
    do {
      drawn[unit] = middle + sd_ms * stream.normal();
    } while (!(drawn[unit] >= kLeast * middle && contains(range, drawn[unit])));
  }
  return drawn;
}

/// What the membranes of the units have of their own.
void set_membranes(spiking::SpikingModel& spiking, const TransferOptions& options) {
  spiking.unit_reset_mv = vector_of(options.unit_reset_mv);
  spiking.unit_threshold_mv = vector_of(options.unit_threshold_mv);
  spiking.unit_threshold_mv = thresholds(spiking, options);
  UnitTimes times = unit_times(options, spiking.units());
  spiking.unit_tau_membrane_ms = std::move(times.tau_membrane_ms);
  spiking.unit_refractory_ms = std::move(times.refractory_ms);
}

/// The bias of the units with what is drawn for each.
Eigen::VectorXd with_drawn_bias(Eigen::VectorXd bias, Eigen::Index units,
                                const TransferOptions& options) {
  if (options.bias_sd_mv == 0.0) {
    return bias;
  }
  if (bias.size() == 0) {
    bias = Eigen::VectorXd::Zero(units);
  }
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    RandomStream stream(options.unit_seed, kVoltageStream, Purpose::unit_parameters,
                        static_cast<std::uint32_t>(2 * unit + 1));
    bias[unit] += options.bias_sd_mv * stream.normal();
  }
  return bias;
}

}  // namespace

std::string_view to_string(Mapping mapping) {
  return mapping == Mapping::fitted ? "fitted" : "published";
}

UnitTimes unit_times(const TransferOptions& options, Eigen::Index units) {
  return {drawn_times(vector_of(options.unit_tau_membrane_ms), options.neuron.tau_membrane_ms,
                      options.tau_membrane_sd_ms, kPositive, units, options, 0),
          drawn_times(vector_of(options.unit_refractory_ms), options.neuron.refractory_ms,
                      options.refractory_sd_ms, spiking::kRefractoryMs, units, options, 1)};
}

void require_mappable(const rate::RateNetwork& network) {
  require_non_negative_form(network);
}

spiking::SpikingModel map_to_spiking(const rate::RateNetwork& network, double scaling_factor,
                                     const TransferOptions& options) {
  if (!(scaling_factor > 0.0) || !std::isfinite(scaling_factor)) {
    throw InputError("scaling factor", "", fmt::format("{}", scaling_factor),
                     "must be a positive number");
  }
  require_mappable(network);
  if (options.use_initial_weights && network.w_initial.size() == 0) {
    throw InputError("model", "field 'w0'", "nothing", "must hold the weights before training");
  }
  const Eigen::Index units = network.units();
  require_a_value_each(options.unit_gain, units, "gain of the units", kUnitGain);
  require_a_value_each(options.unit_bias_mv, units, "bias of the units (mV)", spiking::kVoltageMv);
  require_a_value_each(options.unit_threshold_mv, units, "thresholds of the units (mV)",
                       spiking::kVoltageMv);
  require_a_value_each(options.unit_reset_mv, units, "resets of the units (mV)",
                       spiking::kVoltageMv);
  require_a_value_each(options.unit_tau_membrane_ms, units,
                       "membrane time constants of the units (ms)", kPositive);
  require_a_value_each(options.unit_refractory_ms, units, "refractory periods of the units (ms)",
                       spiking::kRefractoryMs);
  if (const auto count = static_cast<Eigen::Index>(options.connection_delay_ms.size());
      count != 0 && count != units * units) {
    throw InputError("spiking network", "synaptic delays of connections",
                     fmt::format("{} values", count),
                     fmt::format("must be N x N with N = {}, or none", units));
  }
  rate::RateNetwork source = network;
  if (options.use_initial_weights) {
    source.w = network.w_initial;
  }
  std::vector<spiking::GatedLoop> loops = gated_loops(source);
  source = as_non_negative(std::move(source));
  const Eigen::VectorXd gain = gains(options, units);
  spiking::SpikingModel spiking;
  spiking.w = gain.asDiagonal() * (source.w / scaling_factor);
  spiking.w_in = gain.asDiagonal() * source.w_in;
  spiking.w_out = source.w_out / scaling_factor;
  // What makes rates of 0 and more of others belongs to the readout in any case.
  spiking.b_out = options.readout_bias ? source.b_out : source.b_out - network.b_out;
  spiking.neuron = options.neuron;
  spiking.unit_bias_mv = with_drawn_bias(unit_bias(source, options, gain), units, options);
  set_membranes(spiking, options);
  spiking.copies = options.copies;
  if (!options.copy_bias_mv.empty()) {
    spiking.copy_bias_mv = Eigen::Map<const Eigen::VectorXd>(
        options.copy_bias_mv.data(), static_cast<Eigen::Index>(options.copy_bias_mv.size()));
  }
  spiking.synapse = {
      options.synapse, options.rise_ms,
      (network.tau_ms.array() - options.delay_ms).max(0.5 * network.tau_ms.array()).matrix()};
  set_delays(spiking, source.w, options);
  spiking.readout_decay_ms = options.readout_decay_ms;
  for (spiking::GatedLoop& loop : loops) {
    loop.u = gain.asDiagonal() * loop.u;
    loop.v /= scaling_factor;
  }
  spiking.loops = std::move(loops);
  spiking.filtered_input = options.filter_input;
  if (options.filter_input) {
    spiking.initial_current = initial_current(source, gain);
  }
  spiking.input_step_ms = network.step_ms;
  spiking.scaling_factor = scaling_factor;
  return spiking;
}

Eigen::Index thresholds_drawn_again(const TransferOptions& options, Eigen::Index units) {
  Eigen::Index again = 0;
  for (Eigen::Index unit = 0; options.threshold_sd_mv > 0.0 && unit < units; ++unit) {
    const auto i = static_cast<std::size_t>(unit);
    const double middle = options.unit_threshold_mv.empty() ? options.neuron.threshold_mv
                                                            : options.unit_threshold_mv[i];
    const double reset =
        options.unit_reset_mv.empty() ? options.neuron.reset_mv : options.unit_reset_mv[i];
    again += middle > reset && drawn_threshold(middle, reset, unit, options).again ? 1 : 0;
  }
  return again;
}

spiking::SpikingModel with_copies_as_units(const spiking::SpikingModel& model) {
  const int copies = model.copies;
  const double weights = std::pow(static_cast<double>(model.units()) * copies, 2.0);
  if (weights > 1e8) {
    throw InputError(
        "spiking network", "copies of a unit",
        fmt::format("{} of {} units, {:.1f} GB of weights", copies, model.units(), weights * 8e-9),
        "must make at most 10,000 units where each is written on its own");
  }
  const double share = 1.0 / copies;
  spiking::SpikingModel expanded = model;
  expanded.copies = 1;
  expanded.w = (share * model.w).replicate(copies, copies);
  expanded.w_in = model.w_in.replicate(copies, 1);
  expanded.w_out = (share * model.w_out).replicate(1, copies);
  expanded.synapse.decay_ms = model.synapse.decay_ms.replicate(copies, 1);
  expanded.synapse.delay_ms = model.synapse.delay_ms.replicate(copies, 1);
  expanded.synapse.connection_delay_ms =
      model.synapse.connection_delay_ms.replicate(copies, copies);
  for (spiking::GatedLoop& loop : expanded.loops) {
    loop.u = loop.u.replicate(copies, 1).eval();
    loop.v = (share * loop.v).replicate(copies, 1).eval();
  }
  for (Eigen::VectorXd* values :
       {&expanded.initial_current.mean_mv, &expanded.initial_current.spread_mv,
        &expanded.unit_threshold_mv, &expanded.unit_reset_mv, &expanded.unit_tau_membrane_ms,
        &expanded.unit_refractory_ms}) {
    *values = values->replicate(copies, 1).eval();
  }
  if (model.unit_bias_mv.size() != 0) {
    expanded.unit_bias_mv = model.unit_bias_mv.replicate(copies, 1);
  }
  if (model.copy_bias_mv.size() != 0) {
    const Eigen::Index units = model.units();
    if (expanded.unit_bias_mv.size() == 0) {
      expanded.unit_bias_mv = Eigen::VectorXd::Zero(units * copies);
    }
    for (Eigen::Index copy = 0; copy < copies; ++copy) {
      expanded.unit_bias_mv.segment(copy * units, units).array() += model.copy_bias_mv[copy];
    }
    expanded.copy_bias_mv.resize(0);
  }
  return expanded;
}

}  // namespace rheobase::mapping
