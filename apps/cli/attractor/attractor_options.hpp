#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/field_table.hpp"
#include "rate/models/attractor/attractor_trials.hpp"

namespace rheobase::cli {

/// A published parameter set with changes, the trial it runs, and the levels of photoinhibition.
struct AttractorChoice {
  std::string type = "several-fixed-points";
  FieldValues given;  ///< parameters that were given beside the type
  rate::AttractorProtocol protocol;
  std::string levels;  ///< as text; empty: the published ones
};

/// Names of the published parameter sets.
std::vector<std::string> attractor_types();

/// @throws InputError for parameters out of range
rate::AttractorModel attractor_of(const AttractorChoice& choice);

/// "0,1,2.5", in the order given, each once. @throws InputError naming --levels
std::vector<double> attractor_levels(const AttractorChoice& choice,
                                     const rate::AttractorModel& model);

}  // namespace rheobase::cli
