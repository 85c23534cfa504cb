#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/console.hpp"
#include "rate/learning/innate/innate_experiment.hpp"

namespace rheobase::cli {

/// What `innate timing` and `innate words` were asked for.
struct InnateRequest {
  std::string kind = "timing";
  rate::InnateSetup setup;  ///< network and experiment, without trials
  rate::TrialClock clock;
  rate::TimingTarget target;
  std::string words = "chaos,neuron";  ///< names of the paths
  std::filesystem::path targets;       ///< file with them; empty: our own
  std::filesystem::path from;          ///< file with a given start
  std::filesystem::path resume;        ///< checkpoint to go on from
  std::filesystem::path output, plot;
  int checkpoint_every = 0;
  bool keep_p = false;
  bool no_lyapunov = false;
  bool json = false;
};

/// The published defaults of an experiment; windows follow from delay or path.
InnateRequest timing_request();
InnateRequest words_request();

/// Trains, tests, writes and prints.
/// @throws InputError for what was asked wrongly, Cancelled after a checkpoint was left
void run_innate_training(InnateRequest request, const Console& console);

}  // namespace rheobase::cli
