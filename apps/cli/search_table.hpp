#pragma once

#include <string>

#include "mapping/conversion/conversion_search.hpp"

namespace rheobase::cli {

/// Whether the rate network itself is shown to stay below the target: then the most accurate
/// spiking network is an accident and no conversion. The accuracy must have been measured.
bool rate_network_fails(const mapping::Conversion& result, double target);

/// "best", or "highest" where the rate network fails.
std::string chosen_word(bool rate_fails);

/// A line for every scaling factor: accuracy, interval, mean rate, distance to the rate network.
/// @param chosen  word for the one that was chosen
std::string search_table(const mapping::ScalingSearchResult& result,
                         const std::string& chosen = chosen_word(false));

/// A line for every network that was tried: operating point, copies, error of the fit, accuracy as
/// predicted and measured, rate and spikes; above them, what the columns are.
std::string candidate_table(const mapping::Conversion& result,
                            const std::string& word = chosen_word(false));

/// What the chosen network reached, on the search's trials and on fresh ones.
struct OutcomeText {
  std::string measured;
  std::string confirmed;  ///< empty: it was not run on fresh trials
};
OutcomeText outcome_text(const mapping::ConversionCandidate& candidate);

}  // namespace rheobase::cli
