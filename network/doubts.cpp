#include "network/doubts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "network/solver.hpp"
#include "network/value_checks.hpp"

namespace rheobase::network {

namespace {

double smallest(const NetworkPopulation& population, std::size_t parameter) {
  const AlignedVector<double>& row = population.parameters[parameter];
  return *std::min_element(row.begin(), row.end());
}

}  // namespace

std::vector<std::string> doubts(const Network& network, const std::string& solver,
                                const std::vector<std::string>& learning) {
  std::vector<std::string> lines;
  const bool resolves = !solver_named(solver).needs_short_steps;
  for (const NetworkPopulation& population : network.populations()) {
    const NeuronDescription& names = population.description();
    for (std::size_t k = 0; k < names.parameters.size(); ++k) {
      if (!is_time_constant(names, k)) {
        continue;
      }
      const double time = smallest(population, k);
      if (time <= 0.0) {
        lines.push_back(fmt::format("population '{}': {}, {:g}, is a time that is not positive",
                                    population.name, names.parameters[k].name, time));
      } else if (!resolves && time < network.step()) {
        lines.push_back(fmt::format(
            "population '{}': the step, {:g}, is longer than {}, {:g}: {} does not resolve it",
            population.name, network.step(), names.parameters[k].name, time, solver));
      }
    }
  }
  for (const NetworkEdge& edge : network.edges()) {
    if (edge.coupling.all_zero() && std::ranges::find(learning, edge.name) == learning.end()) {
      lines.push_back(fmt::format("edge {}: no connection: all its weights are 0", edge.name));
    }
  }
  return lines;
}

}  // namespace rheobase::network
