#include "io/network/template_import.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "io/mat/atomic_file.hpp"
#include "io/network/toml_document.hpp"
#include "tests/io/network/network_files.hpp"
#include "tests/max_abs.hpp"

using namespace rheobase;
using namespace rheobase::io;
using fixture::TemporaryPlace;

namespace {

/// Templates in the format of PyRates: inheritance, replaced terms, joined operators.
constexpr const char* kTemplates = R"yaml(%YAML 1.2
---
aliases:
  - &base shared.leak_op

quadratic_op:
  base: OperatorTemplate
  equations:
    - "v' = (v^2 + eta + I_ext)/tau + k*s_in"
    - "d/dt * s = spike - s/tau_s"
  variables:
    s: output(0.0)
    v: variable(-2.0)
    tau: 1.0
    k: 1.0
    tau_s: {default: constant, value: 1.0}
    eta: -5.0
    I_ext: input(0.0)
    spike: input(0.0)
    s_in: input

adapting_op:
  base: quadratic_op
  equations:
    replace:
      eta: eta - x
    add:
      - "x' = -x/tau_x + alpha*spike"
  variables:
    x: variable(0.0)
    alpha: 1.0
    tau_x: 10.0

flip_op:
  base: OperatorTemplate
  equations:
    - "v' = (v^2 + eta + I_ext)/tau + k*s_in - 2.0*reset*v"
    - "s' = -s/tau_s + spike"
  variables: {s: output, v: variable(-2.0), tau: 1.0, k: 1.0, tau_s: 1.0, eta: -5.0,
              I_ext: input, spike: input, reset: input, s_in: input}

shared_op:
  base: OperatorTemplate
  equations:
    - "u' = (mean(v) - u)/tau + kappa*mean(spike)/2"
    - "v' = -v/tau"
  variables: {u: output(0.0), v: variable(1.0), tau: 3.0, kappa: 4.0, spike: input}

squashing_op:
  base: OperatorTemplate
  equations: "r = tanh(v)"
  variables:
    r: output(0.0)
    v: input(0.0)

past_op:
  base: OperatorTemplate
  equations: "v' = -past(v, 1.0)"
  variables: {v: output(0.0)}

bent_op:
  base: OperatorTemplate
  equations: "v' = -v + tanh(spike)"
  variables: {v: output(0.0), spike: input}

wire:
  base: EdgeTemplate
  operators: [squashing_op]

adapting:
  base: NodeTemplate
  operators:
    - adapting_op

leaky:
  base: NodeTemplate
  operators:
    - *base
    - squashing_op
)yaml";

constexpr const char* kShared = R"yaml(
leak_op:
  base: OperatorTemplate
  equations: "v' = -v/tau + k*r_in + I_ext + eta"
  variables: {v: output(0.0), tau: 10.0, k: 1.0, eta: 0.0, r_in: input, I_ext: input}
)yaml";

