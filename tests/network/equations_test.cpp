#include <cmath>
#include <ctime>
#include <future>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "network/equations/parser.hpp"
#include "network/equations/text_equations.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;
using fixture::input_error;

namespace {

/// Calls evaluate(equations, rows, out) for one expression of u, a parameter a and an input x.
template <class Evaluate>
double evaluated(const std::string& expression, double u, double a, double x, Evaluate evaluate) {
  const auto equations = text_equations("parameter a = 0; input x; u' = " + expression, "test");
  const AlignedVector<double> state(8, u), parameter(8, a), input(8, x);
  const Row rows[] = {{state.data(), kPerUnit}, {parameter.data(), 0}, {input.data(), kPerUnit}};
  AlignedVector<double> out(8);
  double* to = out.data();
  evaluate(*equations, UnitRows{&rows[0], &rows[1], &rows[2], nullptr, 8}, &to);
  return out[0];
}

double value_of(const std::string& expression, double u, double a, double x) {
  return evaluated(expression, u, a, x, [](const auto& equations, const auto& rows, auto* to) {
    equations.evaluate(Part::derivative, rows, to);
  });
}

/// Its derivative by u (q = 0) or a (q = 1).
double slope_of(const std::string& expression, std::size_t q, double u, double a) {
  return evaluated(expression, u, a, 0.0, [q](const auto& equations, const auto& rows, auto* to) {
    equations.partial(Part::derivative, q, rows, to);
  });
}

std::string error_of(const std::string& text) {
  return input_error([&] { text_equations(text, "test"); });
}

bool contains(const std::string& text, const std::string& part) {
  if (text.find(part) == std::string::npos) {
    MESSAGE(text);
  }
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("operators bind as in mathematics") {
    CHECK(value_of("2 + 3*4", 0, 0, 0) == 14.0);
    CHECK(value_of("(2 + 3)*4", 0, 0, 0) == 20.0);
    CHECK(value_of("2 - 3 - 4", 0, 0, 0) == -5.0);
    CHECK(value_of("16/4/2", 0, 0, 0) == 2.0);
    CHECK(value_of("-u^2", 3, 0, 0) == -9.0);
    CHECK(value_of("2^3^2", 0, 0, 0) == 512.0);
    CHECK(value_of("u^-2", 2, 0, 0) == 0.25);
    CHECK(value_of("2*-u", 3, 0, 0) == -6.0);
    CHECK(value_of("u - -x", 3, 0, 4) == 7.0);
    CHECK(value_of("1e-3*u + .5", 2, 0, 0) == 1e-3 * 2 + .5);
    CHECK(value_of("u*(a + x)/(u + 1)", 3, 2, 2) == 3.0);
    CHECK(value_of("min(u, a) + max(u, a)*10", 1, 2, 0) == 21.0);
    CHECK(value_of("min(a, a)", 1, 2, 0) == 2.0);
    CHECK(value_of("sign(u) + step(x)", -3, 0, 0) == 0.0);
    CHECK(value_of("abs(u)", -3, 0, 0) == 3.0);
    CHECK(std::abs(value_of("sin(pi*u)", 0.5, 0, 0) - 1.0) <= 1e-15);
    CHECK(std::abs(value_of("u^a", 2, 0.7, 0) - std::pow(2.0, 0.7)) <= 1e-15);
    CHECK(std::isnan(value_of("max(u, x)", std::nan(""), 0, 1)));
    CHECK(std::isnan(value_of("min(u, x)", 1, 0, std::nan(""))));
  }

  TEST_CASE("powers: whole exponents of negative numbers, named or not, operands in their order") {
    CHECK(std::abs(value_of("u^a", -0.5, 2, 0) - 0.25) <= 1e-15);
    CHECK(std::abs(value_of("u^a", -2, 3, 0) + 8.0) <= 1e-13);
    CHECK(std::abs(value_of("u^a", -2, -1, 0) + 0.5) <= 1e-14);
    CHECK(std::abs(value_of("u^65", -1, 0, 0) + 1.0) <= 1e-15);
    CHECK(std::isnan(value_of("u^a", -2, 0.5, 0)));
    CHECK(std::isnan(value_of("u^a", std::nan(""), 0, 0)));
    CHECK(value_of("u^a", 0, 0, 0) == 1.0);
    CHECK(value_of("u^a", 0, 2.5, 0) == 0.0);
    CHECK(value_of("max(u, 0)^1.5", -3, 0, 0) == 0.0);
    for (const double u : {1e-3, 0.7, 19.0}) {
      CHECK(value_of("u^a", u, 1.7, 0) == value_of("exp(a*log(u))", u, 1.7, 0));
    }
    CHECK(std::abs(value_of("a^(u + x)", 1, 3, 2) - 27.0) <= 1e-13);
    CHECK(std::abs(value_of("x - (u + a)^(u + x)", 1, 1, 2) + 6.0) <= 1e-13);
    CHECK(std::abs(value_of("(u*x)^tanh(a)", 2, 0.3, 4) - std::pow(8.0, std::tanh(0.3))) <= 1e-14);
    CHECK(std::abs(value_of("(u*x)^(u*x)", 2, 0, 1.5) - 27.0) <= 1e-13);
  }

  TEST_CASE("slopes of powers, roots and logarithms: numbers at and below 0 too") {
    for (const char* expression : {"max(u, 0)^1.5", "max(u, 0)^a", "max(u, 0)^0.3",
                                   "sqrt(max(u, 0))", "exp(a*log(max(u, 0)))"}) {
      CAPTURE(expression);
      for (const double u : {-0.5, -1e-300, 0.0}) {
        CHECK(slope_of(expression, 0, u, 2.2) == 0.0);
      }
    }
    CHECK(slope_of("max(u, 0)^a", 1, -0.5, 2.2) == 0.0);
    CHECK(slope_of("u^a", 0, 0.0, 1.0) == 1.0);
    CHECK(slope_of("u^a", 0, 0.0, 2.0) == 0.0);
    CHECK(std::isnan(slope_of("u^a", 0, std::nan(""), 0.5)));
    CHECK(std::abs(slope_of("u^a", 0, -1.5, 3.0) - 6.75) <= 1e-13);
    for (const char* expression : {"u^a", "a^u", "(u*a)^(u - a)", "u^2.2", "sqrt(u*a)", "log(u*a)",
                                   "max(u, a)^1.5 + min(u, a)^0.7"}) {
      CAPTURE(expression);
      constexpr double kStep = 1e-5;
      const double u = 1.7, a = 2.3;
      CHECK(std::abs(slope_of(expression, 0, u, a) - (value_of(expression, u + kStep, a, 0) -
                                                      value_of(expression, u - kStep, a, 0)) /
                                                         (2.0 * kStep)) <= 1e-8);
      CHECK(std::abs(slope_of(expression, 1, u, a) - (value_of(expression, u, a + kStep, 0) -
                                                      value_of(expression, u, a - kStep, 0)) /
                                                         (2.0 * kStep)) <= 1e-8);
    }
  }

  TEST_CASE("statements: declarations, outputs, events, in any order of the equations") {
    const ParsedEquations parsed = parse_equations(R"(
      # a whole neuron
      r = tanh(gain*v)             # rate
      drive = I_ext + r            # depends on an input: a name, no output
      v' = -v/tau + drive
      variable v = -2 [mV]         # membrane
      parameter tau = 10 [ms]      # time constant
      parameter gain = -1.5
      parameter t_ref = 1
      input I_ext [pA]
      event input x_in
      h' = -h; spike when v >= 1
      on spike: v = 0, h -= 2*h
      on any spike: h += mean(spike)
      on x_in: h += x_in*gain
      refractory t_ref
    )",
                                                   "test");
    const NeuronDescription& names = parsed.description;
    REQUIRE(names.variables.size() == 2);
    CHECK(names.variables[0].name == "v");
    CHECK(names.variables[0].value == -2.0);
    CHECK(names.variables[0].unit == "mV");
    CHECK(names.variables[0].help == "membrane");
    CHECK(names.variables[1].value == 0.0);
    CHECK(names.parameters[1].value == -1.5);
    CHECK(names.parameters[0].help == "time constant");
    REQUIRE(names.outputs.size() == 1);
    CHECK(names.outputs[0].name == "r");
    CHECK(names.outputs[0].help == "rate");
    CHECK(names.inputs[1].event);
    CHECK(names.spikes);
    CHECK(names.refractory == 2);
    REQUIRE(names.actions.size() == 4);
    CHECK(names.actions[0].assigns);
    CHECK(names.actions[1].trigger == Trigger::spike);
    CHECK(names.actions[2].trigger == Trigger::population_spike);
    CHECK(names.actions[3].trigger == Trigger::arrival);
    CHECK(names.actions[3].input == 1);
    CHECK(names.means == std::vector<std::size_t>{kSpikeMean});
  }

