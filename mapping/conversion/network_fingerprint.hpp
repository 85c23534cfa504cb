#pragma once

#include <string>

#include "rate/dynamics/rate_network.hpp"

namespace rheobase::mapping {

/// 16 hexadecimal digits that tell rate networks apart (FNV-1a over all that a run depends on):
/// weights with sign and mask, input and readout weights, time constants, transfer function.
std::string network_fingerprint(const rate::RateNetwork& network);

}  // namespace rheobase::mapping
