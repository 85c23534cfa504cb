#pragma once

#include <string>

#include "rate/dynamics/rate_network.hpp"

namespace rheobase::mapping {

/// 16 hexadecimal digits that tell rate networks apart (FNV-1a over weights with sign and mask, of
/// input, readout and loops, biases, time constants, step and transfer function). What a run starts
/// from and its noise are no part of it: they are options of a run as well.
std::string network_fingerprint(const rate::RateNetwork& network);

}  // namespace rheobase::mapping
