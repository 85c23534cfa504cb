#include "io/mat/innate_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/field_table.hpp"
#include "io/mat/internal/field_values.hpp"
#include "io/mat/internal/innate_names.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "io/mat/learner_state_file.hpp"
#include "rate/tasks/trajectory_task.hpp"

namespace rheobase::io {

namespace {

using Eigen::MatrixXd;

template <class T>
std::vector<std::byte> bytes_of_numbers(const T* values, std::size_t count) {
  const auto bytes = std::as_bytes(std::span(values, count));
  return {bytes.begin(), bytes.end()};
}

/// A matrix in single precision, which its numbers come from; double where one of them does not.
void add_compact(MatFields& fields, std::string name, const MatrixXd& values) {
  const Eigen::MatrixXf single = values.cast<float>();
  if (single.cast<double>() != values) {
    fields.matrix(std::move(name), values);
    return;
  }
  fields.add({std::move(name), MatField::Kind::float32, static_cast<std::size_t>(single.rows()),
              static_cast<std::size_t>(single.cols()),
              bytes_of_numbers(single.data(), static_cast<std::size_t>(single.size()))});
}

/// Rows of plastic units x N: where there is a synapse.
void add_mask(MatFields& fields, const rate::Reservoir& network) {
  const auto rows = static_cast<std::size_t>(network.plastic_units);
  const auto columns = static_cast<std::size_t>(network.units());
  std::vector<std::uint8_t> mask(rows * columns, 0);
  for (std::size_t i = 0; i < rows; ++i) {
    for (const std::int32_t j : network.presynaptic[i]) {
      mask[static_cast<std::size_t>(j) * rows + i] = 1;
    }
  }
  fields.add({innate_member("mask"), MatField::Kind::logical, rows, columns,
              bytes_of_numbers(mask.data(), mask.size())});
}

/// Channel and first step counted from 1, as everything in .mat files.
std::array<double, 4> pulse_numbers(const rate::Pulse& pulse) {
  return {pulse.channel + 1.0, pulse.amplitude, pulse.start + 1.0,
          static_cast<double>(pulse.steps)};
}

void add_trials(MatFields& fields, const InnateFile& file) {
  for (std::size_t k = 0; k < file.experiment.trials.size(); ++k) {
    const rate::InnateTrial& trial = file.experiment.trials[k];
    const auto name = [k](std::string_view member) { return innate_trial_member(k, member); };
    fields.text(name("name"), k < file.names.size() ? file.names[k] : "");
    fields.row(name("cue"), pulse_numbers(trial.cue));
    fields.row(name("perturbation"), pulse_numbers(trial.perturbation));
    fields.row(name("window"), std::array{trial.window_start + 1.0, double(trial.window_stop)});
    fields.matrix(name("target"), trial.target);
    if (k < file.result.innate.size()) {
      add_compact(fields, name("innate"), file.result.innate[k]);
      add_compact(fields, name("innate_output"), file.result.innate_output[k]);
    }
  }
}

void add_tests(MatFields& fields, const std::vector<rate::InnateTest>& tests) {
  for (std::size_t k = 0; k < tests.size(); ++k) {
    const rate::InnateTest& test = tests[k];
    const auto name = [k](std::string_view member) { return innate_test_member(k, member); };
    fields.number(name("trajectory"), static_cast<double>(test.trajectory + 1));
    fields.logical(name("trained"), test.trained);
    fields.logical(name("perturbed"), test.perturbed);
    fields.matrix(name("correlation"), test.correlation);
    fields.number(name("path_rmse"), test.path_rmse);
    add_compact(fields, name("output"), test.output);
    add_compact(fields, name("rates"), test.rates);
  }
}

void add_exponents(MatFields& fields, const rate::TrainingExponents& exponents) {
  fields.row(innate_member("lyapunov_free"),
             std::array{exponents.free_before, exponents.free_after});
  MatrixXd along(exponents.trial_before.size(), 2);
  along << exponents.trial_before, exponents.trial_after;
  fields.matrix(innate_member("lyapunov_trial"), along);
}

ModelFile as_model_file(const InnateFile& file) {
  ModelFile model;
  const rate::InnateState& state = file.result.state;
  model.network = rate::network_of(file.result.network, file.experiment.noise);
  model.network.w_initial = file.start.w;
  model.task = std::string(rate::kInnateTask) + file.kind;
  model.provenance.losses = state.recurrent_loss;
  model.provenance.losses.insert(model.provenance.losses.end(), state.readout_loss.begin(),
                                 state.readout_loss.end());
  model.provenance.trials = state.recurrent_done + state.readout_done;
  model.provenance.seed = file.experiment.seed;
  model.provenance.command = file.command;
  return model;
}

}  // namespace

bool is_innate_file(const std::filesystem::path& path) {
  static constexpr std::array<std::string_view, 1> kWanted{"innate"};
  return MatFile(path, kWanted).has("innate");
}

void write_innate_file(const std::filesystem::path& path, const InnateFile& file, bool keep_state,
                       const std::function<bool()>& stop) {
  const rate::InnateState& state = file.result.state;
  MatFields fields = model_fields(as_model_file(file));
  fields.text(innate_member("kind"), file.kind);
  fields.number(innate_member("version"), kInnateVersion);
  fields.number(innate_member("trials"), static_cast<double>(file.experiment.trials.size()));
  fields.number(innate_member("tests"), static_cast<double>(file.result.tests.size()));
  fields.matrix(innate_member("w_out0"), file.start.w_out);
  add_mask(fields, file.start);
  fields.number(innate_member("recurrent_done"), state.recurrent_done);
  fields.number(innate_member("readout_done"), state.readout_done);
  fields.row(innate_member("recurrent_loss"), state.recurrent_loss);
  fields.row(innate_member("readout_loss"), state.readout_loss);
  fields.number(innate_member("seconds"), file.result.seconds);
  if (file.experiment.x0.size() > 0) {
    fields.matrix(innate_member("x0"), file.experiment.x0);
  }
  if (file.exponents) {
    add_exponents(fields, *file.exponents);
  }
  add_values(fields, kInnateOptions, rate::innate_fields(), file.experiment);
  if (file.drawn_with) {
    add_values(fields, kInnateNetwork, rate::reservoir_fields(), *file.drawn_with);
  }
  add_trials(fields, file);
  add_tests(fields, file.result.tests);
  if (keep_state) {
    add_learner_state(fields, {std::string(kInnateKind), kInnateVersion, state.arrays});
  }
  write_mat(path, fields, MatVersion::level5, {}, {}, stop);
}

}  // namespace rheobase::io
