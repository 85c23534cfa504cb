#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/innate_file.hpp"
#include "io/mat/internal/field_values.hpp"
#include "io/mat/internal/innate_names.hpp"
#include "io/mat/internal/innate_trials.hpp"
#include "io/mat/internal/rate_network_fields.hpp"
#include "io/mat/learner_state_file.hpp"
#include "rate/learning/innate/trial_measures.hpp"
#include "rate/learning/rls/half_matrix.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr std::int64_t kMostTrials = 1'000'000;

/// Runs `make`; a fault that it finds is the file's.
template <class Make>
auto as_fault_of(const MatFile& file, const Make& make) {
  try {
    return make();
  } catch (const InputError& error) {
    if (error.where() == file.where()) {
      throw;
    }
    const std::string field =
        error.field().empty() ? error.where() : fmt::format("{}, {}", error.where(), error.field());
    throw InputError(file.where(), field, error.found(), error.required());
  }
}

int count_of(const MatFile& file, const std::string& name, std::int64_t least = 0) {
  return static_cast<int>(
      file.integer(name, least, kMostTrials, fmt::format("must be a whole number from {}", least)));
}

MatrixXd read_rates(const MatFile& file, const std::string& name, Index steps) {
  MatrixXd values =
      file.matrix(name, -1, steps, fmt::format("must be units x T with T = {}", steps));
  if (!values.allFinite()) {
    file.fail(name, "a number that is not finite", "must be finite");
  }
  return values;
}

rate::InnateTest read_test(const MatFile& file, std::size_t k,
                           const std::vector<rate::InnateTrial>& trials) {
  const auto name = [k](std::string_view member) { return innate_test_member(k, member); };
  const auto truth = [&](std::string_view member) {
    return file.integer(name(member), 0, 1, "must be 0 or 1") == 1;
  };
  rate::InnateTest test;
  const auto count = static_cast<std::int64_t>(trials.size());
  test.trajectory =
      static_cast<std::size_t>(file.integer(name("trajectory"), 1, count,
                                            fmt::format("must be a trajectory, 1 to {}", count)) -
                               1);
  const rate::InnateTrial& trial = trials[test.trajectory];
  test.trained = truth("trained");
  test.perturbed = truth("perturbed");
  test.output =
      file.matrix(name("output"), trial.target.rows(), trial.steps,
                  fmt::format("must be outputs x T, {} x {}", trial.target.rows(), trial.steps));
  if (!test.output.allFinite()) {
    file.fail(name("output"), "a number that is not finite", "must be finite");
  }
  test.rates = read_rates(file, name("rates"), trial.steps);
  test.correlation = rate::window_correlation(test.output, trial);
  test.path_rmse = rate::path_rmse(test.output, trial);
  return test;
}

/// The network of the start; its weights of now go into `now`.
rate::Reservoir read_start(const MatFile& file, rate::Reservoir& now) {
  const rate::RateNetwork network = read_rate_network(file);
  const Index n = network.units();
  if (network.w_initial.size() == 0) {
    file.fail("w0", "nothing", "must be N x N, the weights before training");
  }
  if ((network.tau_ms.array() != network.tau_ms[0]).any()) {
    file.fail("tau_ms", "different time constants", "must be one for all units");
  }
  const MatrixXd w_out0 =
      file.matrix(innate_member("w_out0"), network.outputs(), n,
                  fmt::format("must be outputs x N, {} x {}", network.outputs(), n));
  const MatrixXd mask = file.matrix(innate_member("mask"), -1, n,
                                    fmt::format("must be plastic units x N with N = {}", n));
  rate::Reservoir start = as_fault_of(file, [&] {
    return rate::reservoir_from(network.w_initial, network.w_in, w_out0, mask, network.tau_ms[0],
                                network.step_ms);
  });
  now = start;
  now.w = network.w;
  now.w_out = network.w_out;
  MatrixXd beside = network.w;
  for (std::size_t i = 0; i < start.presynaptic.size(); ++i) {
    for (const std::int32_t j : start.presynaptic[i]) {
      beside(static_cast<Index>(i), j) = 0.0;
    }
  }
  if (!beside.isZero(0.0)) {
    file.fail("w", "a weight where there was no synapse before training",
              "must have the synapses of w0 and innate.mask");
  }
  return start;
}

std::vector<double> read_losses(const MatFile& file, const std::string& name, int done) {
  const Eigen::VectorXd values =
      file.vector(name, done, fmt::format("must have one loss for each of {} trials done", done));
  if (!values.allFinite()) {
    file.fail(name, "a number that is not finite", "must be finite");
  }
  return {values.begin(), values.end()};
}

/// @throws InputError where the learner's arrays do not have the sizes that the network needs
void check_arrays(const MatFile& file, const rate::Reservoir& network,
                  const rate::NamedArrays& arrays) {
  std::size_t synapses = 0;
  std::size_t p = 0;
  for (std::size_t i = 0; i < network.presynaptic.size(); ++i) {
    const std::size_t inputs = network.presynaptic[i].size();
    synapses += inputs;
    p += i < static_cast<std::size_t>(network.plastic_units) ? rate::lower_half_size(inputs) : 0;
  }
  const auto n = static_cast<std::size_t>(network.units());
  const std::pair<std::string_view, std::size_t> needed[] = {
      {"W_rec", synapses},
      {"W_out", static_cast<std::size_t>(network.w_out.size())},
      {"P_rec", p},
      {"P_out", rate::lower_half_size(n)},
      {"x", n}};
  for (const auto& [name, length] : needed) {
    const auto found = std::find_if(arrays.begin(), arrays.end(),
                                    [name = name](const auto& one) { return one.name == name; });
    const std::size_t there = found == arrays.end() ? 0 : found->values.size();
    if (there != length) {
      file.fail(fmt::format("learner_arrays.{}", name), counted(there, "number"),
                fmt::format("must have {}, as the network needs", length));
    }
  }
}

