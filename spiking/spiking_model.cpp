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

/// Far beyond that of any neuron, and short enough for an engine's queues.
constexpr Range kRefractory{.low = 0.0, .high = 1000.0};

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

void require_finite(double value, const std::string& where, std::string_view field) {
  if (!std::isfinite(value)) {
    throw InputError(where, field, fmt::format("{}", value), "must be finite");
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
  if (model.w_out.size() != n) {
    throw InputError(where, "readout weights w_out", fmt::format("{} values", model.w_out.size()),
                     fmt::format("must be N = {} values", n));
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

void validate_units(const SpikingModel& model, const std::string& where) {
  const Eigen::Index n = model.units();
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
      field("threshold_mv", &P::threshold_mv, {},
            {.option = "--threshold",
             .unit = "mV",
             .label = "threshold",
             .help = "Spike threshold",
             .citation = kPublishedTable}),
      field("reset_mv", &P::reset_mv, {},
            {.option = "--reset",
             .unit = "mV",
             .label = "reset",
             .help = "Voltage after a spike, below the threshold",
             .citation = kPublishedTable}),
      field("refractory_ms", &P::refractory_ms, kRefractory,
            {.option = "--refractory",
             .unit = "ms",
             .label = "refractory period",
             .help = "Refractory period",
             .citation = kPublishedTable}),
      field("bias_mv", &P::bias_mv, {},
            {.option = "--bias",
             .unit = "mV",
             .label = "bias",
             .help = "Constant input of every unit; that of the threshold leaves a unit without "
                     "other input there",
             .citation = kPublishedTable}),
      field("peak_mv", &P::peak_mv, {},
            {.unit = "mV", .label = "peak", .help = "Voltage recorded at a spike"}),
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
  validate_synapse(model.synapse, model.units(), where);
  require_positive(model.input_step_ms, where, "duration of an input column (ms)");
  require_positive(model.scaling_factor, where, "scaling factor");
}

Eigen::MatrixXd with_unit_bias(const SpikingModel& model, Eigen::MatrixXd drive_mv) {
  if (model.unit_bias_mv.size() != 0) {
    drive_mv.colwise() += model.unit_bias_mv;
  }
  return drive_mv;
}

}  // namespace rheobase::spiking
