#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/version.hpp"
#include "io/exchange/exporter_registry.hpp"
#include "io/exchange/internal/hdf5_writer.hpp"
#include "io/exchange/model_state.hpp"
#include "mapping/conversion/transfer.hpp"

namespace rheobase::io {

namespace nir_exporter {

constexpr double kSecondsPerMs = 1e-3;
// Some importers group nodes by what comes before the first dot of their names.
const std::string kNeurons = "rnn.lif";
const std::string kRecurrent = "rnn.w_rec";

// snnTorch's importer takes this step alone.
constexpr double kSnntorchStepMs = 0.1;

/// The graph of one network while it is written.
class NirGraph {
 public:
  NirGraph(Hdf5Writer& writer, const spiking::SpikingModel& model, const ExportOptions& options)
      : writer_(writer),
        model_(model),
        options_(options),
        offset_mv_(options.shift_voltages ? -model.neuron.reset_mv : 0.0) {}

  void write() {
    writer_.text("/version", "1.0");
    writer_.text("/node/type", "NIRGraph");
    const std::int64_t inputs = model_.inputs();
    refuse_what_the_format_lacks();
    const std::int64_t outputs = model_.outputs();
    writer_.numbers(node("input", "Input") + "shape", std::span(&inputs, 1), {1});
    writer_.numbers(node("output", "Output") + "shape", std::span(&outputs, 1), {1});
    const Eigen::VectorXd gain = input_gain();
    const Eigen::MatrixXd offset = spiking::with_unit_bias(
        model_, Eigen::MatrixXd::Constant(model_.units(), 1, resting_mv() - leak_mv()));
    const Eigen::VectorXd bias = offset.col(0).cwiseProduct(gain);
    affine("w_in", gain.asDiagonal() * model_.w_in, bias);
    affine(kRecurrent, spike_gain() * gain.asDiagonal() * model_.w,
           Eigen::VectorXd::Zero(model_.units()));
    const double readout = options_.profile == "exact" ? spike_gain() : 1.0;
    affine("w_out", readout * model_.w_out, model_.b_out);
    edge("input", "w_in");
    edge("w_in", kNeurons);
    edge(kNeurons, kRecurrent);
    edge("w_out", "output");
    if (options_.profile == "exact") {
      write_exact();
    } else {
      write_portable();
    }
    write_metadata();
    writer_.texts("/node/edges", edges_, {edges_.size() / 2, 2});
  }

 private:
  const char* delays_text() const {
    return model_.synapse.connection_delay_ms.size() != 0
               ? "delays of connections (field connection_delay_ms, --delay-spread)"
               : "synaptic delays (--synaptic-delay)";
  }

  void refuse_what_the_format_lacks() const {
    if (options_.shift_voltages && model_.unit_reset_mv.size() != 0) {
      throw InputError("NIR export", "--shift-voltages", "units of different resets",
                       "must come with one reset for all: voltages are counted from it");
    }
    const bool gated = !model_.loops.empty();
    const bool delayed = spiking::has_delays(model_);
    if (gated || delayed || model_.filtered_input || model_.readout_decay_ms > 0.0) {
      throw InputError("NIR export", gated ? "loops" : "spiking network",
                       gated                   ? "loops of low rank that come and go"
                       : delayed               ? delays_text()
                       : model_.filtered_input ? "a filtered input (--filter-input)"
                                               : "a readout of its own decay (--readout-decay)",
                       "must be none: the format has nothing for it");
    }
  }

  /// The double exponential as two leaky integrators in a row, the single one as the second.
  void write_exact() {
    neurons("LIF");
    chain(kRecurrent, kNeurons, "syn");
    chain(kNeurons, "w_out", "readout");
  }

  void write_portable() {
    neurons("CubaLIF");
    edge(kRecurrent, kNeurons);
    edge(kNeurons, "w_out");
  }

  void chain(const std::string& from, const std::string& to, const std::string& name) {
    std::string last = from;
    if (model_.synapse.kind == spiking::SynapseKind::double_exponential) {
      const std::string rise = name + ".rise";
      integrators(rise, Eigen::VectorXd::Constant(model_.units(), model_.synapse.rise_ms));
      edge(last, rise);
      last = rise;
    }
    integrators(name + ".decay", model_.synapse.decay_ms);
    edge(last, name + ".decay");
    edge(name + ".decay", to);
  }

