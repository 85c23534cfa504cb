#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "apps/cli/console.hpp"
#include "core/random.hpp"

namespace rheobase::cli {

/// What `innate run` was asked for.
struct InnateTestRequest {
  std::filesystem::path model;
  int trials = 10;                  ///< of each kind and trajectory
  std::optional<double> noise;      ///< none: as in training
  std::optional<double> amplitude;  ///< of the perturbation; none: as in training
  std::optional<double> offset_ms;  ///< from the onset of the cue
  std::optional<double> duration_ms;
  std::string noise_levels, amplitudes;  ///< lists; both empty: no grid
  bool lyapunov = false;
  std::filesystem::path plot;
  Seed seed = 1;
  int threads = 0;
  bool json = false;
};

/// Tests a trained network and prints how it did.
void run_innate_tests(const InnateTestRequest& request, const Console& console);

}  // namespace rheobase::cli
