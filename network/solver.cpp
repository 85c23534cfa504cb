#include "network/solver.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "network/solvers/solver_registry.hpp"

namespace rheobase::network {

const SolverDefinition& solver_named(std::string_view name) {
  std::vector<std::string> known;
  for (const SolverDefinition* definition : registered_solvers()) {
    if (definition->name == name) {
      return *definition;
    }
    known.push_back(definition->name);
  }
  throw InputError("run", "solver", fmt::format("'{}'", name), must_be_one_of(name, known));
}

}  // namespace rheobase::network
