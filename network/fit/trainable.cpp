#include <algorithm>

#include "core/error.hpp"
#include "network/fit/backpropagation.hpp"

namespace rheobase::network {

void require_trainable(const Network& network) {
  const auto refuse = [](const std::string& where, const char* what) {
    throw InputError(where, "", what, "gradients do not pass it: train a network without");
  };
  for (const NetworkEdge& edge : network.edges()) {
    if (edge.filter.size() > 0) {
      refuse("edge " + edge.name, "a filter");
    }
    if (edge.delayed() && std::ranges::find(edge.delay, std::size_t{0}) != edge.delay.end()) {
      refuse("edge " + edge.name, "a delay of 0 beside others");
    }
  }
  for (const NetworkPopulation& population : network.populations()) {
    if (std::ranges::any_of(population.noise, [](double sigma) { return sigma > 0.0; })) {
      refuse("population '" + population.name + "'", "noise");
    }
    for (const Action& action : population.description().actions) {
      if (action.trigger == Trigger::population_spike) {
        refuse("population '" + population.name + "'", "a jump of the whole population");
      }
      if (action.trigger == Trigger::arrival && action.assigns) {
        refuse("population '" + population.name + "'", "an assignment where something arrives");
      }
    }
  }
}

}  // namespace rheobase::network
