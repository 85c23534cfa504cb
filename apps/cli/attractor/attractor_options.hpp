#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/command.hpp"
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

/// Adds --type, whose help names the published sets. The choice outlives the parser.
void add_attractor_type(Command command, AttractorChoice& choice, const std::string& what);

/// The published set. @throws InputError naming --type
const rate::AttractorModel& attractor_type(const AttractorChoice& choice);

/// @throws InputError for parameters out of range
rate::AttractorModel attractor_of(const AttractorChoice& choice);

/// "0,1,2.5", in the order given, each once. @throws InputError naming --levels
std::vector<double> attractor_levels(const AttractorChoice& choice,
                                     const rate::AttractorModel& model);

}  // namespace rheobase::cli
