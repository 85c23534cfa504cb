#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/field_table.hpp"
#include "io/network/internal/source_map.hpp"
#include "io/network/toml_document.hpp"

namespace rheobase::io {

/// A table of a file whose keys are known: what is wrong is said with file, line and column.
class TomlFields {
 public:
  /// @param part   names the table in messages: "population 'exc'"
  /// @param known  its keys. @throws InputError for another one, with a suggestion
  TomlFields(const DocumentValue& table, const SourceMap& map, std::string part,
             const std::vector<std::string>& known);

  const std::string& part() const { return part_; }
  const SourceMap& map() const { return map_; }
  const DocumentValue* find(std::string_view key) const { return table_.find(key); }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  TextPosition position() const { return table_.position; }

  /// The value of a key that must be there. @param required  "must name a signal"
  const DocumentValue& get(std::string_view key, std::string_view required) const;
  std::string text(std::string_view key, std::string_view required) const;
  std::string text_or(std::string_view key, std::string fallback) const;
  double number(std::string_view key, const Range& range = {}) const;
  double number_or(std::string_view key, double fallback, const Range& range = {}) const;
  std::int64_t integer_or(std::string_view key, std::int64_t fallback, const Range& range) const;
  bool truth_or(std::string_view key, bool fallback) const;
  std::string word_or(std::string_view key, const std::string& fallback,
                      const std::vector<std::string>& words) const;

  /// @throws InputError at a place of the file
  [[noreturn]] void fail(TextPosition place, std::string_view field, std::string_view found,
                         std::string_view required) const;

  /// Sets the fields of a table for which there are keys.
  template <class Options>
  void set_fields(const FieldTable<Options>& table, Options& options) const {
    for (const rheobase::Field<Options>& field : table) {
      if (const DocumentValue* value = find(field.name)) {
        field.set(options, field_value(field, *value));
      }
    }
  }

 private:
  FieldValue field_value(const FieldInfo& field, const DocumentValue& value) const;

  const DocumentValue& table_;
  const SourceMap& map_;
  std::string part_;
};

template <class Options>
std::vector<std::string> field_names(const FieldTable<Options>& table) {
  std::vector<std::string> names;
  for (const rheobase::Field<Options>& field : table) {
    names.push_back(field.name);
  }
  return names;
}

}  // namespace rheobase::io
