#include "spiking/spiking_model.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/field_table.hpp"

namespace rheobase::spiking {

namespace {

constexpr std::array<Word<NeuronModel>, 2> kNeuronModels{
    {{NeuronModel::lif, "lif"}, {NeuronModel::qif, "qif"}}};
constexpr std::array<Word<SynapseKind>, 2> kSynapseKinds{
    {{SynapseKind::double_exponential, "double"}, {SynapseKind::single_exponential, "single"}}};

constexpr const char* kPublishedTable = "Kim, Li & Sejnowski, PNAS 2019, Table S1";

std::string shape(Eigen::Index rows, Eigen::Index columns) {
  return fmt::format("{} x {}", rows, columns);
}

template <class Matrix>
void require_finite(const Matrix& values, const std::string& where, std::string_view field) {
  // Vectorised, unlike allFinite(): 0 times infinity or NaN is NaN.
  if ((0.0 * values.array()).sum() == 0.0) {
    return;
  }
  for (Eigen::Index column = 0; column < values.cols(); ++column) {
    for (Eigen::Index row = 0; row < values.rows(); ++row) {
      if (!std::isfinite(values(row, column))) {
        throw InputError(
            where, field,
            fmt::format("{} at row {}, column {}", values(row, column), row + 1, column + 1),
            "must be finite");
      }
    }
  }
}

void require_positive(double value, const std::string& where, std::string_view field) {
  if (!(value > 0.0) || !std::isfinite(value)) {
    throw InputError(where, field, fmt::format("{}", value), "must be positive and finite");
  }
}

void validate_weights(const SpikingModel& model, const std::string& where) {
  const Eigen::Index n = model.w.rows();
  if (n < 1 || model.w.cols() != n) {
    throw InputError(where, "weights w", shape(model.w.rows(), model.w.cols()),
                     "must be N x N with N at least 1");
  }
  if (model.w_in.rows() != n || model.w_in.cols() < 1) {
    throw InputError(where, "input weights w_in", shape(model.w_in.rows(), model.w_in.cols()),
                     fmt::format("must be N x inputs with N = {} and at least 1 input", n));
  }
  if (model.w_out.cols() != n || model.w_out.rows() < 1) {
    throw InputError(where, "readout weights w_out", shape(model.w_out.rows(), model.w_out.cols()),
                     fmt::format("must be outputs x N with N = {} and at least 1 output", n));
  }
  if (model.b_out.size() != 0 && model.b_out.size() != model.outputs()) {
    throw InputError(
        where, "readout bias b_out", fmt::format("{} values", model.b_out.size()),
        fmt::format("must be one for each of the {} outputs, or none", model.outputs()));
  }
  require_finite(model.w, where, "weights w");
  require_finite(model.w_in, where, "input weights w_in");
  require_finite(model.w_out, where, "readout weights w_out");
  require_finite(model.b_out, where, "readout bias b_out");
}

void validate_neuron(const NeuronParameters& neuron, const std::string& where) {
  check(neuron, neuron_fields(), where);
  if (!(neuron.reset_mv < neuron.threshold_mv)) {
    throw InputError(where, "reset (mV)", fmt::format("{}", neuron.reset_mv),
                     fmt::format("must be below the threshold of {} mV", neuron.threshold_mv));
  }
  if (!(neuron.peak_mv >= neuron.threshold_mv)) {
    throw InputError(where, "peak (mV)", fmt::format("{}", neuron.peak_mv),
                     fmt::format("must not be below the threshold of {} mV", neuron.threshold_mv));
  }
}

void require_within(const Eigen::VectorXd& values, const Range& range, std::string_view unit,
                    const std::string& where, std::string_view field) {
  require_finite(values, where, field);
  for (const double value : values) {
    if (!contains(range, value)) {
      throw InputError(where, field, fmt::format("{}", value),
                       fmt::format("must be {} {}", describe(range), unit));
    }
  }
}

/// What the membranes of the units have of their own, where they differ.
void validate_membranes(const SpikingModel& model, const std::string& where) {
  const auto check_values = [&](const Eigen::VectorXd& values, std::string_view field,
                                const Range& range, std::string_view unit) {
    if (values.size() != 0 && values.size() != model.units()) {
      throw InputError(where, field, fmt::format("{} values", values.size()),
                       fmt::format("must be N = {} values or none", model.units()));
    }
    if (values.size() != 0 && model.neuron.model != NeuronModel::lif) {
      throw InputError(where, field, fmt::format("{} units", to_string(model.neuron.model)),
                       "must come with lif units: others have one for all");
    }
    require_within(values, range, unit, where, field);
  };
  check_values(model.unit_threshold_mv, "thresholds of the units (mV)", kVoltageMv, "mV");
  check_values(model.unit_reset_mv, "resets of the units (mV)", kVoltageMv, "mV");
  check_values(model.unit_tau_membrane_ms, "membrane time constants of the units (ms)", kPositive,
               "ms");
  check_values(model.unit_refractory_ms, "refractory periods of the units (ms)", kRefractoryMs,
               "ms");
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    if (!(model.reset_of(unit) < model.threshold_of(unit))) {
      throw InputError(
          where, fmt::format("reset of unit {} (mV)", unit + 1),
          fmt::format("{}", model.reset_of(unit)),
          fmt::format("must be below its threshold of {} mV", model.threshold_of(unit)));
    }
  }
}

void validate_units(const SpikingModel& model, const std::string& where) {
  const Eigen::Index n = model.units();
  validate_membranes(model, where);
  if (model.unit_bias_mv.size() != 0) {
    if (model.unit_bias_mv.size() != n) {
      throw InputError(where, "bias of the units (mV)",
                       fmt::format("{} values", model.unit_bias_mv.size()),
                       fmt::format("must be N = {} values or none", n));
    }
    require_finite(model.unit_bias_mv, where, "bias of the units (mV)");
  }
  if (model.copies < 1) {
    throw InputError(where, "copies of a unit", fmt::format("{}", model.copies),
                     "must be at least 1");
  }
  if (model.copy_bias_mv.size() != 0) {
    if (model.copy_bias_mv.size() != model.copies) {
      throw InputError(
          where, "bias of the copies (mV)", fmt::format("{} values", model.copy_bias_mv.size()),
          fmt::format("must be one for each of the {} copies of a unit, or none", model.copies));
    }
    require_finite(model.copy_bias_mv, where, "bias of the copies (mV)");
  }
  const double membranes = static_cast<double>(n) * model.copies;
  if (membranes > kMostMembranes) {
    // States, noise and random numbers of a membrane in the bridge engine.
    constexpr double bytes = 150.0;
    throw InputError(
        where, "copies of a unit",
        fmt::format("{} of {} units, {:.1f} GB", model.copies, n, membranes * bytes / 1e9),
        fmt::format("must make at most {:g} membranes", kMostMembranes));
  }
}

void validate_connection_delays(const SpikingModel& model, const std::string& where) {
  const Eigen::MatrixXd& delays = model.synapse.connection_delay_ms;
  if (delays.size() == 0) {
    return;
  }
  const Eigen::Index n = model.units();
  if (delays.rows() != n || delays.cols() != n) {
    throw InputError(where, "synaptic delays of connections", shape(delays.rows(), delays.cols()),
                     fmt::format("must be N x N with N = {}, or none", n));
  }
  if (model.synapse.delay_ms.size() != 0) {
    throw InputError(where, "synaptic delays of connections", "delays of the units beside them",
                     "must be given alone");
  }
  if (!model.loops.empty()) {
    throw InputError(where, "synaptic delays of connections", "loops of low rank that come and go",
                     "must come without: a loop has no connections");
  }
  for (Eigen::Index j = 0; j < n; ++j) {
    for (Eigen::Index i = 0; i < n; ++i) {
      if (!(delays(i, j) >= 0.0 && delays(i, j) <= kLongestSynapticDelayMs)) {
        throw InputError(where,
                         fmt::format("synaptic delay from unit {} to unit {} (ms)", j + 1, i + 1),
                         fmt::format("{}", delays(i, j)),
                         fmt::format("must be 0 to {:g} ms", kLongestSynapticDelayMs));
      }
    }
  }
}

void validate_loops(const SpikingModel& model, const std::string& where) {
  for (std::size_t k = 0; k < model.loops.size(); ++k) {
    const GatedLoop& loop = model.loops[k];
    const std::string name = fmt::format("loop {}", k + 1);
    const Eigen::Index rank = loop.u.cols();
    if (loop.u.rows() != model.units() || loop.v.rows() != model.units() || rank < 1 ||
        loop.v.cols() != rank || (loop.constant.size() != 0 && loop.constant.size() != rank)) {
      throw InputError(
          where, name,
          fmt::format("u {}, v {}, {} constants", shape(loop.u.rows(), rank),
                      shape(loop.v.rows(), loop.v.cols()), loop.constant.size()),
          fmt::format("must be N x P, N x P and P or none with N = {}", model.units()));
    }
    require_finite(loop.u, where, name);
    require_finite(loop.v, where, name);
    require_finite(loop.constant, where, name);
    if (!(loop.start_ms >= 0.0 && loop.end_ms > loop.start_ms)) {
      throw InputError(where, name, fmt::format("{} to {} ms", loop.start_ms, loop.end_ms),
                       "must be a window of positive length that starts at 0 or later");
    }
  }
}

void validate_initial_current(const SpikingModel& model, const std::string& where) {
  const InitialCurrent& initial = model.initial_current;
  const bool spread = initial.spread != InitialCurrent::Spread::none;
  for (const Eigen::VectorXd* values : {&initial.mean_mv, &initial.spread_mv}) {
    const bool needed = spread && values == &initial.spread_mv;
    if ((needed || values->size() != 0) && values->size() != model.units()) {
      throw InputError(where, "initial currents (mV)", fmt::format("{} values", values->size()),
                       fmt::format("must be N = {} values", model.units()));
    }
    require_finite(*values, where, "initial currents (mV)");
  }
}

void validate_synapse(const SynapseParameters& synapse, Eigen::Index units,
                      const std::string& where) {
  if (synapse.kind == SynapseKind::double_exponential) {
    check(synapse, synapse_fields(), where);
  }
  if (synapse.decay_ms.size() != units) {
    throw InputError(where, "synaptic decay times",
                     fmt::format("{} values", synapse.decay_ms.size()),
                     fmt::format("must be N = {} values", units));
  }
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    require_positive(synapse.decay_ms[unit], where,
                     fmt::format("synaptic decay time of unit {} (ms)", unit + 1));
  }
  if (synapse.delay_ms.size() != 0 && synapse.delay_ms.size() != units) {
    throw InputError(where, "synaptic delays", fmt::format("{} values", synapse.delay_ms.size()),
                     fmt::format("must be N = {} values or none", units));
  }
  for (Eigen::Index unit = 0; unit < synapse.delay_ms.size(); ++unit) {
    const double delay = synapse.delay_ms[unit];
    if (!(delay >= 0.0 && delay <= kLongestSynapticDelayMs)) {
      throw InputError(where, fmt::format("synaptic delay of unit {} (ms)", unit + 1),
                       fmt::format("{}", delay),
                       fmt::format("must be 0 to {:g} ms", kLongestSynapticDelayMs));
    }
  }
}

}  // namespace

