#include "io/mat/internal/model_fields.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/version.hpp"
#include "io/mat/internal/field_values.hpp"
#include "io/mat/internal/rate_network_fields.hpp"
#include "io/mat/internal/split_fields.hpp"
#include "io/mat/internal/transfer_fields.hpp"

namespace rheobase::io {

namespace {

using Eigen::MatrixXd;

/// Under Dale's principle a negative weight stands for none: the reference saves max(w, 0).
MatrixXd saved_weights(const rate::DaleModel& model, const MatrixXd& w) {
  return model.dale ? MatrixXd(w.cwiseMax(0.0)) : w;
}

void add_optional(MatFields& fields, std::string_view name, const MatrixXd& values) {
  if (values.size() > 0) {
    fields.matrix(std::string(name), values);
  }
}

/// A name of the command line as MATLAB allows it: input_noise for input-noise.
std::string member_name(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

void add_task_parameters(MatFields& fields, const rate::TaskParameters& parameters) {
  for (const auto& [name, value] : parameters) {
    fields.number("task_parameters." + member_name(name), value);
  }
}

void add_training_options(MatFields& fields, const std::optional<rate::TrainingOptions>& options) {
  if (options) {
    add_values(fields, kTrainingOptions, rate::training_fields(), *options);
  }
}

/// Before and after training, the example trial, the readout: what a trial leaves behind.
void add_example(MatFields& fields, const ExampleTrial& example) {
  add_optional(fields, "x0", example.x0.transpose());
  add_optional(fields, "r0", example.r0.transpose());
  add_optional(fields, "u", example.input);
  add_optional(fields, "o", example.output);
  add_optional(fields, "x", example.x.transpose());
  add_optional(fields, "r", example.r.transpose());
  add_optional(fields, "target", example.target);
}

void add_dale_model(MatFields& fields, const rate::DaleModel& model) {
  add_optional(fields, "w0", saved_weights(model, model.w0));
  add_optional(fields, "taus_gaus0", model.tau_gate0);
  fields.matrix("w", saved_weights(model, model.w));
  fields.matrix("w_in", model.w_in);
  fields.matrix("w_out", model.w_out);
  fields.matrix("b_out", model.b_out);
  add_optional(fields, "bias", model.bias);
  // The published program knows one step and one noise.
  if (model.step_ms != rate::kRateStepMs) {
    fields.number("step_ms", model.step_ms);
  }
  if (model.noise != rate::kRateNoise) {
    fields.number("noise", model.noise);
  }
  fields.matrix("m", MatrixXd(model.sign.asDiagonal()));
  fields.matrix("som_m", model.mask);
  fields.integer("N", model.units());
  fields.integer("som_N", model.som_units);
  std::vector<bool> excitatory = model.inhibitory;
  excitatory.flip();
  fields.logical_column("exc", excitatory);
  fields.logical_column("inh", model.inhibitory);
  const std::array<double, 2> taus{model.tau_min_steps, model.tau_max_steps};
  fields.row("taus", std::span(taus).first(model.one_tau() ? 1 : 2));
  add_optional(fields, "unit_tau_ms", model.unit_tau_ms);
  add_optional(fields, "taus_gaus", model.tau_gate);
  fields.text("activation", model.transfer);
  fields.logical("apply_dale", model.dale);
  if (model.trains_input) {
    fields.logical("train_w_in", true);
  }
}

void add_training(MatFields& fields, const ModelProvenance& provenance) {
  if (!provenance.losses.empty()) {
    fields.row("losses", provenance.losses);
  }
  if (provenance.trials > 0) {
    fields.integer("tr", provenance.trials);
  }
  if (provenance.eval_accuracy >= 0.0) {
    fields.number("eval_perf_mean", provenance.eval_accuracy);
  }
  if (provenance.eval_loss >= 0.0) {
    fields.number("eval_loss_mean", provenance.eval_loss);
  }
  add_optional(fields, "eval_os", provenance.eval_outputs);
  add_optional(fields, "eval_labels", provenance.eval_labels.cast<double>().transpose());
  add_optional(fields, "evaluations", provenance.evaluations);
  add_task_parameters(fields, provenance.task_parameters);
  if (provenance.seed) {
    fields.number("seed", *provenance.seed);
  }
  if (provenance.criteria_met) {
    fields.logical("criteria_met", *provenance.criteria_met);
  }
  add_split(fields, provenance.split);
}

void add_search(MatFields& fields, const ModelFile& file) {
  if (file.scaling_factor) {
    fields.number("opt_scaling_factor", *file.scaling_factor);
  }
  if (file.transfer) {
    add_transfer(fields, *file.transfer);
  }
  if (!file.provenance.accuracies.empty()) {
    fields.column("all_perfs", file.provenance.accuracies);
  }
  if (!file.provenance.scaling_factors.empty()) {
    fields.row("scaling_factors", file.provenance.scaling_factors);
  }
  if (file.provenance.search_trials > 0) {
    fields.integer("search_trials", file.provenance.search_trials);
  }
  if (!file.provenance.search_copies.empty()) {
    fields.row("search_copies", file.provenance.search_copies);
    fields.row("search_predicted", file.provenance.search_predicted);
  }
}

void add_text(MatFields& fields, std::string_view name, const std::string& text) {
  if (!text.empty()) {
    fields.text(std::string(name), text);
  }
}

// Without a value in `file`, the network's own fields and those of a search are not to survive;
// a record of the training that this program cannot read is.
constexpr std::array<std::string_view, 15> kGoverned{"w0",
                                                     "taus_gaus0",
                                                     "taus_gaus",
                                                     "unit_tau_ms",
                                                     "task",
                                                     "opt_scaling_factor",
                                                     "scaling_factors",
                                                     "all_perfs",
                                                     "search_trials",
                                                     "search_copies",
                                                     "search_predicted",
                                                     "spiking_network",
                                                     "trials_file",
                                                     "bias",
                                                     "noise"};

}  // namespace

MatFields model_fields(const ModelFile& file) {
  MatFields fields;
  add_example(fields, file.provenance.example);
  if (file.dale) {
    add_dale_model(fields, *file.dale);
  } else {
    add_rate_network(fields, file.network);
  }
  add_text(fields, "task", file.task);
  add_training(fields, file.provenance);
  add_search(fields, file);
  add_text(fields, "command", file.provenance.command);
  add_text(fields, "map_command", file.provenance.map_command);
  add_text(fields, "criteria_unmet", file.provenance.unmet);
  add_text(fields, "trained_from", file.provenance.trained_from);
  add_training_options(fields, file.provenance.training_options);
  fields.text("rheobase_version", kVersion);
  return fields;
}

MatFields record_structures(const ModelProvenance& provenance) {
  MatFields fields;
  add_task_parameters(fields, provenance.task_parameters);
  add_split(fields, provenance.split);
  add_training_options(fields, provenance.training_options);
  return fields;
}

void validate(const ModelFile& file, const std::string& where) {
  if (file.dale) {
    validate(*file.dale, where);
  } else {
    validate(file.network, where);
  }
}

OtherFields other_model_fields(std::span<const std::byte> source, const std::string& where,
                               const ModelFile& file) {
  return other_fields(source, where, model_fields(file), kGoverned);
}

void write_model_with(const std::filesystem::path& path, const ModelFile& file,
                      std::span<const std::byte> others, const std::string& where) {
  validate(file, path.string());
  write_mat_keeping(path, model_fields(file), MatVersion::level5, others, where, kGoverned);
}

void write_model(const std::filesystem::path& path, const ModelFile& file, MatVersion version,
                 const std::optional<std::filesystem::path>& keep_from,
                 const std::function<bool()>& stop) {
  validate(file, path.string());
  write_mat(path, model_fields(file), version, keep_from, kGoverned, stop);
}

void require_writable_model(const std::filesystem::path& path, MatVersion version,
                            const std::optional<std::filesystem::path>& keep_from) {
  require_writable_mat(path, version, keep_from, kGoverned);
}

}  // namespace rheobase::io
