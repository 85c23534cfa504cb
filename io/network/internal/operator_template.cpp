#include "io/network/internal/operator_template.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/network/yaml_document.hpp"

namespace rheobase::io {

namespace fs = std::filesystem;

namespace {

constexpr int kDeepestBase = 20;

std::string without_spaces(const std::string& text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out),
                       [](unsigned char c) { return std::isspace(c) == 0; });
  return out;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::optional<double> yaml_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

[[noreturn]] void no_fit(const std::string& file, const std::string& name, const std::string& found,
                         const std::string& required) {
  throw InputError(file, fmt::format("template '{}'", name), found, required);
}

/// "output(0.0)", "input", "variable(-2.0)", "3.5".
OperatorVariable variable_of(const std::string& file, const std::string& owner,
                             const std::string& name, const DocumentValue& value) {
  OperatorVariable made{.name = name};
  const DocumentValue* of = &value;
  if (const DocumentValue* inner = value.find("default")) {
    of = inner;
  }
  const std::string text = of->text() == nullptr ? "" : without_spaces(*of->text());
  const std::string word = text.substr(0, text.find('('));
  std::string number = text.find('(') == std::string::npos ? "" : text.substr(word.size() + 1);
  if (!number.empty() && number.back() == ')') {
    number.pop_back();
  }
  if (const DocumentValue* given = value.find("value"); given != nullptr && given->text()) {
    number = *given->text();
  }
  using Role = OperatorVariable::Kind;
  static const std::map<std::string, Role> kKinds{{"variable", Role::variable},
                                                  {"state_var", Role::variable},
                                                  {"input", Role::input},
                                                  {"output", Role::output},
                                                  {"constant", Role::parameter}};
  const auto kind = kKinds.find(word);
  const std::optional<double> parsed = yaml_number(kind == kKinds.end() ? text
                                                   : number.empty()     ? "0"
                                                                        : number);
  if (!parsed) {
    no_fit(file, owner, fmt::format("variable '{}' = {}", name, value.describe()),
           "must be a number, or variable, input, output or constant with one");
  }
  made.kind = kind == kKinds.end() ? Role::parameter : kind->second;
  made.value = *parsed;
  return made;
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

/// replace, remove, add, prepend and append of an heir.
void change_equations(OperatorTemplate& made, const DocumentValue& changes,
                      const std::string& file) {
  for (const DocumentEntry& change : *changes.table()) {
    if (change.key == "replace" && change.value.table() != nullptr) {
      for (const DocumentEntry& pair : *change.value.table()) {
        for (std::string& equation : made.equations) {
          equation = with_replaced(equation, pair.key,
                                   pair.value.text() == nullptr ? "" : *pair.value.text());
        }
      }
    } else if (change.key == "add") {
      const std::vector<std::string> more = texts_of(change.value);
      made.equations.insert(made.equations.end(), more.begin(), more.end());
    } else if (change.key == "remove") {
      for (const std::string& term : texts_of(change.value)) {
        for (std::string& equation : made.equations) {
          equation = with_replaced(equation, term, "");
        }
      }
    } else {
      no_fit(file, made.name, fmt::format("equations: {}", change.key),
             "must be replace, add or remove");
    }
  }
}

}  // namespace

const OperatorVariable* OperatorTemplate::find(const std::string& variable) const {
  const auto found = std::ranges::find(variables, variable, &OperatorVariable::name);
  return found == variables.end() ? nullptr : &*found;
}

std::string with_replaced(const std::string& equation, const std::string& from,
                          const std::string& to) {
  const std::string text = without_spaces(equation);
  const std::string old = without_spaces(from);
  std::string out;
  bool changed = false;
  for (std::size_t at = 0; at < text.size();) {
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

/// A name of this file or "folder.file.name", looked for from this file's folder upwards.
const DocumentValue* TemplateLibrary::find(const std::string& name) {
  for (const auto& [file, document] : files_) {
    if (const DocumentValue* found = document.find(name)) {
      return found;
    }
  }
  const std::size_t last = name.find_last_of("./");
  if (last == std::string::npos) {
    return nullptr;
  }
  std::string module = name.substr(0, last);
  std::ranges::replace(module, '.', '/');
  for (std::size_t start = 0; start != std::string::npos;) {
    fs::path folder = fs::absolute(path_).parent_path();
    for (int up = 0; up < 5; ++up, folder = folder.parent_path()) {
      const fs::path file = folder / (module.substr(start) + ".yaml");
      if (fs::is_regular_file(file)) {
        return load(file).find(name.substr(last + 1));
      }
    }
    start = module.find('/', start);
    start = start == std::string::npos ? start : start + 1;
  }
  return nullptr;
}

const DocumentValue& TemplateLibrary::get(const std::string& name) {
  if (const DocumentValue* found = find(name)) {
    return *found;
  }
  std::vector<std::string> known;
  for (const DocumentEntry& entry : templates()) {
    known.push_back(entry.key);
  }
  throw InputError(file_, "template", fmt::format("'{}'", name),
                   must_be_one_of(name, known) + ", or of a file below the same folder");
}

std::string TemplateLibrary::kind_of(const std::string& name) {
  std::string base = name;
  for (int depth = 0; depth < kDeepestBase; ++depth) {
    const DocumentValue* found = find(base);
    const DocumentValue* next = found == nullptr ? nullptr : found->find("base");
    if (next == nullptr || next->text() == nullptr) {
      return found == nullptr ? base : "";
    }
    base = *next->text();
  }
  return "";
}

OperatorTemplate TemplateLibrary::operator_named(const std::string& name, int depth) {
  const DocumentValue& source = get(name);
  const DocumentValue* base = source.find("base");
  if (base == nullptr || base->text() == nullptr || depth > kDeepestBase) {
    no_fit(file_, name, "no base", "must have one that ends at OperatorTemplate");
  }
  OperatorTemplate made{.name = name};
  if (*base->text() != "OperatorTemplate") {
    made = operator_named(*base->text(), depth + 1);
    made.name = name;
  }
  if (const DocumentValue* equations = source.find("equations")) {
    if (equations->table() != nullptr) {
      change_equations(made, *equations, file_);
    } else {
      made.equations = texts_of(*equations);
    }
  }
  const DocumentValue* variables = source.find("variables");
  if (variables != nullptr && variables->table() != nullptr) {
    for (const DocumentEntry& entry : *variables->table()) {
      const OperatorVariable variable = variable_of(file_, name, entry.key, entry.value);
      const auto known = std::ranges::find(made.variables, variable.name, &OperatorVariable::name);
      if (known == made.variables.end()) {
        made.variables.push_back(variable);
      } else {
        *known = variable;
      }
    }
  }
  return made;
}

}  // namespace rheobase::io
