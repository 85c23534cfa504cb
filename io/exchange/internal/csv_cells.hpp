// What stands between the commas of a table (RFC 4180).
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace rheobase::io {

/// A text in quotes, for names that are the user's own.
inline std::string csv_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  }
  return quoted + '"';
}

/// Nothing where there is no number.
inline std::string csv_number(double value) {
  return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

inline std::string csv_number(const std::optional<double>& value) {
  return value ? csv_number(*value) : std::string();
}

}  // namespace rheobase::io
