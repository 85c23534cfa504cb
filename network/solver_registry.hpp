#pragma once

#include <span>

#include "network/solver.hpp"

namespace rheobase {

// The generated registry lives in this namespace.
using network::SolverDefinition;

/// Every solver of the program, in the order of network/CMakeLists.txt.
std::span<const SolverDefinition* const> registered_solvers();

}  // namespace rheobase
