#include "io/mat/force_file.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/field_values.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "io/mat/learner_state_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "rate/learning/force/force_robustness.hpp"

namespace rheobase::io {

namespace {

using analysis::Selectivity;
using Eigen::Index;

constexpr Index kMeanSteps = 600;  // before the cue, as published
constexpr const char* kForce = "force.";
constexpr const char* kForceTraining = "force_training.";
constexpr std::array kForceFields =
    std::to_array<std::string_view>({"force", "force_training", "learner_state", "learner_arrays"});
constexpr const char* kLearnerKind = "force";
constexpr int kLearnerVersion = 1;
constexpr std::array<const char*, 2> kSides{"right", "left"};

/// The direction of the undisturbed trials; the mean rate where both sides end in the same state.
analysis::CodingDirection readout_direction(const ForceFile& file) {
  try {
    return rate::force_coding_direction(file.network, file.task,
                                        std::min(kMeanSteps, file.task.epochs.cue));
  } catch (const InputError&) {
    const Index units = file.network.units();
    return {Eigen::VectorXd::Constant(units, 1.0 / static_cast<double>(units)), {}};
  }
}

void add_force(MatFields& fields, const ForceFile& file) {
  add_values(fields, kForce, rate::trial_epoch_fields(), file.task.epochs);
  for (std::size_t side = 0; side < kSides.size(); ++side) {
    fields.matrix(fmt::format("force.input_{}", kSides.at(side)), file.task.input.at(side));
    fields.matrix(fmt::format("force.target_{}", kSides.at(side)), file.task.target.at(side));
  }
  std::vector<double> classes;
  for (const Selectivity selectivity : file.selectivity) {
    classes.push_back(static_cast<double>(selectivity));
  }
  fields.column("force.selectivity", classes);
  fields.number("force.threshold", file.network.threshold);
  fields.text("force.targets", file.targets);
  fields.logical("force.suppressed", file.suppressed);
  fields.logical("force.converged", file.converged);
  Eigen::MatrixXd pvar(static_cast<Index>(file.pvar.size()), 2);
  for (Index i = 0; i < pvar.rows(); ++i) {
    const std::vector<double>& row = file.pvar[static_cast<std::size_t>(i)];
    pvar.row(i) << row.at(0), row.at(1);
  }
  fields.matrix("force.pvar", pvar);
  add_values(fields, kForceTraining, rate::force_training_fields(), file.options);
}

std::vector<Selectivity> read_selectivity(const MatFile& file, Index units) {
  constexpr const char* kName = "force.selectivity";
  constexpr const char* kRequired = "must be 0 (none), 1 (right) or 2 (left) for each unit";
  std::vector<Selectivity> selectivity;
  for (const double value : file.vector(kName, units, kRequired)) {
    if (value != 0.0 && value != 1.0 && value != 2.0) {
      file.fail(kName, fmt::format("{}", value), kRequired);
    }
    selectivity.push_back(static_cast<Selectivity>(static_cast<int>(value)));
  }
  return selectivity;
}

/// Checks what was read; a fault names the file.
template <class Read>
void validate_read(const MatFile& file, const Read& read) {
  try {
    validate(read);
  } catch (const InputError& error) {
    throw InputError(file.where(), error.field(), error.found(), error.required());
  }
}

rate::ForceTask read_task(const MatFile& file, Index units) {
  rate::ForceTask task;
  read_values(file, kForce, rate::trial_epoch_fields(), task.epochs);
  const Index steps = task.epochs.steps;
  const std::string required = fmt::format("must be {} x {} steps", counted(units, "unit"), steps);
  for (const char* side : kSides) {
    task.input.push_back(file.matrix(fmt::format("force.input_{}", side), units, steps, required));
    task.target.push_back(
        file.matrix(fmt::format("force.target_{}", side), units, steps, required));
  }
  validate_read(file, task);
  return task;
}

rate::ForceNetwork read_force_network(const MatFile& file, const rate::RateNetwork& network) {
  constexpr const char* kRequired = "must be the same for all units of a FORCE network";
  const Eigen::VectorXd& tau = network.tau_ms;
  if (tau.minCoeff() != tau.maxCoeff()) {
    file.fail("tau_ms", fmt::format("{} ... {}", tau.minCoeff(), tau.maxCoeff()), kRequired);
  }
  if (network.transfer != "sigmoid") {
    file.fail("activation", network.transfer, "must be sigmoid");
  }
  const rate::ForceNetwork read{network.w, tau[0], network.step_ms,
                                file.number("force.threshold", "must be one number")};
  validate_read(file, read);
  return read;
}

}  // namespace

ModelFile force_model(const ForceFile& file) {
  ModelFile model;
  const analysis::CodingDirection direction = readout_direction(file);
  const double range = direction.scale.one - direction.scale.zero;
  model.network =
      network_of(file.network, direction.vector.transpose() / range,
                 Eigen::VectorXd::Constant(1, -direction.scale.zero / range), file.initial);
  model.provenance.command = file.command;
  model.provenance.seed = file.seed;
  model.provenance.trials = static_cast<int>(file.pvar.size() * file.task.target.size());
  return model;
}

void write_force(const std::filesystem::path& path, const ForceFile& file,
                 const std::function<bool()>& stop) {
  const ModelFile model = force_model(file);
  validate(model, path.string());
  MatFields fields = model_fields(model);
  add_force(fields, file);
  if (file.learner) {
    add_learner_state(fields, {kLearnerKind, kLearnerVersion, *file.learner});
  }
  write_mat(path, fields, MatVersion::level5, {}, {}, stop);
}

namespace {

void require_force(const MatFile& file) {
  if (!file.has("force")) {
    file.fail("force", "a file without it",
              "must be a network trained by FORCE (rheobase force train)");
  }
}

ForceFile force_file(const MatFile& file, const ModelFile& model) {
  ForceFile result;
  result.network = read_force_network(file, model.network);
  result.initial = model.network.w_initial;
  const Index units = result.network.units();
  if (result.initial.rows() != units) {
    file.fail("w0", "nothing", "must be the weights before training");
  }
  result.task = read_task(file, units);
  result.selectivity = read_selectivity(file, units);
  result.targets = file.text("force.targets", "must be text");
  result.suppressed = file.integer("force.suppressed", 0, 1, "must be 0 or 1") == 1;
  result.converged = file.integer("force.converged", 0, 1, "must be 0 or 1") == 1;
  const Eigen::MatrixXd pvar = file.matrix("force.pvar", -1, 2, "must be iterations x 2 sides");
  for (Index i = 0; i < pvar.rows(); ++i) {
    result.pvar.push_back({pvar(i, 0), pvar(i, 1)});
  }
  read_values(file, kForceTraining, rate::force_training_fields(), result.options);
  result.options.schedule.seed = result.options.seed;
  result.seed = model.provenance.seed.value_or(result.options.seed);
  result.command = model.provenance.command;
  if (holds_learner_state(file)) {
    result.learner = read_learner_state(file, kLearnerKind, kLearnerVersion).arrays;
  }
  return result;
}

}  // namespace

ForceFile read_force(const std::filesystem::path& path) {
  return parse_force(read_bytes(path), path.string());
}

ForceFile parse_force(std::span<const std::byte> bytes, const std::string& where) {
  const MatFile file(bytes, where, kForceFields);
  require_force(file);
  return force_file(file, parse_model(bytes, where));
}

ForceFile parse_force(const MatFile& file) {
  require_force(file);
  return force_file(file, parse_model(file));
}

}  // namespace rheobase::io
