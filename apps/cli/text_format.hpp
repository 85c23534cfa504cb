#pragma once

#include <exception>
#include <string>
#include <vector>

#include "core/statistics.hpp"

namespace rheobase::cli {

std::string percent(double fraction);                ///< "97.0 %"
std::string interval(const Proportion& proportion);  ///< "91.5 to 99.0 %"
std::string seconds_text(double seconds);            ///< "1.24 s"
std::string short_number(double value);              ///< four significant digits
std::string yes_no(bool value);
std::string failure_text(const std::exception& error);  ///< one line, also for memory that ran out
std::string csv_text(const std::string& text);          ///< a field in quotes (RFC 4180)
std::string joined(const std::vector<std::string>& parts, const std::string& separator);

}  // namespace rheobase::cli
