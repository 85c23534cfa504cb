#include "apps/cli/text_format.hpp"

#include <algorithm>
#include <new>
#include <string_view>

#include <fmt/format.h>

namespace rheobase::cli {

std::string percent(double fraction) {
  return fmt::format("{:.1f} %", 100.0 * fraction);
}

std::string interval(const Proportion& proportion) {
  return fmt::format("{:.1f} to {:.1f} %", 100.0 * proportion.low, 100.0 * proportion.high);
}

std::string seconds_text(double seconds) {
  return fmt::format("{:.3g} s", seconds);
}

std::string short_number(double value) {
  return fmt::format("{:.4g}", value);
}

std::string yes_no(bool value) {
  return value ? "yes" : "no";
}

std::string failure_text(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return "not enough memory: fewer units, trials, recorded voltages or threads, or a smaller "
           "--batch, take less";
  }
  return error.what();
}

std::string csv_text(const std::string& text) {
  std::string field = "\"";
  for (const char c : text) {
    field += c == '"' ? std::string("\"\"") : std::string(1, c == '\n' || c == '\r' ? ' ' : c);
  }
  return field + '"';
}

std::vector<std::string> csv_cells(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += line[++i];
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += line[i];
    }
  }
  return cells;
}

std::string joined(const std::vector<std::string>& parts, const std::string& separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += (i == 0 ? "" : separator) + parts[i];
  }
  return text;
}

}  // namespace rheobase::cli
