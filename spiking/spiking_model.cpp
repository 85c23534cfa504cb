#include "spiking/spiking_model.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::spiking {

namespace {

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
  require_positive(neuron.tau_membrane_ms, where, "membrane time constant (ms)");
  require_finite(neuron.threshold_mv, where, "threshold (mV)");
  require_finite(neuron.reset_mv, where, "reset (mV)");
  require_finite(neuron.bias_mv, where, "bias (mV)");
  require_finite(neuron.peak_mv, where, "peak (mV)");
  if (!(neuron.refractory_ms >= 0.0) || !std::isfinite(neuron.refractory_ms)) {
    throw InputError(where, "refractory period (ms)", fmt::format("{}", neuron.refractory_ms),
                     "must be finite and not negative");
  }
  if (!(neuron.reset_mv < neuron.threshold_mv)) {
    throw InputError(where, "reset (mV)", fmt::format("{}", neuron.reset_mv),
                     fmt::format("must be below the threshold of {} mV", neuron.threshold_mv));
  }
  if (!(neuron.peak_mv >= neuron.threshold_mv)) {
    throw InputError(where, "peak (mV)", fmt::format("{}", neuron.peak_mv),
                     fmt::format("must not be below the threshold of {} mV", neuron.threshold_mv));
  }
}

void validate_synapse(const SynapseParameters& synapse, Eigen::Index units,
                      const std::string& where) {
  if (synapse.kind == SynapseKind::double_exponential) {
    require_positive(synapse.rise_ms, where, "synaptic rise time (ms)");
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
  return model == NeuronModel::qif ? "qif" : "lif";
}

NeuronModel neuron_from(std::string_view name) {
  for (const NeuronModel model : {NeuronModel::lif, NeuronModel::qif}) {
    if (name == to_string(model)) {
      return model;
    }
  }
  throw InputError("neuron model", "", fmt::format("'{}'", name), "must be lif or qif");
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
  return kind == SynapseKind::single_exponential ? "single" : "double";
}

SynapseKind synapse_from(std::string_view name) {
  for (const SynapseKind kind :
       {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
    if (name == to_string(kind)) {
      return kind;
    }
  }
  throw InputError("synapse", "", fmt::format("'{}'", name), "must be double or single");
}

void validate(const SpikingModel& model, const std::string& where) {
  validate_weights(model, where);
  validate_neuron(model.neuron, where);
  validate_synapse(model.synapse, model.units(), where);
  require_positive(model.input_step_ms, where, "duration of an input column (ms)");
  require_positive(model.scaling_factor, where, "scaling factor");
}

}  // namespace rheobase::spiking
