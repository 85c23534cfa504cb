#include "io/network/template_import.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <exception>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "io/network/internal/operator_template.hpp"
#include "io/network/network_file.hpp"
#include "io/network/toml_document.hpp"
#include "network/equations/expression_parser.hpp"
#include "network/equations/parser.hpp"

namespace rheobase::io {

namespace fs = std::filesystem;

namespace {

using Kind = OperatorVariable::Kind;

constexpr std::size_t kMostImportedText = 10'000'000;

std::string trimmed_text(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\n\r");
  return first == std::string::npos
             ? ""
             : text.substr(first, text.find_last_not_of(" \t\n\r") - first + 1);
}

bool contains_word(const std::string& text, const std::string& word) {
  return with_replaced(text, word, "\x01") != text;
}

/// Whether text[at] is the sign of an exponent, "1e-2", and not that of a term, "v1e-2".
bool is_exponent_sign(const std::string& text, std::size_t at) {
  if (at < 2 || std::tolower(static_cast<unsigned char>(text[at - 1])) != 'e') {
    return false;
  }
  const std::size_t word = text.find_last_not_of("0123456789.", at - 2) + 1;  // of "v1" or "1"
  const char before = word == 0 ? ' ' : text[word - 1];
  return word < at - 1 && before != '_' && std::isalpha(static_cast<unsigned char>(before)) == 0;
}

/// Pieces between symbols of a set outside of parentheses, each with the symbol before it.
std::vector<std::string> split_outside(const std::string& text, std::string_view symbols) {
  std::vector<std::string> pieces(1);
  int depth = 0;
  char before = '+';  // a sign at the start or after an operator is no sum
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    const bool after_operand =
        std::isalnum(static_cast<unsigned char>(before)) != 0 || before == ')' || before == '_';
    if (depth == 0 && symbols.find(c) != std::string_view::npos && after_operand &&
        !is_exponent_sign(text, at)) {
      pieces.emplace_back();
    }
    pieces.back() += c;
    before = std::isspace(static_cast<unsigned char>(c)) != 0 ? before : c;
  }
  return pieces;
}

/// The functions that go by another name here.
std::string own_functions(std::string equation) {
  for (const auto& [theirs, ours] : {std::pair{"absv", "abs"}, {"maxi", "max"}, {"mini", "min"}}) {
    equation = with_replaced(equation, theirs, ours);
  }
  return equation;
}

/// The equation of one variable without its spikes, and what they add to it.
struct SplitEquation {
  std::string smooth;
  std::vector<std::string> own, population;  ///< added at a spike of the unit; of any unit
};

/// Is the spike one factor of the product, and no divisor?
bool is_factor(const std::string& term, const std::string& spike) {
  int found = 0;
  for (const std::string& factor : split_outside(term, "*/")) {
    const std::string bare =
        trimmed_text(factor.substr(std::min(factor.find_first_not_of("*/+- "), factor.size())));
    if (contains_word(factor, spike)) {
      found += bare == spike && factor.find('/') == std::string::npos ? 1 : 2;
    }
  }
  return found == 1;
}

struct NamedEquation {
  std::string name{}, right{};
  bool slope = false;
};

/// " in: v' = -w" for "line 2, column 7"; empty where no line is named.
std::string statement_of(const std::string& equations, const std::string& place) {
  constexpr std::size_t kLongest = 80;
  int line = 0;
  if (std::sscanf(place.c_str(), "line %d", &line) != 1) {
    return {};
  }
  std::istringstream lines(equations);
  std::string statement;
  while (line-- > 0 && std::getline(lines, statement)) {
  }
  const bool whole = statement.size() <= kLongest;
  return " in: " + (whole ? statement : statement.substr(0, kLongest - 3) + "...");
}

/// Inputs that stand for the spikes of the unit, whatever operator has them.
bool is_spike_input(const std::string& name) {
  return name == "spike" || name == "reset";
}

/// All operators of a node as one list of equations and variables.
class NodeImport {
 public:
  NodeImport(TemplateLibrary& library, std::string name, const TemplateImportOptions& options)
      : library_(library), name_(std::move(name)), options_(options) {}

  std::string text();
  /// The signal that a user will want to see.
  std::string shown() const { return shown_; }

