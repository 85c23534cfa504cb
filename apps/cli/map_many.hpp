#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/console.hpp"
#include "apps/cli/spiking_options.hpp"
#include "apps/cli/task_options.hpp"
#include "core/run_control.hpp"
#include "mapping/conversion/conversion_search.hpp"

namespace rheobase::cli {

/// What `map` was asked for.
struct MapRequest {
  std::vector<std::filesystem::path> models;
  std::filesystem::path model;  ///< the one at hand
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

/// A search that was done and saved.
struct Mapped {
  rate::Task task;
  mapping::ConversionOptions options;
  mapping::Conversion result;
};

/// Finds the spiking network of request.model and writes the result to `output`.
/// @param command  kept in the file. @throws InputError, Cancelled when `control` asks to stop
Mapped map_one(MapRequest request, const std::filesystem::path& output, const std::string& command,
               const Console& console, const RunControl& control);

/// Maps request.models one after the other into the folder request.output with a summary
/// (summary.csv, summary.mat). What the folder already holds is not done again; what breaks is
/// reported and the rest goes on.
/// @throws InputError for options that do not fit, Error at the end when a network broke,
///         Cancelled on Ctrl-C: results that were complete are kept
void map_many(const MapRequest& request, const Console& console);

}  // namespace rheobase::cli
