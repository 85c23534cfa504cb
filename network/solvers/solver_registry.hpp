#pragma once

#include <span>

#include "network/solver.hpp"

namespace rheobase::network {

/// Every solver of the program, in the order of this folder's CMakeLists.txt.
std::span<const SolverDefinition* const> registered_solvers();

}  // namespace rheobase::network
