#include "io/mat/rate_model_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/file_kind.hpp"
#include "io/mat/internal/field_names.hpp"
#include "io/mat/internal/field_values.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "io/mat/internal/rate_network_fields.hpp"
#include "io/mat/internal/split_fields.hpp"
#include "io/mat/internal/transfer_fields.hpp"
#include "mapping/conversion/unit_doubts.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::int64_t kMostUnits = 1'000'000;

/// What this program understands of a model file; the rest is carried along unread.
constexpr std::array kKnown = std::to_array<std::string_view>({"w",
                                                               "w0",
                                                               "m",
                                                               "som_m",
                                                               "w_in",
                                                               "w_out",
                                                               "b_out",
                                                               "bias",
                                                               "N",
                                                               "som_N",
                                                               "exc",
                                                               "inh",
                                                               "taus",
                                                               "taus_gaus",
                                                               "taus_gaus0",
                                                               "unit_tau_ms",
                                                               "tau_ms",
                                                               "step_ms",
                                                               "activation",
                                                               "noise",
                                                               "noise_process",
                                                               "noise_entry",
                                                               "noise_tau_ms",
                                                               "initial_state",
                                                               "initial_scale",
                                                               "loop_1",
                                                               "loop_2",
                                                               "loop_3",
                                                               "loop_4",
                                                               "loop_5",
                                                               "loop_6",
                                                               "loop_7",
                                                               "loop_8",
                                                               "loop_9",
                                                               "loop_10",
                                                               "loop_11",
                                                               "loop_12",
                                                               "loop_13",
                                                               "loop_14",
                                                               "loop_15",
                                                               "loop_16",
                                                               "task",
                                                               "apply_dale",
                                                               "train_w_in",
                                                               "losses",
                                                               "tr",
                                                               "eval_perf_mean",
                                                               "eval_os",
                                                               "eval_labels",
                                                               "u",
                                                               "target",
                                                               "eval_loss_mean",
                                                               "o",
                                                               "x",
                                                               "r",
                                                               "x0",
                                                               "r0",
                                                               "all_perfs",
                                                               "command",
                                                               "map_command",
                                                               "search_trials",
                                                               "search_copies",
                                                               "search_predicted",
                                                               "scaling_factors",
                                                               "opt_scaling_factor",
                                                               "seed",
                                                               "task_parameters",
                                                               "rheobase_version",
                                                               "spiking_network",
                                                               "evaluations",
                                                               "trials_file",
                                                               "criteria_met",
                                                               "criteria_unmet",
                                                               "trained_from",
                                                               "training_options",
                                                               "checkpoint"});

/// Fields that a file may lack: a misspelt one would be missed by nobody.
constexpr std::array kOptional = std::to_array<std::string_view>(
    {"bias", "b_out", "noise", "step_ms", "noise_process", "noise_entry", "noise_tau_ms",
     "initial_state", "initial_scale", "activation", "apply_dale", "taus_gaus", "unit_tau_ms",
     "train_w_in", "task", "opt_scaling_factor", "spiking_network", "task_parameters"});

std::string square(Index n) {
  return fmt::format("must be N x N numbers with N = {}", n);
}

std::string one_per_unit(Index n) {
  return fmt::format("must be one number per unit, N = {}", n);
}

MatrixXd optional_square(const MatFile& file, std::string_view name, Index n,
                         const MatrixXd& otherwise) {
  return file.has(name) ? file.matrix(name, n, n, square(n)) : otherwise;
}

/// The diagonal of m, which must have nothing beside it.
VectorXd read_signs(const MatFile& file, Index n) {
  const MatrixXd m = file.matrix("m", n, n, square(n));
  for (Index j = 0; j < n; ++j) {
    for (Index i = 0; i < n; ++i) {
      if (i != j && m(i, j) != 0.0) {
        file.fail("m", fmt::format("{} at ({}, {})", m(i, j), i + 1, j + 1),
                  "must be zero beside its diagonal");
      }
    }
  }
  return m.diagonal();
}

std::vector<bool> read_flags(const MatFile& file, std::string_view name, Index n) {
  const VectorXd values = file.vector(name, n, one_per_unit(n));
  std::vector<bool> flags;
  for (Index i = 0; i < n; ++i) {
    if (values[i] != 0.0 && values[i] != 1.0) {
      file.fail(name, fmt::format("{} for unit {}", values[i], i + 1), "must be 0 or 1");
    }
    flags.push_back(values[i] == 1.0);
  }
  return flags;
}

