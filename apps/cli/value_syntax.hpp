#pragma once

#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "core/random.hpp"

namespace rheobase::cli {

/// "20:5:75" (first:step:last) or "20,30,40" as increasing positive numbers.
/// @throws InputError naming `option`
std::vector<double> parse_grid(const std::string& option, const std::string& text);

/// "1,5,10:20": units counted from 1, as in the files. Returns them counted from 0, in the order
/// given. @throws InputError when one is not in [1, units] or comes twice
std::vector<Eigen::Index> parse_units(const std::string& option, const std::string& text,
                                      Eigen::Index units);

/// "1:20" or "1,5,9:12": seeds, each once, in the order given.
/// @throws InputError unless they are 1 to 100,000 different whole numbers below 2^32
std::vector<Seed> parse_seeds(const std::string& option, const std::string& text);

/// "500:700": a span of time in ms. @throws InputError unless 0 <= start < end
std::pair<double, double> parse_window(const std::string& option, const std::string& text);

/// Parts of `text` between separators, without the blanks around them; empty parts included.
std::vector<std::string> split(const std::string& text, char separator);

}  // namespace rheobase::cli
