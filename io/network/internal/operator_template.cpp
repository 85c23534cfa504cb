#include "io/network/internal/operator_template.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/network/yaml_document.hpp"

namespace rheobase::io {

namespace fs = std::filesystem;

namespace {

constexpr int kDeepestBase = 20;
constexpr std::size_t kLongestTemplateName = 1000;  // of a template with its folders and file

std::string without_spaces(const std::string& text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out),
                       [](unsigned char c) { return std::isspace(c) == 0; });
  return out;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool holds_word(const std::string& equation, const std::string& word) {
  return with_replaced(equation, word, "\x01") != equation;
}

std::optional<double> yaml_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good =
      error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
  return good ? std::optional(value) : std::nullopt;
}

/// An error about a template, at a place of its file.
InputError misfit(const std::string& file, TextPosition place, const std::string& name,
                  const std::string& found, const std::string& required) {
  return {fmt::format("{}: line {}, column {}", file, place.line, place.column),
          fmt::format("template '{}'", name), one_line(found), required};
}

/// The word and the number of "variable(-2.0)", "input(float)", "3.5" (no word).
struct VariableText {
  std::string word, number;
};

VariableText split_variable(const DocumentValue& value) {
  const DocumentValue* of = &value;
  for (const char* key : {"default", "vtype"}) {
    of = value.find(key) == nullptr ? of : value.find(key);
  }
  const std::string text = of->text() == nullptr ? "" : without_spaces(*of->text());
  VariableText made{text.substr(0, text.find('(')), ""};
  if (made.word.size() < text.size()) {
    made.number = text.substr(made.word.size() + 1);
    made.number = made.number.substr(0, made.number.rfind(')'));
  }
  if (const DocumentValue* given = value.find("value"); given != nullptr && given->text()) {
    made.number = without_spaces(*given->text());
  }
  if (made.number.empty() || made.number == "float") {
    made.number = "0";
  }
  return made;
}

/// "output(0.0)", "input", "variable(-2.0)", "3.5".
OperatorVariable variable_of(const std::string& file, const std::string& owner,
                             const DocumentEntry& entry) {
  using Role = OperatorVariable::Kind;
  static const std::map<std::string, Role> kKinds{{"variable", Role::variable},
                                                  {"state_var", Role::variable},
                                                  {"input", Role::input},
                                                  {"output", Role::output},
                                                  {"constant", Role::parameter}};
  const VariableText text = split_variable(entry.value);
  const auto kind = kKinds.find(text.word);
  const std::optional<double> number = yaml_number(kind == kKinds.end() ? text.word : text.number);
  if (!number) {
    throw misfit(file, entry.position, owner,
                 fmt::format("variable '{}' = {}", entry.key, entry.value.describe()),
                 "must be a number, or variable, input, output or constant with one");
  }
  return {entry.key, kind == kKinds.end() ? Role::parameter : kind->second, *number};
}

std::vector<std::string> texts_of(const DocumentValue& value) {
  std::vector<std::string> texts;
  if (value.text() != nullptr) {
    texts.push_back(*value.text());
  } else if (value.array() != nullptr) {
    for (const DocumentValue& item : *value.array()) {
      texts.push_back(item.text() == nullptr ? "" : *item.text());
    }
  }
  return texts;
}

/// The equations of an heir: replace, then remove, then add.
void change_equations(OperatorTemplate& made, const DocumentEntry& equations,
                      const std::string& file) {
  const auto fail = [&](TextPosition place, const std::string& found, const std::string& required) {
    throw misfit(file, place, made.name, found, required);
  };
  const auto replace = [&](const DocumentEntry& change, const std::string& from,
                           const std::string& to) {
    std::size_t characters = 0;
    for (std::string& equation : made.equations) {
      equation = with_replaced(equation, from, to);
      characters += equation.size();
      if (characters > kMostEquationText) {
        fail(change.position,
             fmt::format("equations of more than {} characters", kMostEquationText),
             "must be shorter after replacements");
      }
    }
  };
  const DocumentValue::Table& changes = *equations.value.table();
  for (const DocumentEntry& change : changes) {
    if (change.key != "add" && change.key != "remove" &&
        !(change.key == "replace" && change.value.table() != nullptr)) {
      fail(change.position, fmt::format("equations: {}", change.key),
           "must be replace (a table), remove or add");
    }
    if (change.key == "replace") {
      for (const DocumentEntry& pair : *change.value.table()) {
        replace(change, pair.key, pair.value.text() == nullptr ? "" : *pair.value.text());
      }
    }
  }
  for (const DocumentEntry& change : changes) {
    if (change.key == "remove") {
      for (const std::string& term : texts_of(change.value)) {
        replace(change, term, "");
      }
    }
  }
  for (const DocumentEntry& change : changes) {
    if (change.key == "add") {
      std::ranges::move(texts_of(change.value), std::back_inserter(made.equations));
    }
  }
}