  void integrators(const std::string& name, const Eigen::VectorXd& tau_ms) {
    const std::string path = node(name, "LI");
    writer_.vector(path + "tau", tau_ms * kSecondsPerMs);
    all(path + "r", 1.0);
    all(path + "v_leak", 0.0);
  }

  void neurons(const std::string& type) {
    const std::string path = node(kNeurons, type);
    if (type == "CubaLIF") {
      writer_.vector(path + "tau_syn", model_.synapse.decay_ms * kSecondsPerMs);
      writer_.vector(path + "w_in", snntorch()
                                        ? Eigen::VectorXd(model_.synapse.decay_ms / kSnntorchStepMs)
                                        : Eigen::VectorXd::Ones(model_.units()));
    }
    const Eigen::VectorXd tau_ms = tau_membrane_ms();
    writer_.vector(path + (type == "LIF" ? "tau" : "tau_mem"), tau_ms * kSecondsPerMs);
    writer_.vector(path + "r", snntorch() ? Eigen::VectorXd(tau_ms / kSnntorchStepMs)
                                          : Eigen::VectorXd::Ones(model_.units()));
    all(path + "v_leak", leak_mv());
    Eigen::VectorXd threshold(model_.units()), reset(model_.units());
    for (Eigen::Index unit = 0; unit < model_.units(); ++unit) {
      threshold[unit] = model_.threshold_of(unit) + offset_mv_;
      reset[unit] = model_.reset_of(unit) + offset_mv_;
    }
    writer_.vector(path + "v_threshold", threshold);
    writer_.vector(path + "v_reset", reset);
  }

  void affine(const std::string& name, const Eigen::MatrixXd& weight, const Eigen::VectorXd& bias) {
    const std::string path = node(name, "Affine");
    writer_.matrix(path + "weight", weight);
    writer_.vector(path + "bias", bias);
  }

  /// What the intermediate representation has no field for.
  void write_metadata() {
    const std::string path = "/node/nodes/" + kNeurons + "/metadata/";
    if (model_.unit_refractory_ms.size() != 0) {
      writer_.vector(path + "refractory_s", model_.unit_refractory_ms * kSecondsPerMs);
    } else {
      writer_.number(path + "refractory_s", model_.neuron.refractory_ms * kSecondsPerMs);
    }
    writer_.number(path + "noise_mv2_per_ms", options_.noise_intensity);
    if (options_.spike_step_ms > 0.0) {
      writer_.text(path + "spike", "1 in one step");
      writer_.number(path + "spike_step_s", options_.spike_step_ms * kSecondsPerMs);
    } else {
      writer_.text(path + "spike", "a pulse of area 1");
    }
    writer_.number(path + "scaling_factor", model_.scaling_factor);
    writer_.text(path + "voltage_unit", "mV");
    writer_.text(path + "rheobase_version", kVersion);
  }

  bool snntorch() const { return options_.profile == "snntorch"; }

  /// A spike that counts as 1 in a step has the area of the step: 1 / step makes up for it.
  double spike_gain() const {
    return options_.spike_step_ms > 0.0 ? 1.0 / (options_.spike_step_ms * kSecondsPerMs) : 1.0;
  }

  /// snnTorch's r = tau_mem / dt and w_in = tau_syn / dt are gains of a constant input, which the
  /// weights undo.
  Eigen::VectorXd input_gain() const {
    if (!snntorch()) {
      return Eigen::VectorXd::Ones(model_.units());
    }
    return kSnntorchStepMs * kSnntorchStepMs /
           (model_.synapse.decay_ms.array() * tau_membrane_ms().array());
  }
  Eigen::VectorXd tau_membrane_ms() const {
    return model_.unit_tau_membrane_ms.size() != 0
               ? model_.unit_tau_membrane_ms
               : Eigen::VectorXd::Constant(model_.units(), model_.neuron.tau_membrane_ms);
  }

  /// Voltage the neurons relax to without input, as written.
  double resting_mv() const { return model_.neuron.bias_mv + offset_mv_; }
  /// Shifted, the leak is 0 and the rest comes as an input's bias.
  double leak_mv() const { return options_.shift_voltages ? 0.0 : resting_mv(); }