 private:
  [[noreturn]] void fail(const std::string& found, const std::string& required) const {
    throw library_.error(name_, found, required);
  }
  void collect();
  /// Names of outputs as operators have them, and as they are in the node.
  using GivenNames = std::map<std::string, std::vector<std::string>>;
  GivenNames separate_names(std::vector<OperatorTemplate>& operators) const;
  void join_inputs(OperatorTemplate& made, const GivenNames& outputs) const;
  void replace_word(OperatorTemplate& made, const std::string& word, const std::string& by) const;
  void require_room(std::size_t characters) const;
  NamedEquation named_equation(const std::string& equation) const;
  SplitEquation split_spikes(const std::string& right) const;
  void check(const std::string& equations);
  void require_spike_variable() const;
  void write_variables(std::string& out);
  void write_equations(std::string& out);
  void write_spikes(std::string& out);
  std::string free_name(const std::string& wanted) const;
  bool has_equation(const std::string& name, bool slope) const;

  TemplateLibrary& library_;
  std::string name_;
  const TemplateImportOptions& options_;
  std::vector<NamedEquation> equations_;
  std::vector<OperatorVariable> variables_;
  std::vector<std::string> spikes_;  ///< inputs that stand for spikes
  std::map<std::string, SplitEquation> jumps_;
  std::string shown_;
};

void NodeImport::collect() {
  const std::string kind = library_.kind_of(name_);
  if (kind != "OperatorTemplate" && kind != "NodeTemplate") {
    fail(kind.empty() ? "no base" : fmt::format("base '{}'", kind),
         "must end at NodeTemplate or OperatorTemplate, in files that are there");
  }
  std::vector<OperatorTemplate> operators = library_.operators_of(name_);
  const GivenNames outputs = separate_names(operators);
  for (OperatorTemplate& made : operators) {
    join_inputs(made, outputs);
    std::ranges::move(made.variables, std::back_inserter(variables_));
    for (const std::string& equation : made.equations) {
      equations_.push_back(named_equation(equation));
    }
  }
}

/// Names belong to their operators: the second of a name gets that of its operator. Inputs of the
/// node's spikes are one, and those that another operator gives keep their names for now.
NodeImport::GivenNames NodeImport::separate_names(std::vector<OperatorTemplate>& operators) const {
  std::set<std::string> given;
  for (const OperatorTemplate& made : operators) {
    for (const OperatorVariable& variable : made.variables) {
      if (variable.kind == Kind::output) {
        given.insert(variable.name);
      }
    }
  }
  GivenNames outputs;
  std::set<std::string> taken;
  for (OperatorTemplate& made : operators) {
    for (OperatorVariable& variable : made.variables) {
      const std::string name = variable.name;
      if (variable.kind == Kind::input && (is_spike_input(name) || given.contains(name))) {
        continue;
      }
      if (taken.contains(name) || network::is_reserved(name)) {
        variable.name = name + "_" + made.name;
        replace_word(made, name, variable.name);
      }
      taken.insert(variable.name);
      if (variable.kind == Kind::output) {
        outputs[name].push_back(variable.name);
      }
    }
  }
  return outputs;
}

/// Inputs that other operators give are the sum of their outputs; spikes stay inputs, once.
void NodeImport::join_inputs(OperatorTemplate& made, const GivenNames& outputs) const {
  for (const OperatorVariable& variable : made.variables) {
    const auto of = outputs.find(variable.name);
    if (variable.kind == Kind::input && of != outputs.end()) {
      const std::string sum = fmt::format("{}", fmt::join(of->second, "+"));
      replace_word(made, variable.name, of->second.size() == 1 ? sum : "(" + sum + ")");
    }
  }
  std::erase_if(made.variables, [&](const OperatorVariable& variable) {
    const bool known =
        std::ranges::find(variables_, variable.name, &OperatorVariable::name) != variables_.end();
    return variable.kind == Kind::input && (outputs.contains(variable.name) || known);
  });
}

void NodeImport::replace_word(OperatorTemplate& made, const std::string& word,
                              const std::string& by) const {
  std::size_t characters = 0;
  for (std::string& equation : made.equations) {
    equation = with_replaced(equation, word, by);
    require_room(characters += equation.size());
  }
}

void NodeImport::require_room(std::size_t characters) const {
  if (characters > kMostEquationText) {
    fail(fmt::format("equations of more than {} characters", kMostEquationText), "must be shorter");
  }
}

/// "v' = ...", "d/dt * v = ..." or "r = ...".
NamedEquation NodeImport::named_equation(const std::string& equation) const {
  const std::size_t equals = equation.find('=');
  if (equals == std::string::npos) {
    fail(fmt::format("'{}'", equation), "must be an equation");
  }
  std::string left = with_replaced(trimmed_text(equation.substr(0, equals)), "d/dt*", "");
  NamedEquation made{.right = own_functions(trimmed_text(equation.substr(equals + 1)))};
  made.slope = left.find("d/dt") == std::string::npos
                   ? left != trimmed_text(equation.substr(0, equals))
                   : true;
  left = trimmed_text(left);
  if (left.ends_with('\'')) {
    made.slope = true;
    left = trimmed_text(left.substr(0, left.size() - 1));
  }
  made.name = left;
  return made;
}

SplitEquation NodeImport::split_spikes(const std::string& right) const {
  SplitEquation split;
  for (const std::string& piece : split_outside(right, "+-")) {
    const auto of = std::ranges::find_if(
        spikes_, [&](const std::string& spike) { return contains_word(piece, spike); });
    if (of == spikes_.end()) {
      split.smooth += piece;
      continue;
    }
    const std::string mean = with_replaced(piece, "mean(" + *of + ")", "MEANSPIKE");
    if (mean != piece && is_factor(mean, "MEANSPIKE")) {
      split.population.push_back(with_replaced(mean, "MEANSPIKE", "mean(spike)"));
    } else if (is_factor(with_replaced(piece, *of, *of), *of)) {
      split.own.push_back(with_replaced(piece, *of, "1"));
    } else {
      fail(fmt::format("'{}'", trimmed_text(piece)),
           fmt::format("'{}' must be a factor of a term by itself", *of));
    }
  }
  split.smooth = trimmed_text(split.smooth);
  if (split.smooth.starts_with('+')) {
    split.smooth = trimmed_text(split.smooth.substr(1));
  }
  if (split.smooth.empty()) {
    split.smooth = "0";
  }
  return split;
}

bool NodeImport::has_equation(const std::string& name, bool slope) const {
  return std::ranges::any_of(equations_, [&](const NamedEquation& equation) {
    return equation.name == name && equation.slope == slope;
  });
}

std::string NodeImport::free_name(const std::string& wanted) const {
  const bool taken =
      std::ranges::find(variables_, wanted, &OperatorVariable::name) != variables_.end() &&
      std::ranges::find(spikes_, wanted) == spikes_.end();
  return taken ? wanted + "_value" : wanted;
}

void NodeImport::write_variables(std::string& out) {
  for (const OperatorVariable& variable : variables_) {
    const bool state = has_equation(variable.name, true);
    if (state) {
      out += fmt::format("variable {} = {}\n", variable.name, variable.value);
    } else if (variable.kind == Kind::parameter) {
      out += fmt::format("parameter {} = {}\n", variable.name, variable.value);
    } else if (variable.kind == Kind::input &&
               std::ranges::find(spikes_, variable.name) == spikes_.end()) {
      if (variable.value != 0.0) {
        fail(fmt::format("input '{}' of {} by default", variable.name, variable.value),
             "must be 0: inputs add up from 0");
      }
      out += fmt::format("input {}\n", variable.name);
    }
    if (variable.kind == Kind::output && (state || has_equation(variable.name, false))) {
      shown_ = variable.name;
    }
  }
}

void NodeImport::write_equations(std::string& out) {
  out += '\n';
  for (const NamedEquation& equation : equations_) {
    if (!equation.slope) {
      out += fmt::format("{} = {}\n", equation.name, equation.right);
      continue;
    }
    SplitEquation split = split_spikes(equation.right);
    out += fmt::format("{}' = {}\n", equation.name, split.smooth);
    jumps_.emplace(equation.name, std::move(split));
    shown_ = shown_.empty() ? equation.name : shown_;
  }
}

void NodeImport::require_spike_variable() const {
  std::vector<std::string> states;
  for (const NamedEquation& equation : equations_) {
    if (equation.slope) {
      states.push_back(equation.name);
    }
  }
  if (std::ranges::find(states, options_.spike_variable) == states.end()) {
    fail(fmt::format("spikes of variable '{}'", options_.spike_variable),
         must_be_one_of(options_.spike_variable, states));
  }
}

void NodeImport::write_spikes(std::string& out) {
  if (spikes_.empty()) {
    return;
  }
  require_spike_variable();
  const std::string threshold = free_name("threshold");
  const std::string reset = free_name("reset");
  const bool resets = std::ranges::find(spikes_, "reset") == spikes_.end();
  std::string own, population;
  const auto add = [](std::string& list, const std::string& action) {
    list += (list.empty() ? "" : ", ") + action;
  };
  if (resets) {
    add(own, fmt::format("{} = {}", options_.spike_variable, reset));
  }
  for (const auto& [variable, split] : jumps_) {
    for (const std::string& jump : split.own) {
      add(own, fmt::format("{} += {}", variable, trimmed_text(jump.substr(jump.starts_with('+')))));
    }
    for (const std::string& jump : split.population) {
      add(population,
          fmt::format("{} += {}", variable, trimmed_text(jump.substr(jump.starts_with('+')))));
    }
  }
  out += fmt::format("parameter {} = {}\n", threshold, options_.threshold);
  out += resets ? fmt::format("parameter {} = {}\n", reset, options_.reset) : "";
  out += fmt::format("spike when {} >= {}\n", options_.spike_variable, threshold);
  out += own.empty() ? "" : fmt::format("on spike: {}\n", own);
  out += population.empty() ? "" : fmt::format("on any spike: {}\n", population);
}

std::string NodeImport::text() {
  collect();
  for (const char* name : {"spike", "reset"}) {
    const auto known = std::ranges::find(variables_, name, &OperatorVariable::name);
    if (known != variables_.end() && known->kind == Kind::input) {
      spikes_.emplace_back(name);
    }
  }
  std::string out;
  write_variables(out);
  write_equations(out);
  write_spikes(out);
  check(out);
  return out;
}

/// The equations are ones of this program, and what is shown is recorded by a run.
void NodeImport::check(const std::string& equations) {
  network::NeuronDescription names;
  try {
    names = network::parse_equations(equations, "equations").description;
  } catch (const InputError& error) {
    fail(error.found() + statement_of(equations, error.field()), error.required());
  }
  if (!find_named(names.variables, shown_) && !find_named(names.outputs, shown_)) {
    shown_ = names.variables.front().name;
  }
}

/// Nodes of the file, and operators that no node of it uses.
std::vector<std::string> all_templates(TemplateLibrary& library) {
  std::vector<std::string> nodes, operators;
  std::set<std::string> used;
  for (const DocumentEntry& entry : library.templates()) {
    const std::string kind = library.kind_of(entry.key);
    if (kind == "OperatorTemplate") {
      operators.push_back(entry.key);
      continue;
    }
    if (entry.value.find("base") == nullptr) {
      continue;  // aliases and the like
    }
    nodes.push_back(entry.key);
    if (kind == "NodeTemplate") {
      const std::vector<std::string> names = library.operator_names(entry.key);
      used.insert(names.begin(), names.end());
    }
  }
  std::ranges::copy_if(operators, std::back_inserter(nodes),
                       [&](const std::string& name) { return !used.contains(name); });
  return nodes;
}

}  // namespace

