#pragma once

#include <filesystem>

#include "apps/cli/console.hpp"
#include "apps/cli/train_request.hpp"

namespace rheobase::cli {

/// Trains one network in the stages of a file, [[stage]] tables of options of `train`: the first
/// stage makes the network (or takes that of --from), every later one goes on from the one before.
/// A stage ends as a training ends; where its criteria are not met, the rest is not begun. What
/// the stages leave is OUTPUT.stage1.mat ... and OUTPUT; stages that are there already are kept.
/// @throws InputError for a file or an option that is not as it must be, before anything is trained
void train_curriculum(const TrainRequest& request, const Console& console);

}  // namespace rheobase::cli
