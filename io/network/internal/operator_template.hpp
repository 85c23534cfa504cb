#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/network/document_value.hpp"

namespace rheobase::io {

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

  const OperatorVariable* find(const std::string& variable) const;
};

/// Templates of a YAML file and of those that it refers to, "folder.file.name".
class TemplateLibrary {
 public:
  /// @throws InputError
  explicit TemplateLibrary(const std::filesystem::path& path);

  const DocumentValue::Table& templates() const;
  /// What a template is made from, followed to the end: "OperatorTemplate", "NodeTemplate", ...
  std::string kind_of(const std::string& name);
  /// @throws InputError for what this program does not have
  OperatorTemplate operator_named(const std::string& name, int depth = 0);
  const DocumentValue& get(const std::string& name);
  const std::string& file() const { return file_; }

 private:
  const DocumentValue* find(const std::string& name);
  const DocumentValue& load(const std::filesystem::path& path);

  std::filesystem::path path_;
  std::string file_;
  std::map<std::string, DocumentValue> files_;
};

/// Replaces whole words, or runs of symbols, of an equation; spaces do not count.
std::string with_replaced(const std::string& equation, const std::string& from,
                          const std::string& to);

}  // namespace rheobase::io