/// From inh or, where only exc is there, from its contrary.
std::vector<bool> read_inhibitory(const MatFile& file, Index n) {
  if (!file.has("exc")) {
    return read_flags(file, "inh", n);
  }
  std::vector<bool> excitatory = read_flags(file, "exc", n);
  excitatory.flip();
  if (!file.has("inh")) {
    return excitatory;
  }
  std::vector<bool> inhibitory = read_flags(file, "inh", n);
  for (std::size_t i = 0; i < inhibitory.size(); ++i) {
    if (inhibitory[i] != excitatory[i]) {
      file.fail("exc",
                fmt::format("unit {} with exc and inh both {}", i + 1, inhibitory[i] ? 1 : 0),
                "must be 1 exactly where inh is 0");
    }
  }
  return inhibitory;
}

void read_time_constants(const MatFile& file, Index n, rate::DaleModel& model) {
  constexpr std::string_view kRequired =
      "must be one time constant or minimum and maximum, in steps";
  const VectorXd taus = file.vector("taus", -1, kRequired);
  if (taus.size() != 1 && taus.size() != 2) {
    file.fail("taus", counted(taus.size(), "number"), kRequired);
  }
  model.tau_min_steps = taus[0];
  model.tau_max_steps = taus[taus.size() - 1];
  if (file.has("unit_tau_ms")) {
    model.unit_tau_ms = file.vector("unit_tau_ms", n, one_per_unit(n));
  }
  if (!model.fixed_tau() || file.has("taus_gaus")) {
    model.tau_gate = file.vector("taus_gaus", n, one_per_unit(n));
  }
  if (file.has("taus_gaus0")) {
    model.tau_gate0 = file.vector("taus_gaus0", n, one_per_unit(n));
  }
}

std::string read_activation(const MatFile& file) {
  if (!file.has("activation")) {
    return "sigmoid";
  }
  try {
    return rate::transfer_named(file.text("activation", "must be the name of an activation")).name;
  } catch (const InputError& error) {
    if (error.where() == file.where()) {
      throw;
    }
    file.fail("activation", error.found(), error.required());
  }
}

bool read_dale(const MatFile& file, const rate::DaleModel& model) {
  if (file.has("apply_dale")) {
    return file.integer("apply_dale", 0, 1, "must be 0 or 1") == 1;
  }
  return (model.sign.array() < 0.0).any() || !(model.w.array() < 0.0).any();
}

/// The reference marks a file whose search is under way with not-a-number.
std::optional<double> read_scaling_factor(const MatFile& file) {
  if (!file.has("opt_scaling_factor")) {
    return std::nullopt;
  }
  constexpr std::string_view kRequired = "must be a positive number";
  const double factor = file.number("opt_scaling_factor", kRequired);
  if (std::isnan(factor)) {
    return std::nullopt;
  }
  if (!(factor > 0.0) || std::isinf(factor)) {
    file.fail("opt_scaling_factor", fmt::format("{}", factor), kRequired);
  }
  return factor;
}

/// One output as N numbers, or several as outputs x N.
void read_readout(const MatFile& file, Index n, rate::DaleModel& model) {
  const MatArray* w_out = file.find("w_out");
  const bool several = w_out != nullptr && w_out->dims.size() == 2 && w_out->dims[0] > 1 &&
                       static_cast<Index>(w_out->dims[1]) == n && n > 1;
  const bool turned = w_out != nullptr && w_out->dims.size() == 2 && w_out->dims[1] > 1 &&
                      static_cast<Index>(w_out->dims[0]) == n && n > 1;
  if (!several && turned) {
    file.matrix("w_out", -1, n, fmt::format("must be outputs x N with N = {}", n));
  }
  if (!several) {
    model.w_out = file.vector("w_out", n, one_per_unit(n)).transpose();
    model.b_out = Eigen::VectorXd::Constant(1, file.number("b_out", "must be one number"));
    return;
  }
  model.w_out = file.matrix("w_out", "must be outputs x N");
  model.b_out = file.vector("b_out", model.w_out.rows(), "must be one number an output");
}

