#pragma once

#include <string>

#include "rate/dynamics/rate_network.hpp"

namespace rheobase::rate {

/// A tanh network as a sigmoid one with the same output: its state is twice that of the other, its
/// rates are those that spikes can stand for. @throws InputError for a network with loops
RateNetwork with_positive_rates(RateNetwork network, const std::string& where);

}  // namespace rheobase::rate
