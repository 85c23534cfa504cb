#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/aligned_vector.hpp"
#include "core/random.hpp"
#include "network/equations/text_equations.hpp"
#include "network/templates/neuron_template_registry.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;

namespace {

constexpr std::size_t kUnits = 40;
constexpr std::size_t kUnitsOfEveryTile = 64 + 32 + 16 + 8;

/// Random rows for the equations of a description: parameters per unit and shared in turn.
struct Sample {
  std::vector<AlignedVector<double>> memory;
  std::vector<Row> state, parameter, input, mean;

  std::size_t units;

  Sample(const NeuronDescription& names, Seed seed, std::size_t size = kUnits) : units(size) {
    RandomStream stream(seed, 0, Purpose::task);
    const auto add = [&](std::vector<Row>& rows, double around, bool shared) {
      AlignedVector<double> values(shared ? kLanes : units);
      const double one = around + (0.2 + 0.1 * std::abs(around)) * stream.normal();
      for (double& x : values) {
        x = shared ? one : around + (0.2 + 0.1 * std::abs(around)) * stream.normal();
      }
      memory.push_back(std::move(values));
      rows.push_back({memory.back().data(), shared ? 0 : kPerUnit});
    };
    for (const Quantity& variable : names.variables) {
      add(state, variable.value, false);
    }
    bool shared = false;
    for (const Quantity& parameter_of : names.parameters) {
      add(parameter, parameter_of.value == 0.0 ? 1.0 : parameter_of.value, shared = !shared);
    }
    for (std::size_t k = 0; k < names.inputs.size(); ++k) {
      add(input, 0.5, false);
    }
    for (std::size_t k = 0; k < names.means.size(); ++k) {
      add(mean, 0.3, true);
    }
  }
  UnitRows rows() const {
    return {state.data(), parameter.data(), input.data(), mean.data(), units};
  }
  std::vector<Row>* kinds[4] = {&state, &parameter, &input, &mean};
};

using Values = std::vector<AlignedVector<double>>;

template <class Function>
Values evaluate(std::size_t count, std::size_t units, Function function) {
  Values values(count, AlignedVector<double>(units));
  std::vector<double*> out;
  for (auto& row : values) {
    out.push_back(row.data());
  }
  function(out.data());
  return values;
}

Values evaluate(const NeuronEquations& equations, Part part, const UnitRows& rows) {
  return evaluate(value_count(equations.description(), part), rows.units,
                  [&](double* const* out) { equations.evaluate(part, rows, out); });
}

Values partial(const NeuronEquations& equations, Part part, std::size_t q, const UnitRows& rows) {
  return evaluate(value_count(equations.description(), part), rows.units,
                  [&](double* const* out) { equations.partial(part, q, rows, out); });
}

constexpr Part kAllParts[] = {Part::derivative, Part::outputs, Part::margin, Part::actions};

/// The derivative of every part with respect to every quantity against central differences.
void check_partials(const NeuronEquations& equations, Sample& sample) {
  const NeuronDescription& names = equations.description();
  std::size_t q = 0;
  for (std::vector<Row>* kind : sample.kinds) {
    for (Row& row : *kind) {
      const AlignedVector<double> original(row.data, row.data + (row.mask == 0 ? kLanes : kUnits));
      for (const Part part : kAllParts) {
        const Values slopes = partial(equations, part, q, sample.rows());
        const double h = 1e-5;
        Values sides[2];
        for (int side = 0; side < 2; ++side) {
          AlignedVector<double> moved = original;
          for (double& x : moved) {
            x += side == 0 ? -h : h;
          }
          const Row before = row;
          row.data = moved.data();
          sides[side] = evaluate(equations, part, sample.rows());
          row = before;
        }
        for (std::size_t k = 0; k < slopes.size(); ++k) {
          for (std::size_t i = 0; i < kUnits; ++i) {
            const double difference = (sides[1][k][i] - sides[0][k][i]) / (2.0 * h);
            const double bound =
                1e-7 * (1.0 + std::abs(difference)) + 1e-10 * std::abs(sides[0][k][i]) / h;
            CHECK(std::abs(slopes[k][i] - difference) <= bound);
          }
        }
      }
      ++q;
    }
  }
  CHECK(q == names.quantities());
}

/// Values bit by bit; derivatives, which two rules give, to rounding.
void check_equal(const NeuronEquations& compiled, const NeuronEquations& text,
                 const UnitRows& rows) {
  for (const Part part : kAllParts) {
    CHECK(evaluate(compiled, part, rows) == evaluate(text, part, rows));
    for (std::size_t q = 0; q < compiled.description().quantities(); ++q) {
      const Values a = partial(compiled, part, q, rows);
      const Values b = partial(text, part, q, rows);
      for (std::size_t k = 0; k < a.size(); ++k) {
        for (std::size_t i = 0; i < rows.units; ++i) {
          CHECK(std::abs(a[k][i] - b[k][i]) <= 1e-14 * (1.0 + std::abs(a[k][i])));
        }
      }
    }
  }
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("every template agrees bit by bit with its text on every instruction set") {
    for (const NeuronTemplateDefinition* definition : registered_neuron_templates()) {
      const auto compiled = compiled_equations(*definition);
      const Sample sample(compiled->description(), 1, kUnitsOfEveryTile);
      for (const char* level : {"portable", "avx2", "avx512"}) {
        CAPTURE(definition->name);
        CAPTURE(level);
        setenv("RHEOBASE_SIMD", level, 1);
        const auto text = text_equations(definition->text, definition->name);
        unsetenv("RHEOBASE_SIMD");
        check_equal(*compiled, *text, sample.rows());
      }
    }
  }

  TEST_CASE("every template says what it is") {
    CHECK(registered_neuron_templates().size() >= 10);
    for (const NeuronTemplateDefinition* definition : registered_neuron_templates()) {
      CAPTURE(definition->name);
      const NeuronDescription& names = compiled_equations(*definition)->description();
      CHECK(!definition->help.empty());
      CHECK(!definition->citation.empty());
      for (const Quantity& parameter : names.parameters) {
        CHECK(!parameter.help.empty());
      }
      for (const Quantity& variable : names.variables) {
        CHECK(!variable.help.empty());
      }
      CHECK(names.inputs.size() >= 2);
    }
  }

  TEST_CASE("defaults are those of the published templates") {
    const auto names = [](const char* name) {
      return compiled_equations(neuron_template_named(name))->description();
    };
    const auto parameter = [&](const char* name, const char* of) {
      const NeuronDescription description = names(name);
      return description.parameters[*find_named(description.parameters, of)].value;
    };
    CHECK(parameter("tanh", "tau") == 10.0);
    CHECK(parameter("lif", "tau_s") == 0.5);
    CHECK(parameter("qif", "eta") == -5.0);
    CHECK(parameter("qif_sfa", "tau_x") == 10.0);
    CHECK(parameter("ik", "C") == 100.0);
    CHECK(parameter("ik", "tau_u") == 33.33);
    CHECK(parameter("ik_biexp", "tau_r") == 2.0);
    CHECK(names("qif").variables[0].value == -2.0);
    CHECK(names("ik").variables[0].value == -60.0);
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("partial derivatives of every template are those of central differences") {
    for (const NeuronTemplateDefinition* definition : registered_neuron_templates()) {
      CAPTURE(definition->name);
      const auto compiled = compiled_equations(*definition);
      Sample sample(compiled->description(), 2);
      check_partials(*compiled, sample);
    }
  }

  TEST_CASE("partial derivatives of every operation of the language") {
    const auto equations = text_equations(R"(
      parameter a = 1.3
      input x
      u' = tanh(u*a) + sigmoid(u)*exp(-x/a) - log(a + u^2) + sqrt(a + v^2)
      v' = sin(u)*cos(v + x) + abs(v) + min(u, v*a) - max(x, u*v) + u^3/(1 + v^4)
      w' = sign(u)*w + step(v)*u^-2 + mean(u)*w^1.5 + 2^u - (u - v)**2
      o = u*v/(a + w^2)
    )",
                                          "test");
    Sample sample(equations->description(), 3);
    for (Row& row : sample.state) {  // powers of positive numbers only
      for (std::size_t i = 0; i < kUnits; ++i) {
        const_cast<double*>(row.data)[i] = 0.3 + std::abs(row.data[i]);
      }
    }
    check_partials(*equations, sample);
  }
}
