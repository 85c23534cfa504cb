#include "io/mat/trials_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/mat_file.hpp"
#include "rate/tasks/trials_hash.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

constexpr double kLargestLabel = 1e9;

/// Inputs and targets of the trials.
struct Signals {
  std::vector<Eigen::MatrixXd> u;  ///< inputs x T
  std::vector<Eigen::MatrixXd> z;  ///< outputs x T
};

struct Shape {
  Index inputs, steps, trials;
};

Shape shape_of(const MatFile& file, const MatArray& u) {
  if (!u.numeric() || u.dims.size() > 3) {
    file.fail("u", u.describe(), "must be inputs x T x trials of real numbers, or a cell a trial");
  }
  const std::size_t trials = u.dims.size() == 3 ? u.dims[2] : 1;
  const Shape shape{static_cast<Index>(u.dims[0]), static_cast<Index>(u.dims[1]),
                    static_cast<Index>(trials)};
  if (shape.inputs < 1 || shape.steps < 2 || shape.trials < 1) {
    file.fail("u", u.describe(), "must have at least 1 input, 2 steps and 1 trial");
  }
  return shape;
}

/// Targets of one trial: T numbers in any order of dimensions, or outputs x T.
Eigen::MatrixXd target_of(const MatFile& file, const std::string& name, Index steps) {
  const std::string required = fmt::format("must be {0} numbers or outputs x {0}, as in u", steps);
  Eigen::MatrixXd z = file.matrix(name, required);
  if (z.cols() == 1 && z.rows() == steps) {
    z.transposeInPlace();
  }
  return z.cols() == steps && z.rows() >= 1 ? z : file.matrix(name, -1, steps, required);
}

/// z: T x trials for one output, outputs x T x trials for several.
std::vector<Eigen::MatrixXd> read_targets(const MatFile& file, const Shape& shape) {
  const MatArray* z = file.find("z");
  if (shape.trials == 1 && (z == nullptr || z->dims.size() == 2)) {
    return {target_of(file, "z", shape.steps)};
  }
  std::vector<Eigen::MatrixXd> targets;
  if (z != nullptr && z->numeric() && z->dims.size() == 3) {
    const auto outputs = static_cast<Index>(z->dims[0]);
    if (static_cast<Index>(z->dims[1]) != shape.steps ||
        static_cast<Index>(z->dims[2]) != shape.trials || outputs < 1) {
      file.fail("z", z->describe(),
                fmt::format("must be outputs x T x trials as in u: outputs x {} x {}", shape.steps,
                            shape.trials));
    }
    for (Index k = 0; k < shape.trials; ++k) {
      targets.emplace_back(Eigen::Map<const Eigen::MatrixXd>(
          z->values.data() + k * outputs * shape.steps, outputs, shape.steps));
    }
    return targets;
  }
  const Eigen::MatrixXd one =
      file.matrix("z", shape.steps, shape.trials,
                  fmt::format("must be T x trials as in u: {} x {}", shape.steps, shape.trials));
  for (Index k = 0; k < shape.trials; ++k) {
    targets.emplace_back(one.col(k).transpose());
  }
  return targets;
}

Signals signals_of_arrays(const MatFile& file, const MatArray& u) {
  const Shape shape = shape_of(file, u);
  Signals signals;
  signals.z = read_targets(file, shape);
  for (Index k = 0; k < shape.trials; ++k) {
    signals.u.emplace_back(Eigen::Map<const Eigen::MatrixXd>(
        u.values.data() + k * shape.inputs * shape.steps, shape.inputs, shape.steps));
  }
  return signals;
}

/// One cell a trial: their lengths may differ.
Signals signals_of_cells(const MatFile& file, const MatArray& u) {
  const std::size_t trials = u.element_count().value_or(0);
  const MatArray* z = file.find("z");
  if (trials == 0 || z == nullptr || z->class_name != "cell" || z->element_count() != trials) {
    file.fail("z", z == nullptr ? "nothing" : z->describe(),
              fmt::format("must be a cell a trial as u: {}", trials));
  }
  Signals signals;
  for (std::size_t k = 1; k <= trials; ++k) {
    const std::string name = fmt::format("u{{{}}}", k);
    signals.u.push_back(file.matrix(name, "must be inputs x T"));
    if (signals.u.back().cols() < 2 || signals.u.back().rows() != signals.u.front().rows()) {
      file.fail(name, file.find(name)->describe(),
                fmt::format("must have {} and at least 2 steps",
                            counted(signals.u.front().rows(), "input")));
    }
    signals.z.push_back(target_of(file, fmt::format("z{{{}}}", k), signals.u.back().cols()));
  }
  return signals;
}

/// Name of every trial's condition.
struct Labels {
  std::vector<std::string> of_trial;
  std::vector<std::string> known;  ///< in order
};

