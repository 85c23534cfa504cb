#include "apps/cli/value_syntax.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "apps/cli/option.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"

namespace rheobase::cli {

namespace {

constexpr double kLargestGrid = 10000.0;

std::vector<double> stepped_grid(const std::string& option, const std::string& text) {
  constexpr const char* kRequired = "must be FIRST:STEP:LAST with 0 < FIRST <= LAST and STEP > 0";
  const std::vector<std::string> parts = split(text, ':');
  if (parts.size() != 3) {
    throw InputError(option, "", text, kRequired);
  }
  const double first = number_from(option, parts[0]);
  const double step = number_from(option, parts[1]);
  const double last = number_from(option, parts[2]);
  if (first <= 0.0 || step <= 0.0 || last < first) {
    throw InputError(option, "", text, kRequired);
  }
  // A millionth of a step forgives the rounding of decimal fractions.
  const double steps = std::floor((last - first) / step + 1e-6);
  if (steps >= kLargestGrid) {
    throw InputError(option, "", text, fmt::format("must have at most {} values", kLargestGrid));
  }
  std::vector<double> grid;
  for (int i = 0; i <= to_integer<int>(steps); ++i) {
    grid.push_back(first + i * step);
  }
  return grid;
}

/// A part of a list, which may have been meant as a range.
double listed_number(const std::string& option, const std::string& text, const std::string& part) {
  try {
    return number_from(option, part, kPositive);
  } catch (const InputError&) {
    throw InputError(option, "", text.empty() ? "nothing" : text,
                     "must be positive numbers: a list such as 20,30,40 or a range "
                     "FIRST:STEP:LAST such as 20:5:75");
  }
}

std::optional<Eigen::Index> parse_unit(const std::string& text, Eigen::Index units) {
  Eigen::Index value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stop != end || value < 1 || value > units) {
    return std::nullopt;
  }
  return value - 1;
}

}  // namespace

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text + separator);
  for (std::string part; std::getline(stream, part, separator);) {
    const std::size_t first = std::min(part.find_first_not_of(' '), part.size());
    parts.push_back(part.substr(first, part.find_last_not_of(' ') + 1 - first));
  }
  return parts;
}

std::vector<double> parse_grid(const std::string& option, const std::string& text) {
  if (text.find(':') != std::string::npos) {
    return stepped_grid(option, text);
  }
  std::vector<double> grid;
  for (const std::string& part : split(text, ',')) {
    const double value = listed_number(option, text, part);
    if (!grid.empty() && value <= grid.back()) {
      throw InputError(option, "", text,
                       "must be in increasing order, such as 20,30,40 or 20:5:75");
    }
    grid.push_back(value);
  }
  return grid;
}

std::vector<Eigen::Index> parse_units(const std::string& option, const std::string& text,
                                      Eigen::Index units) {
  std::vector<Eigen::Index> result;
  std::set<Eigen::Index> named;
  for (const std::string& part : split(text, ',')) {
    const std::vector<std::string> ends = split(part, ':');
    const std::optional<Eigen::Index> first = parse_unit(ends.front(), units);
    const std::optional<Eigen::Index> last = parse_unit(ends.back(), units);
    if (ends.size() > 2 || !first || !last || *last < *first) {
      throw InputError(option, "", text,
                       fmt::format("must be units from 1 to {} such as 1,5,10:20", units));
    }
    for (Eigen::Index unit = *first; unit <= *last; ++unit) {
      if (!named.insert(unit).second) {
        throw InputError(option, "", text, fmt::format("must name unit {} once", unit + 1));
      }
      result.push_back(unit);
    }
  }
  return result;
}

std::vector<Seed> parse_seeds(const std::string& option, const std::string& text) {
  constexpr std::size_t kMost = 100000;
  const auto fault = [&] {
    return InputError(
        option, "", text.empty() ? "nothing" : text,
        fmt::format("must be up to {} different seeds, such as 1:20 or 1,5,9:12", kMost));
  };
  std::vector<Seed> seeds;
  for (const std::string& part : split(text, ',')) {
    const std::vector<std::string> ends = split(part, ':');
    const Range range{0.0, 4294967295.0, false};
    const double first = number_from(option, ends.front(), range);
    const double last = number_from(option, ends.back(), range);
    if (ends.size() > 2 || last < first || first != std::floor(first) || last != std::floor(last) ||
        last - first >= static_cast<double>(kMost)) {
      throw fault();
    }
    for (double seed = first; seed <= last; ++seed) {
      seeds.push_back(static_cast<Seed>(seed));
    }
  }
  std::vector<Seed> sorted = seeds;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end() || seeds.size() > kMost) {
    throw fault();
  }
  return seeds;
}

std::pair<double, double> parse_window(const std::string& option, const std::string& text) {
  const std::vector<std::string> ends = split(text, ':');
  constexpr const char* kRequired = "must be START:END in ms with 0 <= START < END";
  if (ends.size() != 2) {
    throw InputError(option, "", text, kRequired);
  }
  const double start = number_from(option, ends[0]);
  const double end = number_from(option, ends[1]);
  if (start < 0.0 || end <= start) {
    throw InputError(option, "", text, kRequired);
  }
  return {start, end};
}

}  // namespace rheobase::cli
