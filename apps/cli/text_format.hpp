#pragma once

#include <charconv>
#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "core/statistics.hpp"
#include "core/visible.hpp"

namespace rheobase::cli {

std::string percent(double fraction);                ///< "97.0 %"
std::string interval(const Proportion& proportion);  ///< "91.5 to 99.0 %"
std::string seconds_text(double seconds);            ///< "1.24 s"
std::string short_number(double value);              ///< four significant digits
std::string yes_no(bool value);
std::string failure_text(const std::exception& error);  ///< one line, also for memory that ran out
std::string csv_text(const std::string& text);          ///< a field in quotes (RFC 4180)
/// Cells of a line of such a table, quotes taken away.
std::vector<std::string> csv_cells(const std::string& line);
/// The number in a cell; none where there is no such.
template <class Number>
std::optional<Number> csv_number(const std::string& cell) {
  Number value{};
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return error == std::errc() && end == cell.data() + cell.size() ? std::optional(value)
                                                                  : std::nullopt;
}
std::string joined(const std::vector<std::string>& parts, const std::string& separator);

}  // namespace rheobase::cli
