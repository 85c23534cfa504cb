#pragma once

#include <filesystem>

#include "apps/cli/console.hpp"
#include "apps/cli/force/force_targets.hpp"
#include "apps/cli/json_output.hpp"
#include "io/mat/force_file.hpp"

namespace rheobase::cli {

/// What `force train` was asked for.
struct ForceTrainRequest {
  rate::ForceNetworkOptions network;
  rate::ForceInputOptions input;
  rate::ForceTrainingOptions training;
  TargetChoice targets;
  std::filesystem::path from, resume, output, checkpoint, plot;
  int checkpoint_every = 0;  ///< iterations; 0: only on Ctrl-C
  bool keep_p = false;
  bool iterations_given = false, p_given = false;
  bool json = false;
};

/// Trains, from a new start, a given one or a checkpoint, writes the result and prints it.
/// @throws Cancelled after the checkpoint was written
void run_force_train(const ForceTrainRequest& request, const Console& console);

}  // namespace rheobase::cli
