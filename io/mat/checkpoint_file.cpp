#include "io/mat/checkpoint_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/field_values.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "rate/learning/optimisers/training_rule.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

constexpr const char* kCheckpoint = "checkpoint.";
constexpr int kMostMoments = 99;

std::string moment_name(std::size_t i) {
  return fmt::format("checkpoint.moment_{}", i + 1);
}

ModelFile as_model_file(const Checkpoint& checkpoint) {
  const rate::TrainingState& state = checkpoint.state;
  ModelFile file = model_file_of(state.model);
  file.task = checkpoint.task;
  file.provenance.losses = state.losses;
  file.provenance.trials = state.trials_done;
  if (!state.evaluations.empty()) {
    file.provenance.eval_accuracy = state.evaluations.back().accuracy;
    file.provenance.eval_loss = state.evaluations.back().mean_loss;
  }
  file.provenance.task_parameters = checkpoint.task_parameters;
  file.provenance.seed = checkpoint.options.seed;
  file.provenance.command = checkpoint.command;
  file.provenance.split = checkpoint.split;
  file.provenance.trained_from = checkpoint.trained_from;
  return file;
}

void add_state(MatFields& fields, const rate::TrainingState& state) {
  fields.number("checkpoint.trials_done", state.trials_done);
  fields.single_column("checkpoint.parameters", state.parameters);
  fields.number("checkpoint.moments", static_cast<double>(state.moments.size()));
  for (std::size_t i = 0; i < state.moments.size(); ++i) {
    fields.single_column(moment_name(i), state.moments[i]);
  }
  fields.column("checkpoint.losses", state.losses);
  Eigen::MatrixXd evaluations(static_cast<Index>(state.evaluations.size()), 3);
  for (Index i = 0; i < evaluations.rows(); ++i) {
    const rate::EvaluationPoint& point = state.evaluations[static_cast<std::size_t>(i)];
    evaluations.row(i) << point.trial, point.mean_loss, point.accuracy;
  }
  fields.matrix("checkpoint.evaluations", evaluations);
  // Beside the rectified weights of the model: those that training goes on from.
  fields.matrix("checkpoint.w", state.model.w);
  fields.matrix("checkpoint.w0", state.model.w0);
}

/// Reads the members of the structure `checkpoint`.
class StateReader {
 public:
  explicit StateReader(const MatFile& file) : file_(file) {}

  bool has(std::string_view name) const { return file_.has(full(name)); }
  double number(std::string_view name) const {
    return file_.number(full(name), "must be one number");
  }
  template <class Integer = int>
  Integer integer(std::string_view name, std::int64_t least = 0) const {
    constexpr auto most = std::numeric_limits<Integer>::max();
    return static_cast<Integer>(
        file_.integer(full(name), least, most,
                      fmt::format("must be a whole number within {} ... {}", least, most)));
  }
  std::string text(std::string_view name) const { return file_.text(full(name), "must be text"); }
  Eigen::MatrixXd matrix(std::string_view name, Index rows, Index cols) const {
    return file_.matrix(full(name), rows, cols, fmt::format("must be {} x {}", rows, cols));
  }
  std::vector<double> list(std::string_view name) const {
    const Eigen::VectorXd values = file_.vector(full(name), -1, "must be a column of numbers");
    return {values.begin(), values.end()};
  }
  std::vector<float> floats(std::string_view name) const {
    const std::vector<double> values = list(name);
    std::vector<float> floats(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!(std::abs(values[i]) <= std::numeric_limits<float>::max())) {
        fail(name, fmt::format("{} at {}", values[i], i + 1), "must be finite in single precision");
      }
      floats[i] = static_cast<float>(values[i]);
    }
    return floats;
  }
  Index rows(std::string_view name) const {
    return file_.matrix(full(name), "must be a matrix of numbers").rows();
  }

  /// A word, turned into what it stands for; an unknown one is the file's fault.
  template <class Convert>
  auto word(std::string_view name, const Convert& convert) const {
    try {
      return convert(text(name));
    } catch (const InputError& error) {
      fail(name, error.found(), error.required());
    }
  }

  [[noreturn]] void fail(std::string_view name, std::string_view found,
                         std::string_view required) const {
    file_.fail(full(name), found, required);
  }

 private:
  static std::string full(std::string_view name) { return fmt::format("checkpoint.{}", name); }

  const MatFile& file_;
};

