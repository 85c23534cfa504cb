#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/conversion/transfer.hpp"

namespace rheobase::mapping {

/// Values of a spiking network that are allowed and look like seconds or volts where ms or mV are
/// meant, a sentence each.
/// @param name_of  what a field ("threshold_mv") is called; empty: nothing is said of it
std::vector<std::string> unit_doubts(const TransferOptions& transfer,
                                     const std::function<std::string(std::string_view)>& name_of);

}  // namespace rheobase::mapping
