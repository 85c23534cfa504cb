#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/console.hpp"
#include "apps/cli/spiking_options.hpp"
#include "apps/cli/task_options.hpp"
#include "mapping/conversion/conversion_search.hpp"

namespace rheobase::cli {

/// What `map` was asked for.
struct MapRequest {
  std::vector<std::filesystem::path> models;
  std::filesystem::path model;  ///< where there is one
  std::filesystem::path output;
  std::filesystem::path plot;
  bool in_place = false;
  TaskChoice task;
  SpikingChoice spiking;
  mapping::ConversionOptions conversion;
  std::string grid;  ///< empty: the default grid, extended at its edges
  Seed seed = 1;
  bool json = false;
};

/// Maps request.models one after the other into the folder request.output with a summary
/// (summary.csv, summary.mat). What the folder already holds is not done again; what breaks is
/// reported and the rest goes on.
/// @throws InputError for options that do not fit, Error at the end when a network broke,
///         Cancelled on Ctrl-C: results that were complete are kept
void map_many(const MapRequest& request, const Console& console);

}  // namespace rheobase::cli
