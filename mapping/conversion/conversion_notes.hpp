#pragma once

#include <string>
#include <vector>

#include "mapping/conversion/conversion_search.hpp"

namespace rheobase::mapping {

/// The published criterion of a network that converts: the fraction of correct trials.
inline constexpr double kConverted = 0.95;

/// What a person should know before the result is used, a sentence each, options in the words of
/// the command line: what keeps the network from the target, what was not tried and why.
std::vector<std::string> conversion_notes(const ConversionOptions& options,
                                          const Conversion& result, const rate::Task& task);

}  // namespace rheobase::mapping
