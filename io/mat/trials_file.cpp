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
#include "core/whole_number.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/field_names.hpp"
#include "io/mat/mat_file.hpp"
#include "rate/tasks/trials_hash.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

constexpr double kLargestLabel = 1e9;

/// Fields of a trials file: two that must be there, and those that may.
constexpr std::array kFields = std::to_array<std::string_view>(
    {"u", "z", "label", "step_ms", "score_window_ms", "title", "input_names", "output_names",
     "stimulus_windows_ms", "values"});

/// Inputs and targets of the trials.
struct Signals {
  std::vector<Eigen::MatrixXd> u;  ///< inputs x T
  std::vector<Eigen::MatrixXd> z;  ///< outputs x T
};

struct Shape {
  Index inputs, steps, trials;
};

constexpr const char* kTransposed = "; is it transposed?";

Shape shape_of(const MatFile& file, const MatArray& u) {
  if (!u.numeric() || u.dims.size() > 3) {
    file.fail("u", u.describe(), "must be inputs x T x trials of real numbers, or a cell a trial");
  }
  const std::size_t trials = u.dims.size() == 3 ? u.dims[2] : 1;
  const Shape shape{static_cast<Index>(u.dims[0]), static_cast<Index>(u.dims[1]),
                    static_cast<Index>(trials)};
  if (shape.inputs < 1 || shape.steps < 2 || shape.trials < 1) {
    file.fail(
        "u", u.describe(),
        fmt::format("must be inputs x T x trials with at least 1 input, 2 steps and 1 trial{}",
                    shape.steps == 1 && shape.inputs > 1 ? kTransposed : ""));
  }
  return shape;
}

/// u of T x inputs beside a z that fits it the other way round: there are more steps than inputs.
void refuse_transposed_input(const MatFile& file, const std::string& name, const Shape& u,
                             Index steps_of_z) {
  if (u.inputs == steps_of_z && u.inputs > u.steps) {
    file.fail(name, file.find(name)->describe(),
              fmt::format("must be inputs x T with T = {} as in z{}", steps_of_z, kTransposed));
  }
}

/// Targets of one trial: T numbers in any order of dimensions, or outputs x T.
Eigen::MatrixXd target_of(const MatFile& file, const std::string& name, const std::string& input,
                          const Shape& u) {
  const Index steps = u.steps;
  std::string required = fmt::format("must be {0} numbers or outputs x {0}, as in u", steps);
  Eigen::MatrixXd z = file.matrix(name, required);
  if (z.cols() == 1 && z.rows() == steps) {
    z.transposeInPlace();
  }
  if (z.cols() == steps && z.rows() >= 1) {
    return z;
  }
  refuse_transposed_input(file, input, u, z.cols() == 1 ? z.rows() : z.cols());
  required += z.rows() == steps ? kTransposed : "";
  file.fail(name, file.find(name)->describe(), required);
}

/// Which of u and z of several trials has its dimensions in another order.
[[noreturn]] void refuse_targets(const MatFile& file, const Shape& u, const std::string& required) {
  const MatArray* z = file.find("z");
  if (z == nullptr || !z->numeric() || z->dims.size() > 3) {
    file.matrix("z", u.steps, u.trials, required);
  }
  std::array<Index, 3> of_u{u.inputs, u.steps, u.trials};
  const std::vector<std::size_t>& of_z = z->dims;
  const auto fits = [](Index steps, Index trials, std::size_t z_steps, std::size_t z_trials) {
    return static_cast<Index>(z_steps) == steps && static_cast<Index>(z_trials) == trials;
  };
  const std::size_t last = of_z.size() - 1;
  if (last == 2 && fits(u.inputs, u.steps, of_z[0], of_z[1])) {
    file.fail(
        "u", file.find("u")->describe(),
        "must be inputs x T x trials, and z outputs x T x trials: both begin with the same two "
        "numbers; are they trials x T x channels?");
  }
  if (fits(u.inputs, u.trials, of_z[last - 1], of_z[last])) {
    refuse_transposed_input(file, "u", u, u.inputs);
  }
  for (std::size_t i = 0; i <= last; ++i) {
    for (std::size_t j = 0; j <= last; ++j) {
      if (i != j && fits(u.steps, u.trials, of_z[i], of_z[j])) {
        file.fail("z", z->describe(), required + kTransposed);
      }
    }
  }
  std::ranges::sort(of_u);
  do {
    if (fits(of_u[1], of_u[2], of_z[last - 1], of_z[last])) {
      file.fail("u", file.find("u")->describe(),
                fmt::format("must be inputs x T x trials, T x trials = {} x {} as in z{}", of_u[1],
                            of_u[2], kTransposed));
    }
  } while (std::ranges::next_permutation(of_u).found);
  file.fail("z", z->describe(), required);
}

