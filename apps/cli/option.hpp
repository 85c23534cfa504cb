#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/random.hpp"

namespace rheobase::cli {

/// Allowed values of a number.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool above_low = false;  ///< `low` itself is not allowed
};

inline constexpr Range kPositive{0.0, std::numeric_limits<double>::infinity(), true};
inline constexpr Range kNonNegative{0.0, std::numeric_limits<double>::infinity(), false};
inline constexpr Range kProbability{0.0, 1.0, false};
inline constexpr Range kCount{1.0, std::numeric_limits<double>::infinity(), false};

/// "0 to 1", "above 0", "at least 1".
std::string describe(const Range& range);

/// The helpers below add one option each. The text of --help ends with unit, range and default;
/// a wrong value is refused with "--name: found X; must be ...". `names` are as for CLI11.
CLI::Option* add_integer(CLI::App& app, const std::string& names, int& value, const Range& range,
                         const std::string& help);
CLI::Option* add_number(CLI::App& app, const std::string& names, double& value, const Range& range,
                        const std::string& unit, const std::string& help);
/// A number that may be left out. @param otherwise  what holds then, for --help
CLI::Option* add_optional_number(CLI::App& app, const std::string& names,
                                 std::optional<double>& value, const Range& range,
                                 const std::string& help, const std::string& unit = {},
                                 const std::string& otherwise = {});
/// One of some words, whatever their case; `value` becomes the word as listed.
CLI::Option* add_choice(CLI::App& app, const std::string& names, std::string& value,
                        const std::vector<std::string>& words, const std::string& help);
/// True, False, yes, no, 1, 0, ... as the original program takes them.
CLI::Option* add_truth(CLI::App& app, const std::string& names, bool& value,
                       const std::string& help);
/// Any text; `type` is what --help shows for it ("FILE").
CLI::Option* add_text(CLI::App& app, const std::string& names, std::string& value,
                      const std::string& type, const std::string& help);

CLI::Option* add_seed(CLI::App& app, Seed& seed);
CLI::Option* add_threads(CLI::App& app, int& threads);
CLI::Option* add_json(CLI::App& app, bool& json);

/// The number that `text` spells. @throws InputError naming `option`
double number_from(const std::string& option, const std::string& text, const Range& range = {});

}  // namespace rheobase::cli