  TEST_CASE("errors point at line and column and suggest names") {
    CHECK(contains(error_of("v' = -v/tua\nparameter tau = 1"), "line 1, column 9: found 'tua'"));
    CHECK(contains(error_of("v' = -v/tua\nparameter tau = 1"), "did you mean 'tau'?"));
    CHECK(contains(error_of("v' = -v +\n"), "line 1, column 10: found the end"));
    CHECK(contains(error_of("v' = (v + 1\nu' = 2"), "line 2, column 1: found 'u'; must be ')'"));
    CHECK(contains(error_of("v' = tanhh(v)"), "did you mean 'tanh'?"));
    CHECK(contains(error_of("v' = 2 v"), "column 8: found 'v'"));
    CHECK(contains(error_of("v' = 2v"), "line 1, column 6: found '2v'; is no number"));
    CHECK(contains(error_of("v' = 3.4.5 + v"), "found '3.4.5'; is no number"));
    CHECK(contains(error_of("v' = 1e400\nu' = 1"),
                   "column 6: found '1e400'; is no number of double"));
    CHECK(contains(error_of("parameter a = 1e-400; v' = a"), "found '1e-400'; is no number of"));
    CHECK(contains(error_of("v' = \xcf\x84"), "found '\xcf\x84'; is no part"));
    CHECK(contains(error_of("v' = v $ 2"), "found '$'"));
    CHECK(contains(error_of("v' = a; a = b; b = a"), "a cycle of equations"));
    CHECK(contains(error_of("v' = 1; v' = 2"), "has two state equations"));
    CHECK(contains(error_of("v' = 1; v = 2"), "is declared twice"));
    CHECK(contains(error_of("parameter v = 1; input v; v' = 1"), "is declared twice"));
    CHECK(contains(error_of("tanh' = 1"), "is a word of the language"));
    CHECK(contains(error_of("variable u = 1; v' = 2"), "variable 'u'"));
    CHECK(contains(error_of("parameter a = 1"), "no state equation"));
    CHECK(contains(error_of(""), "no state equation"));
    CHECK(contains(error_of("parameter a; v' = a"), "needs a default"));
    CHECK(contains(error_of("parameter a = b; v' = a"), "must be a number"));
    CHECK(contains(error_of("v' = 1; on spike: v = 0"), "no spike condition"));
    CHECK(contains(error_of("input x; v' = x; spike when v + x >= 1"),
                   "depends on variables and parameters alone"));
    CHECK(contains(error_of("v' = 1; spike when v > 1"), "found '>'"));
    CHECK(contains(error_of("v' = mean(spike)"), "belongs to 'on any spike'"));
    CHECK(contains(error_of("v' = mean("), "mean() takes a variable"));
    CHECK(contains(error_of("event input x; v' = x"), "is used in 'on x:' only"));
    CHECK(contains(error_of("v' = 1; spike when v >= 1; on spike: w += 1"), "must be a variable"));
    CHECK(contains(error_of("v' = 1; spike when v >= 1; refractory t"), "must be a parameter"));
    CHECK(contains(error_of("parameter t = -2\nv' = 1\nspike when v >= 1\nrefractory t"),
                   "line 4, column 12: found 't' = -2; is a refractory period"));
    CHECK(
        contains(error_of("parameter t = 2; v' = 1; spike when v >= 1; refractory t; refractory t"),
                 "a second refractory period"));
    const std::string two = "u' = 1; v' = 1; event input x; spike when v >= 1\n";
    CHECK(contains(error_of(two + "on spike: v = 0, u += 1, v = 2"),
                   "line 2, column 26: found 'v'; is set twice at one event"));
    CHECK(contains(error_of(two + "on spike: v = 0\non spike: v = 2"), "line 3, column 11"));
    CHECK(contains(error_of(two + "on x: u = x, u = 2"), "set twice"));
    CHECK(error_of(two + "on spike: v = 0, v += 1; on any spike: v = 2; on x: v = x").empty());
    CHECK(contains(error_of("input I; v' = I; spike when v >= 1; on spike: v = 0, v += 2*I"),
                   "input 'I' in a jump; acts over time"));
    CHECK(contains(error_of("input I; a = I + v; event input x; v' = a; on x: v += x*a"),
                   "input 'I' in a jump"));
    CHECK(contains(error_of("v' = min(v)"), "must be ','"));
    CHECK(contains(error_of("v' = [mV"), "a unit ends with ']'"));
    CHECK(contains(error_of("v"), "a statement is"));
    CHECK(contains(error_of("v' = " + std::string(300, '(') + "1" + std::string(300, ')')),
                   "nest at most"));
  }

