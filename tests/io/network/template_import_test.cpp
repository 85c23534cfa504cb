#include "io/network/template_import.hpp"

#include <doctest/doctest.h>

#include "io/mat/atomic_file.hpp"
#include "io/network/toml_document.hpp"
#include "tests/io/network/network_files.hpp"

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
  CHECK(fixture::largest_difference(found.recordings[0].values, expected.recordings[0].values) <=
        1e-9);
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
}