std::string_view to_string(NeuronModel model) {
  return word_of(kNeuronModels, model);
}

NeuronModel neuron_from(std::string_view name) {
  return value_of(kNeuronModels, name, "neuron model");
}

const FieldTable<NeuronParameters>& neuron_fields() {
  using P = NeuronParameters;
  static const FieldTable<P> table{
      field("neuron", &P::model, kNeuronModels,
            {.option = "--neuron",
             .label = "neuron",
             .help = "Leaky or quadratic integrate-and-fire units, with the published parameters",
             .citation = "Kim, Li & Sejnowski, PNAS 2019"}),
      field("tau_membrane_ms", &P::tau_membrane_ms, kPositive,
            {.option = "--tau-membrane",
             .unit = "ms",
             .label = "membrane time constant",
             .help = "Membrane time constant",
             .citation = kPublishedTable}),
      field("threshold_mv", &P::threshold_mv, kVoltageMv,
            {.option = "--threshold",
             .unit = "mV",
             .label = "threshold",
             .help = "Spike threshold",
             .citation = kPublishedTable}),
      field("reset_mv", &P::reset_mv, kVoltageMv,
            {.option = "--reset",
             .unit = "mV",
             .label = "reset",
             .help = "Voltage after a spike, below the threshold",
             .citation = kPublishedTable}),
      field("refractory_ms", &P::refractory_ms, kRefractoryMs,
            {.option = "--refractory",
             .unit = "ms",
             .label = "refractory period",
             .help = "Refractory period",
             .citation = kPublishedTable}),
      field("bias_mv", &P::bias_mv, kVoltageMv,
            {.option = "--bias",
             .unit = "mV",
             .label = "bias",
             .help = "Constant input of every unit; that of the threshold leaves a unit without "
                     "other input there",
             .citation = kPublishedTable}),
      field("peak_mv", &P::peak_mv, kVoltageMv,
            {.unit = "mV", .label = "peak", .help = "Voltage recorded at a spike"}),
      field("refractory_noise", &P::refractory_noise,
            {.option = "--refractory-noise,!--no-refractory-noise",
             .label = "noise while refractory",
             .help = "Let noise move a unit while it is refractory, as published, or hold it at "
                     "the reset",
             .citation = "the published program",
             .flag = true}),
  };
  return table;
}

