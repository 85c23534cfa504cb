#include "io/mat/innate_start_file.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr double kMostStartSteps = 1e8;
constexpr std::size_t kMostTrajectories = 26;  // path_a to path_z

/// @throws InputError that names the place of the first number that is not finite
void require_finite(const MatFile& file, const std::string& name, const MatrixXd& values) {
  for (Index j = 0; j < values.cols(); ++j) {
    for (Index i = 0; i < values.rows(); ++i) {
      if (!std::isfinite(values(i, j))) {
        file.fail(name, fmt::format("{} at ({}, {})", values(i, j), i + 1, j + 1),
                  "must be finite");
      }
    }
  }
}

/// A duration in ms as whole steps.
int steps_of(const MatFile& file, const std::string& name, double ms, double step_ms) {
  const double steps = ms / step_ms;
  if (!(steps >= 0.0) || steps > kMostStartSteps || std::abs(steps - std::round(steps)) > 1e-6) {
    file.fail(name, fmt::format("{} ms", ms),
              fmt::format("must be a whole number of steps of {} ms", step_ms));
  }
  return static_cast<int>(std::lround(steps));
}

double number(const MatFile& file, const std::string& name, std::string_view what) {
  return file.number(name, fmt::format("must be one number, {}", what));
}

double number_or(const MatFile& file, const std::string& name, double otherwise) {
  return file.has(name) ? file.number(name, "must be one number") : otherwise;
}

/// Where synapses of plastic units are.
MatrixXd read_mask(const MatFile& file, const MatrixXd& w) {
  if (file.has("mask")) {
    MatrixXd mask = file.matrix("mask", -1, w.cols(),
                                fmt::format("must be plastic units x N with N = {}", w.cols()));
    if (file.has("N_plastic")) {
      file.integer("N_plastic", mask.rows(), mask.rows(),
                   fmt::format("must be the {} rows of the mask", mask.rows()));
    }
    return mask;
  }
  const auto plastic = file.integer("N_plastic", 0, w.rows(),
                                    fmt::format("must be a number of units, 0 to N = {}, where "
                                                "there is no mask",
                                                w.rows()));
  return w.topRows(static_cast<Index>(plastic));
}

rate::Reservoir read_network(const MatFile& file) {
  const MatrixXd w = file.matrix("W_rec0", "must be N x N, the weights before training");
  const Index n = w.rows();
  if (w.cols() != n) {
    file.fail("W_rec0", fmt::format("{} x {}", n, w.cols()), "must be N x N");
  }
  const MatrixXd w_in =
      file.matrix("W_in", n, -1, fmt::format("must be N x inputs with N = {}", n));
  const MatrixXd w_out =
      file.matrix("W_out0", -1, n, fmt::format("must be outputs x N with N = {}", n));
  const MatrixXd mask = read_mask(file, w);
  try {
    return rate::reservoir_from(w, w_in, w_out, mask, number_or(file, "tau", 10.0),
                                number_or(file, "dt", 1.0));
  } catch (const InputError& error) {
    const bool initial = error.field() == "W_rec" || error.field() == "W_out";
    throw InputError(file.where(), fmt::format("field '{}{}'", error.field(), initial ? "0" : ""),
                     error.found(), error.required());
  }
}

/// Names of the fields that hold targets: "target", or "path_a", "path_b", ...
std::vector<std::string> target_fields(const MatFile& file) {
  std::vector<std::string> fields;
  for (std::size_t k = 0; k < kMostTrajectories; ++k) {
    const std::string name = std::string("path_") + static_cast<char>('a' + k);
    if (!file.has(name)) {
      break;
    }
    fields.push_back(name);
  }
  if (fields.empty()) {
    fields.emplace_back("target");
  }
  return fields;
}

/// The trial's clock, the same for all trajectories but for the window.
struct StartClock {
  rate::Pulse cue, perturbation;
  std::vector<int> windows;
  int relaxation = 0;
};

