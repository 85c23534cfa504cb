// What stands between the commas of a table (RFC 4180).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rheobase::io {

/// A text in quotes, for names that are the user's own.
std::string csv_quoted(std::string_view text);

/// Nothing where there is no number.
std::string csv_number(double value);
std::string csv_number(const std::optional<double>& value);

}  // namespace rheobase::io
