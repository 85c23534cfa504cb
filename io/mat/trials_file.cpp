#include "io/mat/trials_file.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

constexpr double kLargestLabel = 1e9;

struct Shape {
  Index inputs, steps, trials;
};

Shape shape_of(const MatFile& file) {
  constexpr const char* kRequired = "must be inputs x T x trials of real numbers";
  const MatArray* u = file.find("u");
  if (u == nullptr) {
    file.fail("u", "nothing", kRequired);
  }
  if (!u->numeric() || u->dims.size() > 3) {
    file.fail("u", u->describe(), kRequired);
  }
  const std::size_t trials = u->dims.size() == 3 ? u->dims[2] : 1;
  const Shape shape{static_cast<Index>(u->dims[0]), static_cast<Index>(u->dims[1]),
                    static_cast<Index>(trials)};
  if (shape.inputs < 1 || shape.steps < 2 || shape.trials < 1) {
    file.fail("u", u->describe(), "must have at least 1 input, 2 steps and 1 trial");
  }
  return shape;
}

/// Targets of all trials: outputs x T each, one behind the other.
struct Targets {
  Index outputs = 1;
  std::vector<double> values;

  Eigen::MatrixXd of_trial(Index trial, Index steps) const {
    return Eigen::Map<const Eigen::MatrixXd>(values.data() + trial * outputs * steps, outputs,
                                             steps);
  }
};

/// z: T x trials for one output, outputs x T x trials for several.
Targets read_targets(const MatFile& file, const Shape& shape) {
  const MatArray* z = file.find("z");
  if (z != nullptr && z->numeric() && z->dims.size() == 3) {
    if (static_cast<Index>(z->dims[1]) != shape.steps ||
        static_cast<Index>(z->dims[2]) != shape.trials || z->dims[0] < 1) {
      file.fail("z", z->describe(),
                fmt::format("must be outputs x T x trials as in u: outputs x {} x {}", shape.steps,
                            shape.trials));
    }
    return {static_cast<Index>(z->dims[0]), {z->values.begin(), z->values.end()}};
  }
  const Eigen::MatrixXd one =
      file.matrix("z", shape.steps, shape.trials,
                  fmt::format("must be T x trials as in u: {} x {}", shape.steps, shape.trials));
  return {1, {one.data(), one.data() + one.size()}};
}

/// Labels of the trials and, in rising order, those that occur.
std::pair<std::vector<double>, std::vector<double>> read_labels(const MatFile& file, Index trials) {
  if (!file.has("label")) {
    return {std::vector<double>(static_cast<std::size_t>(trials), 0.0), {0.0}};
  }
  const Eigen::VectorXd values =
      file.vector("label", trials, fmt::format("must hold one number a trial: {}", trials));
  for (const double value : values) {
    if (!(std::abs(value) <= kLargestLabel) || value != std::floor(value)) {
      file.fail("label", fmt::format("{}", value), "must be a whole number");
    }
  }
  const std::vector<double> labels(values.begin(), values.end());
  std::vector<double> known = labels;
  std::ranges::sort(known);
  known.erase(std::unique(known.begin(), known.end()), known.end());
  return {labels, known};
}

}  // namespace

rate::RecordedTrials read_trials(const std::filesystem::path& path) {
  return parse_trials(read_bytes(path), path.string());
}

rate::RecordedTrials parse_trials(std::span<const std::byte> bytes, const std::string& where) {
  const MatFile file(bytes, where);
  const Shape shape = shape_of(file);
  const Targets z = read_targets(file, shape);
  const auto [labels, known] = read_labels(file, shape.trials);
  rate::RecordedTrials recorded;
  for (const double label : known) {
    recorded.conditions.push_back(known.size() == 1 ? "trial" : fmt::format("label-{:g}", label));
  }
  const double* u = file.find("u")->values.data();
  for (Index k = 0; k < shape.trials; ++k) {
    const auto at = std::ranges::lower_bound(known, labels[static_cast<std::size_t>(k)]);
    recorded.trials.push_back({Eigen::Map<const Eigen::MatrixXd>(u + k * shape.inputs * shape.steps,
                                                                 shape.inputs, shape.steps),
                               z.of_trial(k, shape.steps), static_cast<int>(at - known.begin())});
  }
  if (file.has("step_ms")) {
    recorded.step_ms = file.vector("step_ms", 1, "must be one number, the step in ms")[0];
  }
  if (file.has("score_window_ms")) {
    const Eigen::VectorXd window =
        file.vector("score_window_ms", 2, "must be two numbers, start and end in ms");
    recorded.score_window_ms = {window[0], window[1]};
  }
  return recorded;
}

}  // namespace rheobase::io
