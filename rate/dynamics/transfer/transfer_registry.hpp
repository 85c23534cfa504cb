#pragma once

#include <span>

#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::rate {

/// Every transfer function of the program, in the order of this folder's CMakeLists.txt.
std::span<const TransferDefinition* const> registered_transfers();

}  // namespace rheobase::rate
