#pragma once

#include <filesystem>
#include <string>

#include "apps/cli/console.hpp"
#include "rate/learning/innate/innate_capacity.hpp"

namespace rheobase::cli {

/// What `innate capacity` was asked for.
struct CapacityRequest {
  rate::CapacityOptions options;
  std::string delays = "250,500,1000,2000,3000,4000,5000,6000,7000,8000";  ///< ms
  std::filesystem::path output, plot;                                      ///< a folder, a figure
  int jobs = 0;
  bool json = false;
};

/// Computes what the folder does not hold yet, writes the summaries and prints the curve.
void run_capacity(CapacityRequest request, const Console& console);

}  // namespace rheobase::cli