  TEST_CASE("a text equation with hundreds of operations is cut into blocks that fit") {
    std::string sum = "u' = 0";
    for (int i = 1; i <= 300; ++i) {
      sum += " + tanh(u*" + std::to_string(i) + ")*exp(-u/" + std::to_string(i) + ")";
    }
    const auto equations = text_equations(sum, "test");
    AlignedVector<double> u(1000), out(1000);
    for (std::size_t i = 0; i < u.size(); ++i) {
      u[i] = 1e-3 * static_cast<double>(i);
    }
    const Row row{u.data(), kPerUnit};
    double* to = out.data();
    equations->evaluate(Part::derivative, {&row, nullptr, nullptr, nullptr, 1000}, &to);
    for (std::size_t i = 0; i < u.size(); i += 111) {
      double expected = 0.0;
      for (int k = 1; k <= 300; ++k) {
        expected += std::tanh(u[i] * k) * std::exp(-u[i] / k);
      }
      CHECK(std::abs(out[i] - expected) <= 1e-11);
    }
  }

  TEST_CASE("long texts take a time in proportion, derivatives are made when asked for") {
    constexpr int kMany = 4000;
    std::string chain = "x0' = -x0\nr0 = x0\n";
    std::string sum = "u' = -u";
    for (int k = 1; k < kMany; ++k) {
      chain +=
          fmt::format("x{0}' = -x{0} + x{1}\nr{0} = r{1} + x{0}\nparameter p{0} = 1\n", k, k - 1);
      sum += fmt::format(" + sin({0}*u)*exp(-{0}*u)/({0} + u*{0}.5)", k);
    }
    for (const std::string& text : {chain, sum}) {
      const std::clock_t start = std::clock();
      text_equations(text, "test");
      const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
      CHECK(seconds < 2.0);
    }
  }

