#pragma once

#include <string>
#include <vector>

#include "network/network.hpp"

namespace rheobase::network {

/// What a network may not be meant to be though it runs, a line each: time constants that are
/// shorter than the steps of the solver or not positive, edges all of whose weights are 0.
/// @param learning  names of edges that begin at 0 on purpose ("rnn.r -> readout")
std::vector<std::string> doubts(const Network& network, const std::string& solver,
                                const std::vector<std::string>& learning = {});

}  // namespace rheobase::network