NeuronParameters default_parameters(NeuronModel model) {
  NeuronParameters parameters;
  parameters.model = model;
  if (model == NeuronModel::qif) {
    parameters.threshold_mv = 30.0;
    parameters.bias_mv = 0.0;
  }
  return parameters;
}

std::string_view to_string(SynapseKind kind) {
  return word_of(kSynapseKinds, kind);
}

SynapseKind synapse_from(std::string_view name) {
  return value_of(kSynapseKinds, name, "synapse");
}

const FieldTable<SynapseParameters>& synapse_fields() {
  using P = SynapseParameters;
  static const FieldTable<P> table{
      field("synapse", &P::kind, kSynapseKinds,
            {.option = "--synapse",
             .label = "synapse",
             .help = "Synaptic filter: double or single exponential",
             .citation = "Kim, Li & Sejnowski, PNAS 2019"}),
      field("rise_ms", &P::rise_ms, kPositive,
            {.option = "--rise",
             .unit = "ms",
             .label = "rise time",
             .help = "Rise time of the double exponential",
             .citation = kPublishedTable}),
  };
  return table;
}

void validate(const SpikingModel& model, const std::string& where) {
  validate_weights(model, where);
  validate_neuron(model.neuron, where);
  validate_units(model, where);
  validate_loops(model, where);
  validate_initial_current(model, where);
  validate_synapse(model.synapse, model.units(), where);
  validate_connection_delays(model, where);
  if (!(model.readout_decay_ms >= 0.0 && std::isfinite(model.readout_decay_ms))) {
    throw InputError(where, "decay time of the readout (ms)",
                     fmt::format("{}", model.readout_decay_ms),
                     "must be positive and finite, or 0: that of the units");
  }
  require_positive(model.input_step_ms, where, "duration of an input column (ms)");
  require_positive(model.scaling_factor, where, "scaling factor");
}

SynapseParameters SpikingModel::readout_filter() const {
  SynapseParameters filter = synapse;
  if (readout_decay_ms > 0.0) {
    filter.decay_ms.setConstant(units(), readout_decay_ms);
  }
  return filter;
}

bool has_delays(const SpikingModel& model) {
  return (model.synapse.delay_ms.array() > 0.0).any() ||
         (model.synapse.connection_delay_ms.array() > 0.0).any();
}

Eigen::MatrixXd with_unit_bias(const SpikingModel& model, Eigen::MatrixXd drive_mv) {
  if (model.unit_bias_mv.size() != 0) {
    drive_mv.colwise() += model.unit_bias_mv;
  }
  return drive_mv;
}

}  // namespace rheobase::spiking