  TEST_CASE("derivatives asked for by several threads at once are the same") {
    const auto equations = text_equations("parameter a = 2; input x; u' = sin(a*u)*x/(u + a)", "t");
    const AlignedVector<double> u(8, 0.3), a(8, 2.0), x(8, 1.5);
    const Row rows[] = {{u.data(), kPerUnit}, {a.data(), 0}, {x.data(), kPerUnit}};
    const UnitRows of{&rows[0], &rows[1], &rows[2], nullptr, 8};
    const auto partials = [&] {
      std::vector<double> found;
      for (std::size_t q = 0; q < 3; ++q) {
        AlignedVector<double> out(8);
        double* to = out.data();
        equations->partial(Part::derivative, q, of, &to);
        found.push_back(out[0]);
      }
      return found;
    };
    std::vector<std::future<std::vector<double>>> several;
    for (int k = 0; k < 8; ++k) {
      several.push_back(std::async(std::launch::async, partials));
    }
    const double slope = std::sin(0.6) / 2.3;  // d u' / d x
    for (auto& one : several) {
      const std::vector<double> found = one.get();
      CHECK(std::abs(found[0] - (2.0 * std::cos(0.6) * 1.5 / 2.3 - slope * 1.5 / 2.3)) <= 1e-14);
      CHECK(std::abs(found[1] - (0.3 * std::cos(0.6) * 1.5 / 2.3 - slope * 1.5 / 2.3)) <= 1e-14);
      CHECK(std::abs(found[2] - slope) <= 1e-14);
    }
  }

  TEST_CASE("nesting without end is refused at its place") {
    const std::string open(200'000, '(');
    for (const std::string& text :
         {"u' = " + open, "u' = " + open + "u" + std::string(200'000, ')')}) {
      const std::string line = error_of(text);
      CHECK(contains(line, "line 1, column 206"));
      CHECK(contains(line, "expressions nest at most 200 deep"));
    }
    std::string chain = "v' = r0\nr300 = v\n";
    for (int k = 0; k < 300; ++k) {
      chain += fmt::format("r{} = r{}\n", k, k + 1);
    }
    CHECK(contains(error_of(chain), "those of the names that they use included"));
  }
}