rate::DaleModel read_dale_model(const MatFile& file) {
  rate::DaleModel model;
  const Index n = file.integer("N", 1, kMostUnits, "must be the number of units, 1 to 1000000");
  model.w = file.matrix("w", n, n, square(n));
  model.w0 = optional_square(file, "w0", n, MatrixXd());
  model.sign = read_signs(file, n);
  model.mask = optional_square(file, "som_m", n, MatrixXd::Ones(n, n));
  model.w_in = read_input_weights(file, n);
  read_readout(file, n, model);
  if (file.has("bias")) {
    model.bias = file.vector("bias", n, one_per_unit(n));
  }
  if (file.has("step_ms")) {
    model.step_ms = file.number("step_ms", "must be one number, the step in ms");
  }
  if (file.has("noise")) {
    model.noise = file.number("noise", "must be one number");
  }
  read_time_constants(file, n, model);
  model.inhibitory = read_inhibitory(file, n);
  if (file.has("som_N")) {
    model.som_units = static_cast<int>(
        file.integer("som_N", 0, n, fmt::format("must be a number of units, 0 to {}", n)));
  }
  model.transfer = read_activation(file);
  model.dale = read_dale(file, model);
  model.trains_input =
      file.has("train_w_in") && file.integer("train_w_in", 0, 1, "must be 0 or 1") == 1;
  validate(model, file.where());
  return model;
}

/// Reads what a network does not need: a field of another form counts as missing.
class LenientReader {
 public:
  explicit LenientReader(const MatFile& file) : file_(file) {}

  MatrixXd matrix(std::string_view name, Index rows = -1, Index cols = -1) const {
    const MatArray* array = file_.find(name);
    const bool flat =
        array != nullptr && std::all_of(array->dims.begin() + 2, array->dims.end(),
                                        [](std::size_t extent) { return extent == 1; });
    if (!flat || !array->numeric()) {
      return {};
    }
    const MatrixXd values = file_.matrix(name, "");
    const bool fits = (rows < 0 || values.rows() == rows) && (cols < 0 || values.cols() == cols);
    return fits ? values : MatrixXd();
  }
  VectorXd vector(std::string_view name) const {
    const MatrixXd values = matrix(name);
    return values.rows() == 1 || values.cols() == 1 ? VectorXd(values.reshaped()) : VectorXd();
  }
  std::vector<double> list(std::string_view name) const {
    const VectorXd values = vector(name);
    return {values.begin(), values.end()};
  }
  double number(std::string_view name, double otherwise) const {
    const MatrixXd values = matrix(name, 1, 1);
    return values.size() == 1 ? values(0) : otherwise;
  }
  template <class Integer>
  std::optional<Integer> integer(std::string_view name) const {
    const std::optional<Integer> value = whole_number<Integer>(number(name, -1.0));
    return value && *value >= 0 ? value : std::nullopt;
  }
  std::string text(std::string_view name) const {
    const MatArray* array = file_.find(name);
    return array == nullptr || array->class_name != "char" ? std::string() : array->text;
  }

 private:
  const MatFile& file_;
};

ExampleTrial read_example(const LenientReader& reader, const rate::RateNetwork& network) {
  const Index n = network.units();
  ExampleTrial example;
  example.input = reader.matrix("u", network.inputs());
  example.target = reader.matrix("target", network.outputs());
  example.output = reader.matrix("o", network.outputs());
  example.x = reader.matrix("x", -1, n).transpose();
  example.r = reader.matrix("r", -1, n).transpose();
  example.x0 = reader.matrix("x0", -1, n).transpose();
  example.r0 = reader.matrix("r0", -1, n).transpose();
  return example;
}

Eigen::VectorXi read_labels(const LenientReader& reader) {
  const VectorXd labels = reader.vector("eval_labels");
  const bool whole =
      (labels.array() == labels.array().round()).all() && (labels.array().abs() < 1e9).all();
  return whole ? Eigen::VectorXi(labels.cast<int>()) : Eigen::VectorXi();
}

rate::TaskParameters read_task_parameters(const MatFile& file, const LenientReader& reader) {
  constexpr std::string_view kPrefix = "task_parameters.";
  rate::TaskParameters parameters;
  for (const MatArray& array : file.arrays()) {
    const double value = array.name.starts_with(kPrefix)
                             ? reader.number(array.name, std::numeric_limits<double>::quiet_NaN())
                             : std::numeric_limits<double>::quiet_NaN();
    if (std::isfinite(value)) {
      std::string name = array.name.substr(kPrefix.size());
      std::replace(name.begin(), name.end(), '_', '-');
      parameters[std::move(name)] = value;
    }
  }
  return parameters;
}

