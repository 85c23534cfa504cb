#include "apps/cli/text_table.hpp"

#include <algorithm>

#include "apps/cli/text_format.hpp"

namespace rheobase::cli {

namespace {

/// Characters on the screen: bytes of UTF-8 that do not continue a character.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

TextTable::TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}

void TextTable::add_row(std::vector<std::string> cells) {
  std::ranges::transform(cells, cells.begin(), visible);
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < widths.size() && i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  std::string result;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::size_t known = i < widths.size() ? widths[i] : 0;
      const std::string padding(known > width(row[i]) ? known - width(row[i]) : 0, ' ');
      line += (i == 0 ? "" : "  ") + (i == 0 ? row[i] + padding : padding + row[i]);
    }
    result += trimmed(line) + '\n';
  }
  return result;
}

void Summary::add(const std::string& label, const std::string& value) {
  lines_.emplace_back(label, visible(value));
}

std::string Summary::text() const {
  std::size_t column = 0;
  for (const auto& [label, value] : lines_) {
    column = std::max(column, width(label) + 2);
  }
  std::string result;
  for (const auto& [label, value] : lines_) {
    result += trimmed(label + std::string(column - width(label), ' ') + value) + '\n';
  }
  return result;
}

std::string saved_text(const std::filesystem::path& file) {
  Summary summary;
  summary.add("saved", file.string());
  return summary.text();
}

}  // namespace rheobase::cli
