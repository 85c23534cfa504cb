#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rheobase::io {

/// Where something stands in a text, from 1; line 0: nowhere.
struct TextPosition {
  int line = 0;
  int column = 0;
};

struct DocumentEntry;

/// Control characters as spaces, for messages of one line.
std::string one_line(std::string_view text);

/// A value of a document of tables, as TOML and YAML have them, with its place.
struct DocumentValue {
  using Array = std::vector<DocumentValue>;
  using Table = std::vector<DocumentEntry>;  ///< in the order of the file

  std::variant<Table, bool, std::int64_t, double, std::string, Array> value;  ///< an empty table
  TextPosition position{};

  const Table* table() const { return std::get_if<Table>(&value); }
  const Array* array() const { return std::get_if<Array>(&value); }
  const std::string* text() const { return std::get_if<std::string>(&value); }
  /// "a table", "the text 'abc'", "3": for messages.
  std::string describe() const;
  /// The value of a key of a table, or nullptr.
  const DocumentValue* find(std::string_view key) const;
  DocumentValue* find(std::string_view key);
  /// Sets a key of a table, or adds it.
  void set(const std::string& key, DocumentValue to);
  /// Takes a key out of a table, where it is.
  void remove(std::string_view key);
};

struct DocumentEntry {
  std::string key;
  TextPosition position{};  ///< of the key
  DocumentValue value{};
};

}  // namespace rheobase::io
