#pragma once

#include <string>

#include "mapping/conversion/conversion_search.hpp"

namespace rheobase::cli {

/// A line for every scaling factor: accuracy, interval, mean rate, distance to the rate network.
std::string search_table(const mapping::ScalingSearchResult& result);

/// A line for every network that was tried: operating point, copies, error of the fit, accuracy as
/// predicted and measured, rate and spikes.
std::string candidate_table(const mapping::Conversion& result);

/// What the chosen network reached, on the search's trials and on fresh ones.
struct OutcomeText {
  std::string measured;
  std::string confirmed;  ///< empty: it was not run on fresh trials
};
OutcomeText outcome_text(const mapping::ConversionCandidate& candidate);

}  // namespace rheobase::cli