StartClock read_clock(const MatFile& file, std::size_t trajectories, double step_ms) {
  StartClock clock;
  const auto steps = [&](const std::string& name, std::string_view what) {
    return steps_of(file, name, number(file, name, what), step_ms);
  };
  clock.cue = {0, number(file, "stim_amp", "the amplitude of the cue"),
               steps("t_offset", "the onset of the cue in ms"),
               steps("d_stim", "the duration of the cue in ms")};
  const std::string required = fmt::format("must be the window in ms, {} number{}", trajectories,
                                           trajectories == 1 ? "" : "s, one a trajectory");
  const Eigen::VectorXd windows = file.vector("d_traj", static_cast<Index>(trajectories), required);
  for (const double window : windows) {
    clock.windows.push_back(steps_of(file, "d_traj", window, step_ms));
  }
  clock.relaxation = steps_of(file, "t_relax", number_or(file, "t_relax", 0.0), step_ms);
  if (file.has("pert_amp") || file.has("pert_start") || file.has("pert_len")) {
    clock.perturbation = {1, number(file, "pert_amp", "the amplitude of the perturbation"),
                          steps("pert_start", "its onset in the trial in ms"),
                          steps("pert_len", "its duration in ms")};
  }
  return clock;
}

rate::InnateTrial make_trial(const MatFile& file, const StartClock& clock, std::size_t k,
                             const std::string& field, Index outputs) {
  rate::InnateTrial trial;
  const int channel = static_cast<int>(2 * k);
  trial.cue = clock.cue;
  trial.cue.channel = channel;
  trial.perturbation = clock.perturbation;
  trial.perturbation.channel = channel + 1;
  trial.window_start = clock.cue.start + clock.cue.steps;
  trial.window_stop = trial.window_start + clock.windows[k];
  trial.steps = trial.window_stop + clock.relaxation;
  if (field == "target") {
    const MatrixXd target =
        file.matrix(field, trial.steps, outputs,
                    fmt::format("must be T x outputs, {} x {}", trial.steps, outputs));
    require_finite(file, field, target);
    trial.target = target.transpose();
  } else {
    const MatrixXd path = file.matrix(
        field, outputs, trial.window_steps(),
        fmt::format("must be outputs x window, {} x {}", outputs, trial.window_steps()));
    require_finite(file, field, path);
    trial.target = window_target(path, trial);
  }
  try {
    rate::validate(trial, 2 * static_cast<Index>(clock.windows.size()), outputs, "trial");
  } catch (const InputError& error) {
    throw InputError(file.where(), error.field(), error.found(), error.required());
  }
  return trial;
}

}  // namespace

InnateStart read_innate_start(const std::filesystem::path& path) {
  return parse_innate_start(read_bytes(path), path.string());
}

InnateStart parse_innate_start(std::span<const std::byte> bytes, const std::string& where) {
  return parse_innate_start(MatFile(bytes, where));
}

InnateStart parse_innate_start(const MatFile& file) {
  InnateStart start;
  start.network = read_network(file);
  const std::vector<std::string> fields = target_fields(file);
  const auto channels = static_cast<Index>(2 * fields.size());
  if (start.network.inputs() < channels) {
    file.fail("W_in", counted(start.network.inputs(), "input"),
              fmt::format("must have {}: a cue and a perturbation for each of {} trajectories",
                          channels, fields.size()));
  }
  const StartClock clock = read_clock(file, fields.size(), start.network.step_ms);
  for (std::size_t k = 0; k < fields.size(); ++k) {
    start.trials.push_back(make_trial(file, clock, k, fields[k], start.network.outputs()));
    start.names.push_back(fields[k].starts_with("path_") ? fields[k].substr(5) : fields[k]);
  }
  if (file.has("x0")) {
    const Index n = start.network.units();
    start.x0 = file.matrix("x0", -1, n, fmt::format("must be trials x N with N = {}", n));
    require_finite(file, "x0", start.x0);
  }
  return start;
}

std::vector<MatrixXd> read_paths(const std::filesystem::path& path,
                                 std::span<const std::string> names) {
  std::vector<std::string_view> wanted(names.begin(), names.end());
  const MatFile file(path, wanted);
  std::vector<MatrixXd> paths;
  for (const std::string& name : names) {
    constexpr std::string_view kRequired = "must be outputs x steps, a column a step";
    MatrixXd values = file.matrix(name, kRequired);
    const bool tall = values.rows() > values.cols();
    const bool other = !paths.empty() && values.rows() != paths.front().rows();
    if (values.rows() < 1 || values.cols() < 2 || tall || other) {
      file.fail(name, fmt::format("{} x {}", values.rows(), values.cols()),
                other ? fmt::format("must have {} as {}", counted(paths.front().rows(), "row"),
                                    names.front())
                      : std::string(kRequired));
    }
    require_finite(file, name, values);
    paths.push_back(std::move(values));
  }
  return paths;
}

}  // namespace rheobase::io