/// Words for conditions, in the order of the alphabet.
Labels labels_of_words(const MatFile& file, std::vector<std::string> words) {
  constexpr std::string_view kRequired = "must be printable text, a row or a cell a trial";
  for (std::string& word : words) {
    word.erase(word.find_last_not_of(' ') + 1);
    const bool printable = std::ranges::none_of(
        word, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (word.empty() || !printable) {
      file.fail("label", fmt::format("'{}'", word), kRequired);
    }
  }
  Labels labels{words, std::move(words)};
  std::ranges::sort(labels.known);
  labels.known.erase(std::unique(labels.known.begin(), labels.known.end()), labels.known.end());
  return labels;
}

/// Whole numbers in rising order.
Labels labels_of_numbers(const MatFile& file, const Eigen::VectorXd& values) {
  std::vector<double> sorted(values.begin(), values.end());
  for (const double value : sorted) {
    if (!(std::abs(value) <= kLargestLabel) || value != std::floor(value)) {
      file.fail("label", fmt::format("{}", value), "must be a whole number, or text");
    }
  }
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const auto name = [](double value) { return fmt::format("label-{:g}", value); };
  Labels labels;
  std::ranges::transform(values, std::back_inserter(labels.of_trial), name);
  std::ranges::transform(sorted, std::back_inserter(labels.known), name);
  return labels;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

Labels read_labels(const MatFile& file, std::size_t trials) {
  const MatArray* label = file.find("label");
  if (label == nullptr) {
    return {std::vector<std::string>(trials, "trial"), {"trial"}};
  }
  const std::string required = fmt::format("must hold one number or text a trial: {}", trials);
  std::vector<std::string> words;
  if (label->class_name == "char") {
    words = lines_of(label->text);
  } else if (label->class_name == "cell") {
    for (std::size_t k = 1; k <= label->element_count().value_or(0); ++k) {
      words.push_back(file.text(fmt::format("label{{{}}}", k), "must be text"));
    }
  } else {
    return labels_of_numbers(file, file.vector("label", static_cast<Index>(trials), required));
  }
  if (words.size() != trials) {
    file.fail("label", fmt::format("{} of them", words.size()), required);
  }
  return labels_of_words(file, std::move(words));
}

/// Names, one a channel: rows of text or a cell of words.
std::vector<std::string> read_names(const MatFile& file, const char* field) {
  const MatArray* array = file.find(field);
  if (array == nullptr) {
    return {};
  }
  std::vector<std::string> names;
  if (array->class_name == "cell") {
    for (std::size_t k = 1; k <= array->element_count().value_or(0); ++k) {
      names.push_back(file.text(fmt::format("{}{{{}}}", field, k), "must be text"));
    }
  } else {
    names = lines_of(file.text(field, "must be text, a row or a cell a name"));
  }
  for (std::string& name : names) {
    name.erase(name.find_last_not_of(' ') + 1);
  }
  return names;
}

/// What pictures and tables say of the trials, and numbers that belong to each.
void read_description(const MatFile& file, rate::RecordedTrials& recorded) {
  if (file.has("title")) {
    recorded.title = file.text("title", "must be text");
  }
  recorded.input_names = read_names(file, "input_names");
  recorded.output_names = read_names(file, "output_names");
  if (file.has("stimulus_windows_ms")) {
    constexpr std::string_view kRequired = "must be windows x 2: starts and ends in ms";
    Eigen::MatrixXd windows = file.matrix("stimulus_windows_ms", kRequired);
    if (windows.cols() != 2 && windows.size() == 2) {
      windows.transposeInPlace();
    }
    if (windows.cols() != 2) {
      file.fail("stimulus_windows_ms", file.find("stimulus_windows_ms")->describe(), kRequired);
    }
    for (const auto& window : windows.rowwise()) {
      recorded.stimulus_windows_ms.emplace_back(window[0], window[1]);
    }
  }
  constexpr std::string_view kValues = "values.";
  const auto trials = static_cast<Index>(recorded.trials.size());
  for (const MatArray& array : file.arrays()) {
    if (array.name.starts_with(kValues)) {
      const Eigen::VectorXd values = file.vector(
          array.name, trials, fmt::format("must be one finite number a trial: {}", trials));
      if (!values.allFinite()) {
        file.fail(array.name, "a value that is not finite", "must be finite");
      }
      recorded.values[array.name.substr(kValues.size())] = {values.begin(), values.end()};
    }
  }
}

}  // namespace

rate::RecordedTrials read_trials(const std::filesystem::path& path) {
  rate::RecordedTrials recorded = parse_trials(read_bytes(path), path.string());
  recorded.split.emplace();
  recorded.split->file = path.string();
  recorded.split->hash = rate::hash_of(recorded);
  return recorded;
}

rate::RecordedTrials parse_trials(std::span<const std::byte> bytes, const std::string& where) {
  constexpr std::array<std::string_view, 10> kFields{"u",
                                                     "z",
                                                     "label",
                                                     "step_ms",
                                                     "score_window_ms",
                                                     "title",
                                                     "input_names",
                                                     "output_names",
                                                     "stimulus_windows_ms",
                                                     "values"};
  return parse_trials(MatFile(bytes, where, kFields));
}

rate::RecordedTrials parse_trials(const MatFile& file) {
  const MatArray* u = file.find("u");
  if (u == nullptr) {
    file.fail("u", "nothing", "must be inputs x T x trials of real numbers, or a cell a trial");
  }
  Signals signals =
      u->class_name == "cell" ? signals_of_cells(file, *u) : signals_of_arrays(file, *u);
  const Labels labels = read_labels(file, signals.u.size());
  rate::RecordedTrials recorded;
  recorded.conditions = labels.known;
  for (std::size_t k = 0; k < signals.u.size(); ++k) {
    const auto at = std::ranges::find(labels.known, labels.of_trial[k]);
    recorded.trials.push_back({std::move(signals.u[k]), std::move(signals.z[k]),
                               static_cast<int>(at - labels.known.begin())});
  }
  rate::make_equally_long(recorded.trials);
  if (file.has("step_ms")) {
    constexpr std::string_view kStep = "must be one positive number, the step in ms";
    recorded.step_ms = file.vector("step_ms", 1, kStep)[0];
    if (!(recorded.step_ms > 0.0) || std::isinf(recorded.step_ms)) {
      file.fail("step_ms", fmt::format("{}", recorded.step_ms), kStep);
    }
  }
  if (file.has("score_window_ms")) {
    const Eigen::VectorXd window =
        file.vector("score_window_ms", 2, "must be two numbers, start and end in ms");
    recorded.score_window_ms = {window[0], window[1]};
  }
  read_description(file, recorded);
  return recorded;
}

}  // namespace rheobase::io
