// Every neuron template and solver of the builder's registries.
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "network/network.hpp"
#include "network/network_state.hpp"
#include "network/run.hpp"
#include "network/solvers/solver_registry.hpp"
#include "network/templates/neuron_template_registry.hpp"
#include "tests/contract/contract.hpp"

using namespace rheobase;
using namespace rheobase::network;

namespace {

constexpr double kStep = 0.01;
constexpr long kSteps = 200;

/// Seven units of a template, not coupled; the number says where their first variable begins.
Network network_of(const NeuronTemplateDefinition& model, std::size_t number) {
  Population population{.name = "p", .model = model.name, .size = 7};
  const auto equations = compiled_equations(model);
  const NeuronDescription& names = equations->description();
  const Quantity& first = names.variables.front();
  population.initial[first.name] = first.value + 0.05 * static_cast<double>(number) +
                                   0.01 * Eigen::ArrayXd::LinSpaced(7, 0.0, 6.0);
  return Network({.step = kStep, .populations = {population}});
}

std::vector<double> after(const Network& network, NetworkState& state, long steps,
                          const std::string& solver) {
  run(network, state, {}, {.steps = steps, .solver = solver});
  const Eigen::VectorXd numbers = to_vector(state);
  return {numbers.begin(), numbers.end()};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("contract of templates and solvers: finite, resumable, the same on any threads") {
    for (const SolverDefinition* solver : registered_solvers()) {
      CAPTURE(solver->name);
      CHECK(&solver_named(solver->name) == solver);
      CHECK(!solver->citation.empty());
      CHECK(((solver->step != nullptr) != (solver->integrate != nullptr)));
      for (const NeuronTemplateDefinition* model : registered_neuron_templates()) {
        CAPTURE(model->name);
        contract::check_threads<std::vector<double>>([&](std::size_t number) {
          const Network network = network_of(*model, number);
          NetworkState state = initial_state(network);
          return after(network, state, kSteps, solver->name);
        });
        const Network network = network_of(*model, 0);
        NetworkState whole = initial_state(network);
        NetworkState parts = initial_state(network);
        const std::vector<double> expected = after(network, whole, kSteps, solver->name);
        after(network, parts, kSteps / 3, solver->name);
        const std::vector<double> found = after(network, parts, kSteps - kSteps / 3, solver->name);
        // A method that chooses its own steps chooses others where a run ends in between.
        const double slack = solver->integrate != nullptr ? 1e-4 : 0.0;
        for (std::size_t i = 0; i < expected.size(); ++i) {
          CHECK(std::abs(found[i] - expected[i]) <= slack * (1.0 + std::abs(expected[i])));
        }
        for (const double value : expected) {
          CHECK(std::isfinite(value));
        }
      }
    }
    CHECK_THROWS_AS(solver_named("no such solver"), InputError);
    CHECK_THROWS_AS(neuron_template_named("no such template"), InputError);
  }

  TEST_CASE("contract of templates: named, and parameters that are no numbers are refused") {
    for (const NeuronTemplateDefinition* model : registered_neuron_templates()) {
      CAPTURE(model->name);
      CHECK(!model->help.empty());
      CHECK(!model->citation.empty());
      const auto equations = compiled_equations(*model);
      const NeuronDescription& names = equations->description();
      REQUIRE(!names.variables.empty());
      for (const Quantity& parameter : names.parameters) {
        CAPTURE(parameter.name);
        for (const double bad :
             {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
          Population population{.name = "p", .model = model->name, .size = 2};
          population.parameters[parameter.name] = Eigen::VectorXd::Constant(1, bad);
          CHECK_THROWS_AS(Network({.step = kStep, .populations = {population}}), InputError);
        }
      }
      Population unknown{.name = "p", .model = model->name, .size = 2};
      unknown.parameters["no_such_parameter"] = Eigen::VectorXd::Constant(1, 1.0);
      CHECK_THROWS_AS(Network({.step = kStep, .populations = {unknown}}), InputError);
    }
  }
}
