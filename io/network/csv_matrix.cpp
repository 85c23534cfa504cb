#include "io/network/csv_matrix.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::io {

namespace {

struct CsvCell {
  std::string_view text;
  std::size_t column = 1;
};

/// Cells of a line: between commas, semicolons or tabs where it has one, else between spaces.
std::vector<CsvCell> cells_of(std::string_view line) {
  const char separator = line.find(',') != std::string_view::npos    ? ','
                         : line.find(';') != std::string_view::npos  ? ';'
                         : line.find('\t') != std::string_view::npos ? '\t'
                                                                     : ' ';
  std::vector<CsvCell> cells;
  for (std::size_t start = 0; start <= line.size();) {
    const std::size_t end = std::min(line.find(separator, start), line.size());
    std::string_view text = line.substr(start, end - start);
    const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(first);
    text = text.substr(0, text.find_last_not_of(" \t") + 1);
    if (separator != ' ' || !text.empty()) {
      cells.push_back({text, start + first + 1});
    }
    start = end + 1;
  }
  return cells;
}

std::string_view without_spaces_behind(std::string_view line) {
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

std::optional<double> csv_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && !text.empty();
  return whole ? std::optional(value) : std::nullopt;
}

/// A number with something wrong, "1.0x" or "1e400", rather than a name of a column.
bool looks_like_number(std::string_view text) {
  const std::size_t sign = text.starts_with('+') || text.starts_with('-') ? 1 : 0;
  const std::size_t digit = sign + (text.substr(sign).starts_with('.') ? 1 : 0);
  return digit < text.size() && text[digit] >= '0' && text[digit] <= '9';
}

}  // namespace

Eigen::MatrixXd parse_csv_matrix(std::string_view text, const std::string& where) {
  std::vector<double> values;
  std::size_t width = 0;
  std::size_t bare_width = 0;  // of a heading without what is a comment, or part of "neuron #1"
  Eigen::Index rows = 0;
  int number = 0;
  if (constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
      text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    const std::string_view whole = without_spaces_behind(line);
    line = without_spaces_behind(line.substr(0, line.find('#')));
    if (line.find_first_not_of(" \t") == std::string_view::npos) {
      continue;
    }
    const std::vector<CsvCell> cells = cells_of(line);
    const bool heading = values.empty() && std::ranges::none_of(cells, [](const CsvCell& cell) {
                           return csv_number(cell.text).has_value() || looks_like_number(cell.text);
                         });
    if (heading && width == 0) {
      width = cells_of(whole).size();
      bare_width = cells.size();
      continue;
    }
    if (bare_width == cells.size()) {
      width = bare_width;
    }
    if (width != 0 && cells.size() != width) {
      throw InputError(where, fmt::format("line {}", number), counted(cells.size(), "value"),
                       fmt::format("must be {}, as in the first line", width));
    }
    width = cells.size();
    bare_width = 0;
    for (const CsvCell& cell : cells) {
      const std::optional<double> value = csv_number(cell.text);
      if (!value || !std::isfinite(*value)) {
        throw InputError(where, fmt::format("line {}, column {}", number, cell.column),
                         fmt::format("'{}'", cell.text), "must be a finite number");
      }
      values.push_back(*value);
    }
    ++rows;
  }
  if (rows == 0) {
    throw InputError(where, "", "no numbers", "must hold a table of numbers");
  }
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(values.data(), rows, static_cast<Eigen::Index>(width));
}

Eigen::MatrixXd read_csv_matrix(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_bytes(path);
  return parse_csv_matrix({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                          path.string());
}

}  // namespace rheobase::io
