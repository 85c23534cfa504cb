#include <doctest/doctest.h>

#include "network/equations/parser.hpp"
#include "network/neuron_template.hpp"
#include "network/templates/neuron_template_registry.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;
using namespace rheobase::network::fixture;

namespace {

std::string unit_of(const std::string& text) {
  return parse_equations(text, "text").description.time_unit;
}

std::string unit_error(const std::string& text) {
  return input_error([&] { parse_equations(text, "text"); });
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("the unit of time of equations is that of their quantities, or said") {
    CHECK(unit_of("v' = -v") == "");
    CHECK(unit_of("parameter tau = 1 [ms]\nv' = -v/tau") == "ms");
    CHECK(unit_of("input I [mV/s]\nv' = I") == "s");
    CHECK(unit_of("parameter k = 1 [1/(ms*mV)]\nv' = k") == "ms");
    CHECK(unit_of("parameter k = 1 [ms^-2]\nv' = k") == "ms");
    CHECK(unit_of("parameter k = 1 [nS/mV]\nv' = k") == "");
    CHECK(unit_of("time [min]\nv' = -v") == "min");
    CHECK(unit_of("time = 3\nv' = time") == "");  // a name like any other
  }

  TEST_CASE("two units of time in one text are refused where the second stands") {
    CHECK(unit_error("parameter a = 1 [ms]\nparameter b = 1 [mV/s]\nv' = a*b") ==
          "text: line 2, column 17: found '[mV/s]'; times of these equations are in ms: one unit "
          "of time for all");
    CHECK(unit_error("time [s]\ninput I [1/ms]\nv' = I").find("line 2, column 9") !=
          std::string::npos);
    CHECK(unit_error("time [mV]\nv' = 1").find("must be [us]") != std::string::npos);
    CHECK(unit_error("time [s] x\nv' = 1").find("'x'") != std::string::npos);
  }

  TEST_CASE("populations of one network count time in one unit") {
    NetworkSpec spec = one_population("tanh", 2, 0.1);
    CHECK(Network(spec).time_unit() == "ms");
    spec.populations.push_back({.name = "q", .equations = "v' = -v", .size = 1});
    CHECK(Network(spec).time_unit() == "ms");
    spec.populations.push_back(
        {.name = "r", .equations = "parameter t = 1 [s]\nv' = -v/t", .size = 1});
    CHECK(input_error([&] {
            Network{spec};
          }).starts_with("population 'r': unit of time: found 's'; must be that of the network"));
    spec.populations.pop_back();
    spec.time_unit = "s";
    CHECK(input_error([&] { Network{spec}; }).starts_with("population 'p': unit of time"));
  }

  TEST_CASE("every template counts time in ms") {
    for (const NeuronTemplateDefinition* definition : registered_neuron_templates()) {
      CAPTURE(definition->name);
      CHECK(unit_of(definition->text) == "ms");
    }
  }
}
