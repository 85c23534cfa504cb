#pragma once

#include <vector>

#include "rate/dynamics/rate_network.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::mapping {

/// The same network with rates of 0 or more: what spikes can tell. tanh networks become sigmoid
/// ones with a bias a unit, loops of low rank that never end a part of w; all others stay as they
/// are. Loops that come and go are left out: gated_loops has them. Outputs are equal to rounding, x
/// of a tanh network is doubled.
/// @throws InputError for a transfer function with negative rates that is not tanh
rate::RateNetwork as_non_negative(rate::RateNetwork network);

/// @throws InputError for a transfer function with negative rates that is not tanh
void require_non_negative_form(const rate::RateNetwork& network);

/// x of that network over x of the given one: 2 for tanh, else 1.
double non_negative_scale(const rate::RateNetwork& network);

/// The loops of low rank that come and go, between the rates of as_non_negative; u in units of x.
std::vector<spiking::GatedLoop> gated_loops(const rate::RateNetwork& network);

}  // namespace rheobase::mapping