/// z: T x trials for one output, outputs x T x trials for several.
std::vector<Eigen::MatrixXd> read_targets(const MatFile& file, const Shape& shape) {
  const MatArray* z = file.find("z");
  if (shape.trials == 1 && (z == nullptr || z->dims.size() == 2)) {
    return {target_of(file, "z", "u", shape)};
  }
  std::vector<Eigen::MatrixXd> targets;
  if (z != nullptr && z->numeric() && z->dims.size() == 3) {
    const auto outputs = static_cast<Index>(z->dims[0]);
    if (static_cast<Index>(z->dims[1]) != shape.steps ||
        static_cast<Index>(z->dims[2]) != shape.trials || outputs < 1) {
      refuse_targets(file, shape,
                     fmt::format("must be outputs x T x trials as in u: outputs x {} x {}",
                                 shape.steps, shape.trials));
    }
    for (Index k = 0; k < shape.trials; ++k) {
      targets.emplace_back(Eigen::Map<const Eigen::MatrixXd>(
          z->values.data() + k * outputs * shape.steps, outputs, shape.steps));
    }
    return targets;
  }
  const std::string required =
      fmt::format("must be T x trials as in u: {} x {}", shape.steps, shape.trials);
  const Eigen::MatrixXd one = file.matrix("z", required);
  if (one.rows() != shape.steps || one.cols() != shape.trials) {
    refuse_targets(file, shape, required);
  }
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
  const std::string required = fmt::format("must be a cell a trial as u: {}", trials);
  if (z == nullptr) {
    file.matrix("z", required);  // says which field is nearest
  } else if (trials == 0 || z->class_name != "cell" || z->element_count() != trials) {
    file.fail("z", z->describe(), required);
  }
  Signals signals;
  for (std::size_t k = 1; k <= trials; ++k) {
    const std::string name = fmt::format("u{{{}}}", k);
    signals.u.push_back(file.matrix(name, "must be inputs x T"));
    const Eigen::MatrixXd& input = signals.u.back();
    const Index inputs = signals.u.front().rows();
    if (input.cols() < 2 || input.rows() != inputs) {
      // All of them T x inputs, or this one alone.
      const bool transposed = input.cols() == 1 || input.cols() == inputs ||
                              (input.cols() == signals.u.front().cols() && input.cols() < inputs);
      file.fail(name, file.find(name)->describe(),
                fmt::format("must be inputs x T with {} as u{{1}}, and at least 2 steps{}",
                            counted(inputs, "input"), transposed ? kTransposed : ""));
    }
    signals.z.push_back(
        target_of(file, fmt::format("z{{{}}}", k), name, {input.rows(), input.cols(), 1}));
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
  const auto name = [](double value) { return fmt::format("label-{}", to_integer<long>(value)); };
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

/// More labels than trials, and as many as u has rows or columns: its dimensions are in another
/// order.
void refuse_other_order(const MatFile& file, std::size_t labels, std::size_t trials) {
  const MatArray* u = file.find("u");
  if (labels > trials && u->dims.size() == 3 &&
      std::ranges::find(u->dims, labels) != u->dims.end()) {
    file.fail("u", u->describe(),
              fmt::format("must be inputs x T x trials with {} trials as in label{}", labels,
                          kTransposed));
  }
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
    refuse_other_order(file, label->element_count().value_or(0), trials);
    return labels_of_numbers(file, file.vector("label", static_cast<Index>(trials), required));
  }
  refuse_other_order(file, words.size(), trials);
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
    if (std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
      file.fail(field, fmt::format("'{}'", name), "must have no control characters");
    }
  }
  return names;
}

/// Numbers of the trials have names: an array would be read by nobody.
void refuse_values_alone(const MatFile& file) {
  const MatArray* values = file.find("values");
  if (values != nullptr &&
      (values->class_name != "struct" || values->element_count().value_or(1) != 1)) {
    file.fail("values", values->describe(),
              "must be a structure with one number a trial in every member, such as "
              "values.coherence");
  }
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
  refuse_values_alone(file);
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
  return parse_trials(MatFile(bytes, where, kFields));
}

rate::RecordedTrials parse_trials(const MatFile& file) {
  const MatArray* u = file.find("u");
  if (u == nullptr) {
    file.matrix("u", "must be inputs x T x trials of real numbers, or a cell a trial");
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
  recorded.doubts = misspelt_fields(file, kFields, std::span(kFields).subspan(2));
  return recorded;
}

}  // namespace rheobase::io
