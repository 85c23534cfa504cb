#pragma once

#include <span>

#include "spiking/engine.hpp"

namespace rheobase::spiking {

/// Every engine of the program, in the order of spiking/CMakeLists.txt.
std::span<const EngineDefinition* const> registered_engines();

}  // namespace rheobase::spiking
