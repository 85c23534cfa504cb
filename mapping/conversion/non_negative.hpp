#pragma once

#include "rate/dynamics/rate_network.hpp"

namespace rheobase::mapping {

/// The same network with rates of 0 or more: what spikes can tell. tanh networks become sigmoid
/// ones with a bias a unit, loops of low rank that never end a part of w; all others stay as they
/// are. Outputs are equal to rounding, x of a tanh network is doubled.
/// @throws InputError for a transfer function with negative rates that is not tanh
rate::RateNetwork as_non_negative(rate::RateNetwork network);

}  // namespace rheobase::mapping