/// An heir keeps what its equations use.
void drop_unused(OperatorTemplate& made) {
  std::erase_if(made.variables, [&](const OperatorVariable& variable) {
    return std::ranges::none_of(made.equations, [&](const std::string& equation) {
      return holds_word(equation, variable.name);
    });
  });
}

/// The variables of an operator: new ones, and those of its base anew. A number alone changes the
/// value of what its equations make.
void add_variables(OperatorTemplate& made, const DocumentEntry& variables,
                   const std::string& file) {
  if (variables.value.table() == nullptr) {
    throw misfit(file, variables.position, made.name,
                 fmt::format("variables: {}", variables.value.describe()),
                 "must be a table, name: value");
  }
  using Role = OperatorVariable::Kind;
  for (const DocumentEntry& entry : *variables.value.table()) {
    const OperatorVariable variable = variable_of(file, made.name, entry);
    OperatorVariable* known = made.find(variable.name);
    if (known == nullptr) {
      made.variables.push_back(variable);
    } else if (variable.kind == Role::parameter &&
               (known->kind == Role::variable || known->kind == Role::output)) {
      known->value = variable.value;
    } else {
      *known = variable;
    }
  }
}

/// The values that a node gives to the variables of one of its operators.
void set_values(OperatorTemplate& made, const DocumentValue& values, const std::string& file,
                const std::string& node) {
  const bool nothing = values.text() != nullptr && values.text()->empty();
  if (nothing) {
    return;
  }
  if (values.table() == nullptr) {
    throw misfit(file, values.position, node,
                 fmt::format("operator '{}': {}", made.name, values.describe()),
                 "must be a table, variable: value");
  }
  for (const DocumentEntry& entry : *values.table()) {
    OperatorVariable* known = made.find(entry.key);
    if (known == nullptr) {
      std::vector<std::string> names;
      for (const OperatorVariable& variable : made.variables) {
        names.push_back(variable.name);
      }
      throw misfit(file, entry.position, node,
                   fmt::format("variable '{}' of operator '{}'", entry.key, made.name),
                   must_be_one_of(entry.key, names));
    }
    known->value = variable_of(file, node, entry).value;
  }
}

const DocumentEntry* entry_of(const DocumentValue& table, std::string_view key) {
  const DocumentValue::Table* entries = table.table();
  if (entries == nullptr) {
    return nullptr;
  }
  const auto found = std::ranges::find(*entries, key, &DocumentEntry::key);
  return found == entries->end() ? nullptr : &*found;
}

}  // namespace

OperatorVariable* OperatorTemplate::find(const std::string& variable) {
  const auto found = std::ranges::find(variables, variable, &OperatorVariable::name);
  return found == variables.end() ? nullptr : &*found;
}

std::string with_replaced(const std::string& equation, const std::string& from,
                          const std::string& to) {
  const std::string text = without_spaces(equation);
  const std::string old = without_spaces(from);
  std::string out;
  bool changed = false;
  for (std::size_t at = 0; at < text.size() && out.size() <= kMostEquationText;) {
    const bool whole =
        !old.empty() && text.compare(at, old.size(), old) == 0 &&
        !(is_word(old.front()) && at > 0 && is_word(text[at - 1])) &&
        !(is_word(old.back()) && at + old.size() < text.size() && is_word(text[at + old.size()]));
    out += whole ? to : text.substr(at, 1);
    at += whole ? old.size() : 1;
    changed = changed || whole;
  }
  return changed ? out : equation;
}

TemplateLibrary::TemplateLibrary(const fs::path& path) : path_(path), file_(path.string()) {
  load(path);
}