/// None where some are missing or not as they must be.
std::optional<rate::TrainingOptions> read_training_options(const MatFile& file) {
  if (!file.has("training_options")) {
    return std::nullopt;
  }
  try {
    rate::TrainingOptions options;
    read_values(file, kTrainingOptions, rate::training_fields(), options);
    return options;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

ModelProvenance read_provenance(const MatFile& file, const rate::RateNetwork& network) {
  const LenientReader reader(file);
  ModelProvenance provenance;
  provenance.losses = reader.list("losses");
  provenance.trials = reader.integer<int>("tr").value_or(0);
  provenance.eval_accuracy = reader.number("eval_perf_mean", -1.0);
  provenance.eval_loss = reader.number("eval_loss_mean", -1.0);
  provenance.eval_outputs = reader.matrix("eval_os");
  provenance.eval_labels = read_labels(reader);
  provenance.evaluations = reader.matrix("evaluations", -1, 3);
  provenance.example = read_example(reader, network);
  provenance.scaling_factors = reader.list("scaling_factors");
  provenance.accuracies = reader.list("all_perfs");
  provenance.search_trials = reader.integer<int>("search_trials").value_or(0);
  provenance.search_copies = reader.list("search_copies");
  provenance.search_predicted = reader.list("search_predicted");
  provenance.task_parameters = read_task_parameters(file, reader);
  provenance.command = reader.text("command");
  provenance.map_command = reader.text("map_command");
  provenance.seed = reader.integer<Seed>("seed");
  provenance.split = read_split(file);
  if (const std::optional<int> met = reader.integer<int>("criteria_met")) {
    provenance.criteria_met = *met != 0;
  }
  provenance.unmet = reader.text("criteria_unmet");
  provenance.trained_from = reader.text("trained_from");
  provenance.training_options = read_training_options(file);
  provenance.version = reader.text("rheobase_version");
  return provenance;
}

/// Another file of ours is named, in place of the first field that it lacks; so are the time
/// constants of a network that has all but them.
void require_model(const MatFile& file) {
  const FileKind* kind = kind_of(file);
  if (kind != nullptr && !kind->is_model) {
    throw InputError(file.where(), "", std::string(kind->name),
                     "must be a rate network: a model of `rheobase train` or `map`, or fields of "
                     "docs/formats.md");
  }
  const bool dale = file.has("N") || file.has("m") || file.has("taus");
  if (!dale && file.has("w") && file.has("w_in")) {
    file.matrix("tau_ms", "must be the time constants in ms: one, or one a unit");
  }
}

/// Times in seconds and voltages in volts are allowed, and hardly meant.
void add_unit_doubts(ModelFile& file) {
  constexpr double kSecondsOfUnits = 1.0;
  if (const double longest = file.network.tau_ms.maxCoeff(); longest < kSecondsOfUnits) {
    file.doubts.push_back(
        fmt::format("time constants of up to {:g} ms: are these seconds?", longest));
  }
  if (file.transfer) {
    const auto name_of = [](std::string_view field) {
      return fmt::format("field 'spiking_network.{}'", field);
    };
    for (std::string& sentence : mapping::unit_doubts(*file.transfer, name_of)) {
      file.doubts.push_back(std::move(sentence));
    }
  }
}

}  // namespace

ModelFile model_file_of(rate::DaleModel model) {
  ModelFile file;
  file.network = network_of(model);
  file.dale = std::move(model);
  return file;
}

ModelFile parse_model(std::span<const std::byte> bytes, const std::string& where) {
  return parse_model(MatFile(bytes, where, kKnown));
}

ModelFile parse_model(const MatFile& file) {
  require_model(file);
  ModelFile result;
  if (holds_rate_network(file)) {
    result.network = read_rate_network(file);
  } else {
    result = model_file_of(read_dale_model(file));
  }
  if (file.has("task")) {
    result.task = file.text("task", "must be the name of a task");
  }
  result.scaling_factor = read_scaling_factor(file);
  result.provenance = read_provenance(file, result.network);
  result.transfer = read_transfer(file, result.network);
  const std::vector<std::string> members = optional_transfer_members();
  std::vector<std::string_view> optional(kOptional.begin(), kOptional.end());
  optional.insert(optional.end(), members.begin(), members.end());
  result.doubts = misspelt_fields(file, kKnown, optional);
  std::ranges::move(lost_members(file, record_structures(result.provenance)),
                    std::back_inserter(result.doubts));
  add_unit_doubts(result);
  return result;
}

ModelFile read_model(const std::filesystem::path& path) {
  return parse_model(read_bytes(path), path.string());
}

}  // namespace rheobase::io
