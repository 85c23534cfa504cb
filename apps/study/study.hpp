// A study: one pipeline of this program's own commands, run under several conditions with several
// seeds. A cell is one condition with one seed; its result is a function of the two alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/random.hpp"

namespace rheobase::study {

/// A value in a study file.
using Scalar = std::variant<bool, std::int64_t, double, std::string>;

/// As it is written on a command line: "true", "250", "0.1", the text itself.
std::string text_of(const Scalar& value);

/// Parameters of a condition and their values, in the order of the file.
using Parameters = std::vector<std::pair<std::string, Scalar>>;

const Scalar* find(const Parameters& parameters, const std::string& name);

/// An option of a step and its values. Texts may hold placeholders: {seed}, {study} (the study
/// file's folder), {PARAMETER}; "{{" is a brace.
struct StepOption {
  std::string name;  ///< as on the command line: "--trials"
  std::vector<Scalar> values;
  bool flag = false;  ///< takes no value: given where its one value is true
};

/// One command of the pipeline. All steps of a cell share a working folder.
struct Step {
  std::string name;
  std::vector<std::string> command;  ///< "motif", "train"
  std::vector<std::string> arguments;
  std::vector<StepOption> options;
  std::vector<std::string> only;  ///< conditions of the list in which it runs; empty: all
};

/// A figure of merit: a value in the JSON that a step prints.
struct Measure {
  std::string name;
  std::string step;
  std::string path;  ///< keys and places from 0, with dots between: "spiking.accuracy.value"
  std::string label = {};
  std::optional<double> success_at_least = {}, success_at_most = {};  ///< what counts as a success
  std::string among = {};  ///< a measure of truth: only cells where it is true are counted

  /// Whether values are counted as successes: truths, and numbers with a bound.
  bool has_bound() const { return success_at_least.has_value() || success_at_most.has_value(); }
};

struct Condition {
  std::string name;
  std::string listed;  ///< its name in the list of conditions; empty without a list
  std::string folder;  ///< of its cells' results
  Parameters parameters;
  std::vector<Seed> seeds;
};

/// What a publication reports for a measure in a condition.
struct Published {
  std::string measure, condition;
  std::optional<double> mean, sd, fraction;
  std::string source;
};

/// Two conditions, or two measures in one condition, to be compared.
struct Comparison {
  std::string measure, other_measure;      ///< the second is empty: the same
  std::string condition, other_condition;  ///< the second is empty: the same
};

/// A figure: a measure over a parameter, a line for each value of another one.
struct Plot {
  std::string name, measure, over, by;
  std::vector<std::string> only = {};  ///< conditions of the list that it shows; empty: all
};

struct Study {
  std::string name;  ///< of the file, without its extension
  std::string title;
  std::filesystem::path folder;  ///< that of the file
  std::string text;              ///< of the file
  bool quick = false;
  std::vector<Step> steps;
  std::vector<Measure> measures;
  std::vector<std::string> keep;  ///< files that a cell leaves beside its result
  std::vector<Condition> conditions;
  std::vector<Published> published;
  std::vector<Comparison> comparisons;
  std::vector<Plot> plots;
};

/// A condition with a seed, as places in the study.
struct Cell {
  std::size_t condition = 0;
  Seed seed = 0;
};

/// The parameters that conditions have, in the order in which they come up.
std::vector<std::string> parameter_names(const Study& study);

/// All cells: every condition's first seed, every condition's second one, ...
std::vector<Cell> cells_of(const Study& study);

/// Whether a step runs under a condition.
bool runs(const Step& step, const Condition& condition);

/// A text of a step in a cell, with what its placeholders stand for.
/// @param study_folder  as for command_line
std::string substituted(const std::string& text, const Condition& condition, Seed seed,
                        const std::string& study_folder);

/// The step's command line in a cell, without the program's name.
/// @param study_folder  what {study} stands for; empty: it stays as it is
std::vector<std::string> command_line(const Step& step, const Condition& condition, Seed seed,
                                      const std::string& study_folder);

/// Names of the placeholders in a text. @throws InputError for a brace that nothing closes
std::vector<std::string> placeholders_of(const std::string& text);

}  // namespace rheobase::study