rate::TrainingState read_state(const StateReader& reader, rate::DaleModel model) {
  rate::TrainingState state;
  const Index n = model.units();
  state.model = std::move(model);
  state.model.w = reader.matrix("w", n, n);
  // Weights before training are for the record: a model of unknown origin has none.
  if (reader.has("w0") && reader.rows("w0") > 0) {
    state.model.w0 = reader.matrix("w0", n, n);
  }
  state.trials_done = reader.integer("trials_done");
  state.parameters = reader.floats("parameters");
  const int moments = reader.integer("moments");
  if (moments > kMostMoments) {
    reader.fail("moments", fmt::format("{}", moments),
                fmt::format("must be at most {}", kMostMoments));
  }
  for (int i = 0; i < moments; ++i) {
    state.moments.push_back(reader.floats(fmt::format("moment_{}", i + 1)));
  }
  state.losses = reader.list("losses");
  const Index points = reader.rows("evaluations");
  const Eigen::MatrixXd evaluations = reader.matrix("evaluations", points, 3);
  for (Index i = 0; i < points; ++i) {
    const std::optional<int> trials = whole_number<int>(evaluations(i, 0));
    if (!trials) {
      reader.fail("evaluations", fmt::format("{} trials", evaluations(i, 0)),
                  "must be trials done, mean loss and accuracy");
    }
    state.evaluations.push_back({*trials, evaluations(i, 1), evaluations(i, 2)});
  }
  return state;
}

/// Switches that files of earlier builds do not have are as these builds were: everything was
/// trained, spike-like noise came after the first success.
void read_options(const MatFile& file, rate::TrainingOptions& options) {
  const auto is_later = [](std::string_view name) {
    return name == "spike_noise_throughout" || name.starts_with("trains_");
  };
  for (const Field<rate::TrainingOptions>& field : rate::training_fields()) {
    const std::string name = std::string(kCheckpoint) + field.name;
    if (!is_later(field.name) || file.has(name)) {
      field.set(options, read_value(file, name, field));
    }
  }
}

/// Options and state against each other, with the names of the file.
void validate_training(const Checkpoint& checkpoint, const std::string& where) {
  try {
    rate::validate(checkpoint.state, checkpoint.options, where);
  } catch (const InputError& error) {
    if (error.field().starts_with("field ")) {
      throw;
    }
    throw InputError(where, fmt::format("field 'checkpoint.{}'", error.field()), error.found(),
                     error.required());
  }
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  const ModelFile file = as_model_file(checkpoint);
  validate(file, path.string());
  MatFields fields = model_fields(file);
  add_values(fields, kCheckpoint, rate::training_fields(), checkpoint.options);
  add_state(fields, checkpoint.state);
  write_mat(path, fields, MatVersion::level5);
}

namespace {

void require_checkpoint(const MatFile& file) {
  if (!file.has("checkpoint")) {
    file.fail("checkpoint", "a file without it",
              "must be a checkpoint of a training run (train --checkpoint)");
  }
}

Checkpoint checkpoint_of(const MatFile& file, ModelFile model) {
  const StateReader reader(file);
  Checkpoint checkpoint;
  checkpoint.task = model.task;
  checkpoint.task_parameters = model.provenance.task_parameters;
  checkpoint.command = model.provenance.command;
  checkpoint.split = model.provenance.split;
  checkpoint.trained_from = model.provenance.trained_from;
  read_options(file, checkpoint.options);
  if (!model.dale) {
    file.fail("taus", "nothing", "must be a checkpoint of a Dale model, with taus");
  }
  checkpoint.state = read_state(reader, std::move(*model.dale));
  validate_training(checkpoint, file.where());
  return checkpoint;
}

}  // namespace

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  return parse_checkpoint(read_bytes(path), path.string());
}

Checkpoint parse_checkpoint(std::span<const std::byte> bytes, const std::string& where) {
  static constexpr std::array<std::string_view, 1> kWanted{"checkpoint"};
  const MatFile file(bytes, where, kWanted);
  require_checkpoint(file);
  return checkpoint_of(file, parse_model(bytes, where));
}

Checkpoint parse_checkpoint(const MatFile& file) {
  require_checkpoint(file);
  return checkpoint_of(file, parse_model(file));
}

}  // namespace rheobase::io