rate::InnateState read_state(const MatFile& file, const InnateFile& read) {
  rate::InnateState state;
  const int trajectories = static_cast<int>(read.experiment.trials.size());
  const auto done = [&](const char* name, int repetitions) {
    const int count = count_of(file, innate_member(name));
    if (count > repetitions * trajectories) {
      file.fail(
          innate_member(name), fmt::format("{}", count),
          fmt::format("must be at most {}, the trials there are", repetitions * trajectories));
    }
    return count;
  };
  state.recurrent_done = done("recurrent_done", read.experiment.recurrent_trials);
  state.readout_done = done("readout_done", read.experiment.readout_trials);
  state.recurrent_loss = read_losses(file, innate_member("recurrent_loss"), state.recurrent_done);
  state.readout_loss = read_losses(file, innate_member("readout_loss"), state.readout_done);
  if (holds_learner_state(file)) {
    state.arrays = read_learner_state(file, kInnateKind, kInnateVersion).arrays;
    check_arrays(file, read.start, state.arrays);
  }
  return state;
}

void read_exponents(const MatFile& file, InnateFile& read) {
  if (!file.has(innate_member("lyapunov_free"))) {
    return;
  }
  const auto trajectories = static_cast<Index>(read.experiment.trials.size());
  const Eigen::VectorXd free =
      file.vector(innate_member("lyapunov_free"), 2, "must be two numbers, before and after");
  const MatrixXd along = file.matrix(innate_member("lyapunov_trial"), trajectories, 2,
                                     fmt::format("must be {} x 2, before and after", trajectories));
  read.exponents = rate::TrainingExponents{free[0], free[1], along.col(0), along.col(1)};
}

void read_experiment(const MatFile& file, InnateFile& read) {
  rate::InnateExperiment& experiment = read.experiment;
  read_values(file, kInnateOptions, rate::innate_fields(), experiment);
  experiment.rule.schedule.seed = experiment.seed;
  if (file.has(innate_member("x0"))) {
    experiment.x0 = file.matrix(innate_member("x0"), "must be trials x N");
  }
  const int trajectories = count_of(file, innate_member("trials"), 1);
  for (std::size_t k = 0; k < static_cast<std::size_t>(trajectories); ++k) {
    experiment.trials.push_back(read_innate_trial(file, k));
    read.names.push_back(file.text(innate_trial_member(k, "name"), "must be text"));
    const std::string innate = innate_trial_member(k, "innate");
    if (file.has(innate)) {
      const int steps = experiment.trials.back().steps;
      read.result.innate.push_back(read_rates(file, innate, steps));
      read.result.innate_output.push_back(
          read_rates(file, innate_trial_member(k, "innate_output"), steps));
    }
  }
  as_fault_of(file, [&] {
    validate(experiment, read.start);
    return 0;
  });
}

}  // namespace

InnateFile read_innate_file(const std::filesystem::path& path) {
  return parse_innate_file(read_bytes(path), path.string());
}

InnateFile parse_innate_file(std::span<const std::byte> bytes, const std::string& where) {
  return parse_innate_file(MatFile(bytes, where));
}

InnateFile parse_innate_file(const MatFile& file) {
  if (!file.has("innate")) {
    file.fail("innate", "a file without it",
              "must be a network of innate training (rheobase innate timing or words)");
  }
  file.integer(innate_member("version"), kInnateVersion, kInnateVersion,
               fmt::format("must be {}, the version that this program reads", kInnateVersion));
  InnateFile read;
  read.kind = file.text(innate_member("kind"), "must be timing or words");
  if (read.kind != "timing" && read.kind != "words") {
    file.fail(innate_member("kind"), fmt::format("'{}'", read.kind), "must be timing or words");
  }
  read.start = read_start(file, read.result.network);
  read_experiment(file, read);
  if (file.has(std::string(kInnateNetwork) + "units")) {
    read.drawn_with.emplace();
    read_values(file, kInnateNetwork, rate::reservoir_fields(), *read.drawn_with);
  }
  read.result.state = read_state(file, read);
  const int tests = count_of(file, innate_member("tests"));
  for (std::size_t k = 0; k < static_cast<std::size_t>(tests); ++k) {
    read.result.tests.push_back(read_test(file, k, read.experiment.trials));
  }
  read.result.seconds = file.number(innate_member("seconds"), "must be one number");
  read_exponents(file, read);
  if (file.has("command")) {
    read.command = file.text("command", "must be text");
  }
  return read;
}

void require_state(const InnateFile& file, const std::string& where) {
  if (file.result.state.arrays.empty()) {
    throw InputError(where, "field 'learner_state'", "nothing",
                     "must hold P, as a checkpoint or a model saved with --keep-p does");
  }
}

}  // namespace rheobase::io