ImportedTemplates import_templates(const fs::path& path, const TemplateImportOptions& options) {
  TemplateLibrary library(path);
  const bool named = !options.templates.empty();
  ImportedTemplates made;
  DocumentValue populations{DocumentValue::Table{}};
  DocumentValue::Array records;
  std::size_t characters = 0;
  std::exception_ptr first;  // of the templates that do not fit
  for (const std::string& name : named ? options.templates : all_templates(library)) {
    const std::string population = name.substr(name.find_last_of("./") + 1);
    NodeImport node(library, name, options);
    std::string text;
    try {
      library.require(name);
      if (populations.find(population) != nullptr) {
        throw library.error(name, fmt::format("a second population '{}'", population),
                            "must be imported into a file of its own");
      }
      text = node.text();
    } catch (const InputError& error) {
      if (named) {
        throw;
      }
      first = first ? first : std::current_exception();
      made.left_out.emplace_back(error.what());
      continue;
    }
    if ((characters += text.size()) > kMostImportedText) {
      throw InputError(path.string(), "", fmt::format("more than {} characters", kMostImportedText),
                       "must be imported in parts: name some of its templates");
    }
    populations.set(population, {DocumentValue::Table{{"size", {}, {options.size}},
                                                      {"equations", {}, {std::move(text)}}}});
    records.push_back({DocumentValue::Table{{"signal", {}, {population + "." + node.shown()}}}});
    made.imported.push_back(name);
  }
  if (made.imported.empty() && first) {
    std::rethrow_exception(first);
  }
  if (made.imported.empty()) {
    throw InputError(path.string(), "", "no templates",
                     "must hold a node or operator template that fits");
  }
  made.document.set("title", {fmt::format("imported from {}", path.filename().string())});
  made.document.set("step", {options.step});
  if (!options.time_unit.empty()) {
    made.document.set("time_unit", {options.time_unit});
  }
  made.document.set("population", std::move(populations));
  made.document.set("run", {DocumentValue::Table{{"steps", {}, {std::int64_t{1000}}}}});
  made.document.set("record", {std::move(records)});
  build_network(
      parse_network_file(write_toml(made.document), "network made of " + path.string(), {}));
  return made;
}

}  // namespace rheobase::io
