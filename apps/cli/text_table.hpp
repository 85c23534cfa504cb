#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rheobase::cli {

/// Columns of text; the first is left-aligned, the others right-aligned, as numbers are read.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);

  void add_row(std::vector<std::string> cells);
  /// The header and the rows, each ended by a newline, columns two spaces apart.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// Lines "label     value" with the values in one column.
class Summary {
 public:
  void add(const std::string& label, const std::string& value);
  std::string text() const;

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

/// "saved  task.png", a line: what every command says of a file that it wrote.
std::string saved_text(const std::filesystem::path& file);

}  // namespace rheobase::cli
