#pragma once

#include "apps/cli/console.hpp"
#include "apps/cli/train_request.hpp"

namespace rheobase::cli {

/// Trains a network for every seed of the request, several at a time, into one folder with a
/// summary (summary.csv, summary.mat). Every file is the one that `train --seed` alone makes; what
/// the folder already holds is not trained again; what breaks is reported and the rest goes on.
/// @param first  what the training of the first seed begins with: but for the network it is that of
///               all
/// @throws InputError for options that do not fit, Error at the end when a network broke,
///         Cancelled on Ctrl-C: networks that were complete are kept
void train_many(const TrainRequest& request, const Beginning& first, const Console& console);

}  // namespace rheobase::cli
