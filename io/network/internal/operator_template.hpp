#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "io/network/document_value.hpp"

namespace rheobase::io {

/// Characters of the equations of an operator; replacements may multiply them without end.
inline constexpr std::size_t kMostEquationText = 1'000'000;

/// A variable of an operator: "output(0.0)", "input", "variable(-2.0)" or a number.
struct OperatorVariable {
  enum class Kind { parameter, variable, input, output };
  std::string name;
  Kind kind = Kind::parameter;
  double value = 0.0;
};

/// An operator with what it inherits: equations as they are written, variables in their order.
struct OperatorTemplate {
  std::string name;
  std::vector<std::string> equations{};
  std::vector<OperatorVariable> variables{};

  OperatorVariable* find(const std::string& variable);
};

/// Templates of a YAML file and of those that it refers to, "folder.file.name". A name is one of
/// the file that uses it, or has the other file in front.
class TemplateLibrary {
 public:
  /// @throws InputError
  explicit TemplateLibrary(const std::filesystem::path& path);

  const DocumentValue::Table& templates() const;
  /// What a template is made from, followed to the end: "OperatorTemplate", "NodeTemplate", ...
  std::string kind_of(const std::string& name);
  /// The operators of a node, its own or those of its base, with the values that it gives to their
  /// variables; an operator alone. @throws InputError for what this program does not have
  std::vector<OperatorTemplate> operators_of(const std::string& name);
  /// Names of the operators of a node of this file.
  std::vector<std::string> operator_names(const std::string& name);
  /// @throws InputError for a name that neither this file nor another one has
  void require(const std::string& name);
  /// An error of the template, with its place in the file.
  InputError error(const std::string& name, const std::string& found, const std::string& required);
  const std::string& file() const { return file_; }

 private:
  /// A template and the file that it stands in.
  struct Place {
    const DocumentEntry* entry = nullptr;
    std::string file;
  };

  Place find(const std::string& name, const std::string& from);
  Place get(const std::string& name, const std::string& from);
  OperatorTemplate operator_at(const std::string& name, const std::string& from, int depth = 0);
  /// The entry `operators` of a node, and the file that it stands in.
  const DocumentValue* operators_entry(const std::string& name, std::string& file);
  const DocumentValue& load(const std::filesystem::path& path);

  std::filesystem::path path_;
  std::string file_;
  std::map<std::string, DocumentValue> files_;
};

/// Replaces whole words, or runs of symbols, of an equation; spaces do not count. What would be
/// longer than kMostEquationText is cut off behind it.
std::string with_replaced(const std::string& equation, const std::string& from,
                          const std::string& to);

}  // namespace rheobase::io