const DocumentValue& TemplateLibrary::load(const fs::path& path) {
  const auto known = files_.find(path.string());
  if (known != files_.end()) {
    return known->second;
  }
  const std::vector<std::byte> bytes = read_bytes(path);
  return files_
      .emplace(
          path.string(),
          parse_yaml({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string()))
      .first->second;
}

const DocumentValue::Table& TemplateLibrary::templates() const {
  return *files_.at(path_.string()).table();
}

/// A name of the file `from`, or "folder.file.name", looked for from that file's folder upwards.
TemplateLibrary::Place TemplateLibrary::find(const std::string& name, const std::string& from) {
  if (const DocumentEntry* own = entry_of(files_.at(from), name)) {
    return {own, from};
  }
  const std::size_t last = name.find_last_of("./");
  if (last == std::string::npos || name.size() > kLongestTemplateName) {
    return {};
  }
  std::error_code ignored;
  std::string module = name.substr(0, last);
  std::ranges::replace(module, '.', '/');
  for (std::size_t start = 0; start != std::string::npos;) {
    fs::path folder = fs::absolute(from).parent_path();
    for (int up = 0; up < 5; ++up, folder = folder.parent_path()) {
      const fs::path file = folder / (module.substr(start) + ".yaml");
      if (fs::is_regular_file(file, ignored)) {
        return {entry_of(load(file), name.substr(last + 1)), file.string()};
      }
    }
    start = module.find('/', start);
    start = start == std::string::npos ? start : start + 1;
  }
  return {};
}

TemplateLibrary::Place TemplateLibrary::get(const std::string& name, const std::string& from) {
  Place found = find(name, from);
  if (found.entry != nullptr) {
    return found;
  }
  std::vector<std::string> known;
  for (const DocumentEntry& entry : *files_.at(from).table()) {
    known.push_back(entry.key);
  }
  throw InputError(from, "template", fmt::format("'{}'", one_line(name)),
                   must_be_one_of(name, known) + ", or of a file below the same folder");
}

void TemplateLibrary::require(const std::string& name) {
  get(name, file_);
}

InputError TemplateLibrary::error(const std::string& name, const std::string& found,
                                  const std::string& required) {
  const Place place = find(name, file_);
  return place.entry == nullptr
             ? InputError(file_, fmt::format("template '{}'", name), one_line(found), required)
             : misfit(place.file, place.entry->position, name, found, required);
}

std::string TemplateLibrary::kind_of(const std::string& name) {
  std::string base = name;
  std::string from = file_;
  for (int depth = 0; depth < kDeepestBase; ++depth) {
    const Place found = find(base, from);
    if (found.entry == nullptr) {
      return base;
    }
    const DocumentValue* next = found.entry->value.find("base");
    if (next == nullptr || next->text() == nullptr) {
      return "";
    }
    base = *next->text();
    from = found.file;
  }
  return "";
}

OperatorTemplate TemplateLibrary::operator_at(const std::string& name, const std::string& from,
                                              int depth) {
  const auto [entry, file] = get(name, from);
  const DocumentValue* base = entry->value.find("base");
  if (base == nullptr || base->text() == nullptr || depth > kDeepestBase) {
    throw misfit(file, entry->position, name, "no base",
                 "must have one that ends at OperatorTemplate");
  }
  OperatorTemplate made{.name = entry->key};
  const bool heir = *base->text() != "OperatorTemplate";
  if (heir) {
    made = operator_at(*base->text(), file, depth + 1);
    made.name = entry->key;
  }
  if (const DocumentEntry* equations = entry_of(entry->value, "equations")) {
    if (equations->value.table() != nullptr) {
      change_equations(made, *equations, file);
    } else {
      made.equations = texts_of(equations->value);
    }
  }
  if (const DocumentEntry* variables = entry_of(entry->value, "variables")) {
    add_variables(made, *variables, file);
  }
  if (heir) {
    drop_unused(made);
  }
  return made;
}

const DocumentValue* TemplateLibrary::operators_entry(const std::string& name, std::string& file) {
  std::string node = name;
  for (int depth = 0; depth < kDeepestBase; ++depth) {
    const Place found = find(node, file);
    if (found.entry == nullptr) {
      return nullptr;
    }
    file = found.file;
    if (const DocumentValue* operators = found.entry->value.find("operators")) {
      return operators;
    }
    const DocumentValue* base = found.entry->value.find("base");
    if (base == nullptr || base->text() == nullptr) {
      return nullptr;
    }
    node = *base->text();
  }
  return nullptr;
}

std::vector<std::string> TemplateLibrary::operator_names(const std::string& name) {
  std::string file = file_;
  const DocumentValue* operators = operators_entry(name, file);
  if (operators == nullptr) {
    return {};
  }
  if (operators->table() == nullptr) {
    return texts_of(*operators);
  }
  std::vector<std::string> names;
  for (const DocumentEntry& entry : *operators->table()) {
    names.push_back(entry.key);
  }
  return names;
}

std::vector<OperatorTemplate> TemplateLibrary::operators_of(const std::string& name) {
  if (kind_of(name) == "OperatorTemplate") {
    return {operator_at(name, file_)};
  }
  std::string file = file_;
  const DocumentValue* operators = operators_entry(name, file);
  std::vector<OperatorTemplate> made;
  const auto add = [&](const DocumentValue& one) {
    if (one.text() != nullptr) {
      made.push_back(operator_at(*one.text(), file));
      return;
    }
    for (const DocumentEntry& entry :
         one.table() == nullptr ? DocumentValue::Table{} : *one.table()) {
      made.push_back(operator_at(entry.key, file));
      set_values(made.back(), entry.value, file, name);
    }
  };
  if (operators != nullptr && operators->array() != nullptr) {
    std::ranges::for_each(*operators->array(), add);
  } else if (operators != nullptr) {
    add(*operators);
  }
  if (made.empty()) {
    throw error(name, "no operators", "must be a template of a node or of an operator");
  }
  return made;
}

}  // namespace rheobase::io