  std::string node(const std::string& name, const std::string& type) {
    const std::string path = "/node/nodes/" + name + "/";
    writer_.text(path + "type", type);
    return path;
  }
  void all(const std::string& path, double value) {
    writer_.vector(path, Eigen::VectorXd::Constant(model_.units(), value));
  }
  void edge(const std::string& from, const std::string& to) {
    edges_.push_back(from);
    edges_.push_back(to);
  }

  Hdf5Writer& writer_;
  const spiking::SpikingModel& model_;
  const ExportOptions& options_;
  double offset_mv_;
  std::vector<std::string> edges_;
};

std::vector<std::string> notes_of(const spiking::SpikingModel& model,
                                  const ExportOptions& options) {
  std::vector<std::string> notes;
  if (options.spike_step_ms > 0.0) {
    notes.push_back(
        fmt::format("weights are for importers that count a spike as 1 in a step of {:g} ms, and "
                    "that run with that step",
                    options.spike_step_ms));
  } else {
    notes.emplace_back(
        "a spike is a pulse of area 1, as NIR defines it: for importers that count it as 1 in a "
        "step (Norse and others) give their step, --spike-step MS");
  }
  notes.push_back(fmt::format(
      "NIR has no refractory period ({}) and no noise ({:g} mV^2/ms): they are in the "
      "metadata of {}",
      model.unit_refractory_ms.size() != 0 ? std::string("one a unit")
                                           : fmt::format("{:g} ms", model.neuron.refractory_ms),
      options.noise_intensity, kNeurons));
  if (options.profile != "exact") {
    notes.push_back(fmt::format(
        "the {} profile loses the rise time of the synapse, filters the input too and has no "
        "filter before the readout: use --profile exact where the other program can",
        options.profile));
  }
  return notes;
}

/// What a profile fixes.
ExportOptions completed(ExportOptions options) {
  if (options.profile != "exact" && options.profile != "portable" &&
      options.profile != "snntorch") {
    throw InputError("--profile", "", "'" + options.profile + "'",
                     "must be exact, portable or snntorch");
  }
  const double step = options.spike_step_ms;
  if (!(step >= 0.0 && std::isfinite(step))) {
    throw InputError("--spike-step", "", fmt::format("{}", step), "must be 0 or a step in ms");
  }
  if (options.profile == "snntorch") {
    if (step != 0.0 && step != kSnntorchStepMs) {
      throw InputError("--spike-step", "", fmt::format("{:g} ms", step),
                       fmt::format("must be {:g} ms with --profile snntorch, whose importer takes "
                                   "no other",
                                   kSnntorchStepMs));
    }
    options.spike_step_ms = kSnntorchStepMs;
    options.shift_voltages = true;
  }
  return options;
}

ExportResult make(const ExportSource& source, const ExportOptions& given) {
  const ModelFile& file = require_model(source, "nir");
  const ExportOptions options = completed(given);
  if (!file.scaling_factor) {
    throw InputError(source.where, "field 'opt_scaling_factor'", "nothing",
                     "must hold the scaling factor: run `rheobase map` first, or give --scaling");
  }
  const mapping::TransferOptions transfer = file.transfer.value_or(mapping::TransferOptions{});
  const spiking::SpikingModel model = mapping::with_copies_as_units(
      mapping::map_to_spiking(file.network, *file.scaling_factor, transfer));
  ExportOptions described = options;
  described.noise_intensity = transfer.noise_intensity;
  if (model.neuron.model != spiking::NeuronModel::lif) {
    throw InputError(source.where, "field 'spiking_network.neuron'",
                     std::string(to_string(model.neuron.model)),
                     "must be lif: NIR has no quadratic integrate-and-fire unit");
  }
  Hdf5Writer writer;
  NirGraph(writer, model, described).write();
  add_model_state(writer, file, source.other_fields);
  return {writer.finish(), notes_of(model, described)};
}

}  // namespace nir_exporter

const ExporterDefinition& exporter_nir() {
  using namespace nir_exporter;
  static const ExporterDefinition definition{
      "nir", "the LIF network for other simulators and neuromorphic hardware",
      "Pedersen et al., Neuromorphic intermediate representation, Nat Commun 15:8122 (2024)", make};
  return definition;
}

}  // namespace rheobase::io