class Library {
 public:
  Library() : folder_("network-import") {
    write_atomically(folder_ / "cells.yaml", kTemplates);
    write_atomically(folder_ / "shared.yaml", kShared);
  }
  ImportedTemplates import(const std::vector<std::string>& names) const {
    return import_templates(folder_ / "cells.yaml", {.templates = names, .size = 5, .step = 0.01});
  }
  std::string error(const std::string& name) const {
    try {
      import({name});
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

 private:
  TemporaryPlace folder_;
};

/// What is wrong with the import of a file "cells.yaml"; "" where nothing is.
std::string fault_of(const std::string& text, const TemplateImportOptions& options = {}) {
  const TemporaryPlace folder("network-import-fault");
  write_atomically(folder / "cells.yaml", text);
  try {
    import_templates(folder / "cells.yaml", options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// The first population of what was imported, or the template, driven until it spikes.
network::Observer driven(network::NetworkSpec spec, const std::string& signal) {
  const std::string name = spec.populations[0].name;
  spec.populations[0].size = 3;
  spec.step = 0.001;
  spec.edges = {{.source = name + "." + (signal == "r" ? "r" : "s"),
                 .target = name + "." + (signal == "r" ? "r_in" : "s_in"),
                 .weights = 0.3}};
  spec.inputs = {{.target = name + ".I_ext"}};
  const network::Network network(spec);
  network::NetworkState state = network::initial_state(network);
  return network::run(
      network, state, Eigen::RowVector3d(5, 20, 40),
      {.steps = 20000, .probes = {{.signal = name + "." + signal}}, .spikes = true});
}

network::NetworkSpec imported_spec(const Library& library, const std::string& name) {
  const std::string text = write_toml(library.import({name}).document);
  network::NetworkSpec spec = fixture::parsed(text).spec;
  REQUIRE(spec.populations.size() == 1);
  return spec;
}

void check_as_template(const Library& library, const std::string& imported,
                       const std::string& model, const std::string& signal) {
  CAPTURE(imported);
  const network::Observer found = driven(imported_spec(library, imported), signal);
  const network::Observer expected =
      driven({.populations = {{.name = "p", .model = model}}}, signal);
  REQUIRE((signal == "r" || expected.spikes.size() > 10));
  CHECK(found.spikes == expected.spikes);
  CHECK(largest_difference(found.recordings[0].values, expected.recordings[0].values) <= 1e-9);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("imported templates do what the registered ones do") {
    const Library library;
    check_as_template(library, "quadratic_op", "qif", "v");
    check_as_template(library, "adapting", "qif_sfa", "x");
    check_as_template(library, "flip_op", "qif_reset", "s");
    check_as_template(library, "leaky", "tanh", "r");
  }

  TEST_CASE("jumps of a whole population") {
    const Library library;
    const std::string text = imported_spec(library, "shared_op").populations[0].equations;
    CHECK(text.find("on any spike: u += kappa*mean(spike)/2\n") != std::string::npos);
  }

  TEST_CASE("all templates of a file, and what does not fit is named") {
    const Library library;
    const ImportedTemplates made = library.import({});
    CHECK(made.imported ==
          std::vector<std::string>{"adapting", "leaky", "quadratic_op", "flip_op", "shared_op"});
    REQUIRE(made.left_out.size() == 3);
    for (const auto& [name, reason] :
         {std::pair{"wire", "EdgeTemplate"}, {"past_op", "past"}, {"bent_op", "tanh(spike)"}}) {
      CAPTURE(name);
      CHECK(std::ranges::any_of(made.left_out, [&](const std::string& line) {
        return line.find(name) != std::string::npos && line.find(reason) != std::string::npos &&
               line.find('\n') == std::string::npos;
      }));
    }
    CHECK(fixture::file_error(write_toml(made.document)) == "");
  }

  TEST_CASE("named templates that do not fit are errors") {
    const Library library;
    CHECK(library.error("past_op").find("'past'") != std::string::npos);
    CHECK(library.error("bent_op").find("must be a factor") != std::string::npos);
    CHECK(library.error("leakyy").find("did you mean 'leaky'?") != std::string::npos);
    const TemporaryPlace folder("network-import-bad");
    write_atomically(folder / "bad.yaml", std::string_view("a: [1\nb: 2\n"));
    CHECK_THROWS_WITH_AS(import_templates(folder / "bad.yaml", {}), doctest::Contains("line"),
                         InputError);
    write_atomically(folder / "empty.yaml", std::string_view("a: 3\n"));
    CHECK_THROWS_AS(import_templates(folder / "empty.yaml", {}), InputError);
  }

  TEST_CASE("numbers, values and names that are none are told with their place") {
    constexpr const char* kOperator =
        "op:\n  base: OperatorTemplate\n  equations: \"v' = -v/tau + I_ext\"\n"
        "  variables: {v: output(0.0), tau: 5.0, I_ext: input}\n";
    const std::string node = std::string(kOperator) + "node:\n  base: NodeTemplate\n  operators:\n";
    for (const auto& [text, part] :
         {std::pair{node + "    op: {tau: fast}\n",
                    "line 8, column 10: template 'node': found "
                    "variable 'tau' = the text 'fast'"},
          {node + "    op: {tau: 1e999}\n", "line 8, column 10"},
          {node + "    op: {tau: inf}\n", "line 8, column 10"},
          {node + "    op: {tua: 3}\n", "did you mean 'tau'?"},
          {node + "    op: [3]\n", "must be a table"},
          {node + "    op: {I_ext: 3}\n", "input 'I_ext' of 3"},
          {std::string("op:\n  base: OperatorTemplate\n  equations: \"v' = -v\"\n"
                       "  variables: {v: variable(x)}\n"),
           "line 4, column 15: template 'op': found variable 'v'"},
          {std::string("op:\n  base: OperatorTemplate\n  equations: \"v' = -v\"\n"
                       "  variables: [v]\n"),
           "must be a table"},
          {std::string("op:\n  base: OperatorTemplate\n  equations: \"v' = -w\"\n"
                       "  variables: {v: variable}\n"),
           "line 1, column 1: template 'op': found 'w' in: v' = -w; must be one of v"}}) {
      CAPTURE(text);
      const std::string line = fault_of(text);
      CAPTURE(line);
      CHECK(line.find("cells.yaml: ") != std::string::npos);
      CHECK(line.find(part) != std::string::npos);
      CHECK(line.find('\n') == std::string::npos);
    }
  }

  TEST_CASE("functions that go by another name") {
    const TemporaryPlace folder("network-import-functions");
    write_atomically(
        folder / "cells.yaml",
        std::string_view("op:\n  base: OperatorTemplate\n"
                         "  equations: \"v' = absv(v) - maxi(v, 1.0)*mini(v, minimum)\"\n"
                         "  variables: {v: variable, minimum: 2.0}\n"));
    const ImportedTemplates made = import_templates(folder / "cells.yaml", {});
    CHECK(fixture::parsed(write_toml(made.document)).spec.populations[0].equations ==
          "variable v = 0\nparameter minimum = 2\n\nv' = abs(v)-max(v,1.0)*min(v,minimum)\n");
  }

  TEST_CASE("signs of exponents are no sums") {
    const TemporaryPlace folder("network-import-exponents");
    write_atomically(
        folder / "cells.yaml",
        std::string_view(
            "op:\n  base: OperatorTemplate\n"
            "  equations: \"v' = -v/tau + 1e-2*spike - 2.E+1*v - x1e-spike*k2e-1\"\n"
            "  variables: {v: variable, tau: 1.0, x1e: 2.0, k2e: 3.0, spike: input}\n"));
    const ImportedTemplates made = import_templates(folder / "cells.yaml", {});
    const std::string text =
        fixture::parsed(write_toml(made.document)).spec.populations[0].equations;
    CHECK(text.find("v' = -v/tau - 2.E+1*v - x1e-1\n") != std::string::npos);
    CHECK(text.find("v += 1e-2*1, v += -1*k2e\n") != std::string::npos);
  }

  TEST_CASE("a file of which nothing fits says the first reason") {
    const std::string line = fault_of(
        "op:\n  base: OperatorTemplate\n  equations: \"v' = -w\"\n  variables: {v: variable}\n");
    CAPTURE(line);
    CHECK(line.find("cells.yaml: line 1, column 1: template 'op': found 'w' in: v' = -w;") !=
          std::string::npos);
    CHECK(line.find("must hold a node") == std::string::npos);
    CHECK(fault_of("a: 3\n").find("no templates") != std::string::npos);
  }

  TEST_CASE("variables of an heir and values of a node override those of the base") {
    const TemporaryPlace folder("network-import-heirs");
    write_atomically(folder / "cells.yaml", std::string_view(R"yaml(
base_op:
  base: OperatorTemplate
  equations:
    - "v' = -v/tau + g*I_ext"
    - "r = v*gain"
  variables: {v: variable(-2.0), tau: 5.0, g: 1.0, I_ext: input, r: output(0.0), gain: 3.0}
heir_op:
  base: base_op
  equations: {add: ["w' = -w + g"], replace: {g: "2.0*g"}}
  variables: {v: 4.0, tau: 7.0, I_ext: 0.5, w: variable(1.0)}
plain_op:
  base: base_op
  equations: "v' = -v/tau"
node:
  base: NodeTemplate
  operators: {base_op: {v: -1.0, tau: 9.0}}
second:
  base: node
)yaml"));
    const auto equations = [&](const std::string& name) {
      const ImportedTemplates made = import_templates(folder / "cells.yaml", {.templates = {name}});
      return fixture::parsed(write_toml(made.document)).spec.populations[0].equations;
    };
    CHECK(
        equations("heir_op") ==
        "variable v = 4\nparameter tau = 7\nparameter g = 1\nparameter I_ext = 0.5\n"
        "parameter gain = 3\nvariable w = 1\n\nv' = -v/tau+2.0*g*I_ext\nr = v*gain\nw' = -w + g\n");
    CHECK(equations("plain_op") == "variable v = -2\nparameter tau = 5\n\nv' = -v/tau\n");
    CHECK(equations("node") ==
          "variable v = -1\nparameter tau = 9\nparameter g = 1\ninput I_ext\nparameter gain = 3\n\n"
          "v' = -v/tau + g*I_ext\nr = v*gain\n");
    CHECK(equations("second") == equations("node"));
    CHECK(import_templates(folder / "cells.yaml", {}).imported ==
          std::vector<std::string>{"node", "second", "heir_op", "plain_op"});
  }

  TEST_CASE("operators of a node: inputs are sums of outputs, other names stay apart") {
    const TemporaryPlace folder("network-import-joined");
    write_atomically(folder / "cells.yaml", std::string_view(R"yaml(
fast_op:
  base: OperatorTemplate
  equations: "V' = -V/tau + m_in"
  variables: {V: output(1.0), tau: 2.0, m_in: input}
slow_op:
  base: fast_op
  variables: {tau: 8.0}
rate_op:
  base: OperatorTemplate
  equations: "m = gain*V^2"
  variables: {m: output, V: input, gain: 3.0}
both:
  base: NodeTemplate
  operators: [rate_op, fast_op, slow_op]
)yaml"));
    const ImportedTemplates made = import_templates(folder / "cells.yaml", {.templates = {"both"}});
    network::NetworkSpec spec = fixture::parsed(write_toml(made.document)).spec;
    CHECK(spec.populations[0].equations ==
          "parameter gain = 3\nvariable V = 1\nparameter tau = 2\ninput m_in\n"
          "variable V_slow_op = 1\nparameter tau_slow_op = 8\ninput m_in_slow_op\n\n"
          "m = gain*(V+V_slow_op)^2\nV' = -V/tau + m_in\n"
          "V_slow_op' = -V_slow_op/tau_slow_op+m_in_slow_op\n");
  }

  TEST_CASE("a name is one of the file that uses it") {
    const TemporaryPlace folder("network-import-names");
    const auto leak = [](const char* rate) {
      return fmt::format(
          "leak_op:\n  base: OperatorTemplate\n  equations: \"v' = -{}*v\"\n"
          "  variables: {{v: variable(1.0)}}\n",
          rate);
    };
    write_atomically(folder / "a.yaml", leak("1.0") + "heir_op:\n  base: leak_op\n");
    write_atomically(folder / "b.yaml", leak("2.0") +
                                            "own_op:\n  base: leak_op\n"
                                            "other_op:\n  base: a.heir_op\n");
    const ImportedTemplates made =
        import_templates(folder / "b.yaml", {.templates = {"other_op", "own_op"}});
    const network::NetworkSpec spec = fixture::parsed(write_toml(made.document)).spec;
    CHECK(spec.populations[0].equations.find("v' = -1.0*v") != std::string::npos);
    CHECK(spec.populations[1].equations.find("v' = -2.0*v") != std::string::npos);
  }

  TEST_CASE("what was imported is a network that can be built and recorded") {
    const std::string driven =
        "op:\n  base: OperatorTemplate\n  equations: [\"v' = -v\", \"r = v + I_ext\"]\n"
        "  variables: {v: variable, I_ext: input, r: output}\n";
    CHECK(fault_of(driven) == "");  // r is no signal: v is recorded
    CHECK(fault_of("a b:" + driven.substr(3)).find("must be a word") != std::string::npos);
    CHECK(fault_of(driven, {.step = 1e9}).find("step") != std::string::npos);
    CHECK(fault_of(driven, {.time_unit = "years"}).find("time_unit") != std::string::npos);
    const std::string spiking =
        "op:\n  base: OperatorTemplate\n  equations: [\"v' = -v\", \"s' = -s + spike\"]\n"
        "  variables: {v: variable, s: output, spike: input}\n";
    CHECK(fault_of(spiking) == "");
    CHECK(
        fault_of(spiking, {.spike_variable = "w"}).find("spikes of variable 'w'; must be one of") !=
        std::string::npos);
  }

  TEST_CASE("aliases, depth and replacements that multiply without end are refused") {
    std::string bomb = "a0: &a0 [x, x]\n";
    for (int k = 1; k < 40; ++k) {
      bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", k, k - 1);
    }
    const std::string text = "a: &a \"" + std::string(100'000, 'x') + "\"\nb:\n" + [] {
      std::string many;
      for (int k = 0; k < 1000; ++k) {
        many += "  - *a\n";
      }
      return many;
    }();
    std::string doubling =
        "op:\n  base: OperatorTemplate\n  equations: \"v' = -v\"\n"
        "  variables: {v: variable}\n";
    for (int k = 0; k < 18; ++k) {
      doubling += fmt::format("op{}:\n  base: {}\n  equations: {{replace: {{v: v*v*v*v}}}}\n", k,
                              k == 0 ? "op" : fmt::format("op{}", k - 1));
    }
    for (const auto& [yaml, part] :
         {std::pair{bomb, "more than 100000 values"},
          {std::string("a: &a [*a, *a]\n"), "nest at most 50 deep"},
          {text, "more than 10000000 characters"},
          {"a: " + std::string(100'000, '['), "nest at most 50 deep"},
          {"a: " + std::string(60, '[') + std::string(60, ']'), "nest at most 50 deep"}}) {
      const std::string line = fault_of(yaml);
      CAPTURE(line.substr(0, 300));
      CHECK(line.find("cells.yaml: line ") != std::string::npos);
      CHECK(line.find(part) != std::string::npos);
    }
    CHECK(fault_of(doubling, {.templates = {"op17"}}).find("must be shorter after replacements") !=
          std::string::npos);
  }
}
