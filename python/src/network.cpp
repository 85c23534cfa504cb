#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "io/network/network_file.hpp"
#include "io/network/network_run_file.hpp"
#include "network/connectivity.hpp"
#include "network/doubts.hpp"
#include "network/network_state.hpp"
#include "network/run.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/built_network.hpp"
#include "python/src/description.hpp"
#include "python/src/network_words.hpp"
#include "python/src/options.hpp"
#include "python/src/session.hpp"

namespace rheobase::python {

namespace {

namespace nb = rheobase::network;

nb::Population population_from(const std::string& name, const Description& given) {
  nb::Population population;
  population.name = name;
  population.model = given.text("template");
  population.equations = given.text("equations");
  population.size = given.size();
  population.parameters = given.arrays("parameters", population.size);
  population.initial = given.arrays("initial", population.size);
  if (given.has("noise")) {
    for (const auto& [variable, value] : py::cast<py::dict>(given.values["noise"])) {
      const auto label = py::cast<std::string>(variable);
      const FieldInfo field{{}, label, FieldKind::number, kNonNegative, {}};
      population.noise[label] =
          number_of(value_from(value, field, given.name("noise") + "['" + label + "']"));
    }
  }
  return population;
}

/// A maker of weights by its words, those of a network file; edges of one seed differ by `lane`.
nb::Weights maker_from(const Description& given, std::uint32_t lane) {
  const auto seed = static_cast<Seed>(given.integer("seed", 1, {.low = 0.0, .high = 4294967295.0}));
  const std::string kind = given.text("kind");
  constexpr Range kFraction{.low = 0.0, .high = 1.0, .above_low = true};
  if (kind == "one_to_one") {
    return nb::OneToOne{given.number("weight", 1.0, {})};
  }
  if (kind == "normal" && given.has("gain")) {
    return nb::normal_connectivity(given.number("gain", 1.0, {}), seed, lane);
  }
  if (kind == "normal") {
    return nb::independent_normal_connectivity(
        given.number("standard_deviation", 1.0, kNonNegative), seed, lane);
  }
  if (kind == "random") {
    return nb::random_connectivity(given.number("probability", 1.0, kFraction),
                                   given.number("weight", 1.0, {}), given.truth("normalised"), seed,
                                   lane);
  }
  if (kind == "random_normal") {
    return nb::random_input_connectivity(given.number("probability", 1.0, kFraction),
                                         given.number("standard_deviation", 1.0, kNonNegative),
                                         given.truth("balanced"), seed, lane);
  }
  if (kind == "gaussian") {
    return nb::gaussian_connectivity(
        given.number("weight", 1.0, {}), given.number("standard_deviation", 1.0, kPositive),
        given.has("ring") ? given.truth("ring") : true, given.number("cutoff", 4.0, kPositive));
  }
  throw InputError(given.name("kind"), "", "'" + kind + "'",
                   "must be one of one_to_one, normal, random, random_normal, gaussian");
}

nb::Weights weights_from(const Description& given, std::uint32_t lane) {
  if (!given.has("weights")) {
    return nb::OneToOne{};
  }
  const py::object weights = given.get("weights");
  if (py::isinstance<py::dict>(weights)) {
    return maker_from({given.name("weights"), py::cast<py::dict>(weights)}, lane);
  }
  if (const py::array array = py::array::ensure(weights); array && array.ndim() == 0) {
    return given.number("weights", 1.0, {});
  }
  PyErr_Clear();
  return matrix_from(weights, given.name("weights"), {.text = "(target, source)"});
}

nb::Edge edge_from(const Description& given, std::uint32_t lane) {
  nb::Edge edge;
  edge.source = given.text("source");
  edge.target = given.text("target");
  edge.weights = weights_from(given, lane);
  edge.storage = nb::storage_from(given.text("storage"), given.name("storage"));
  if (given.has("mask")) {
    edge.mask = matrix_from(given.get("mask"), given.name("mask"), {.text = "(target, source)"});
  }
  if (given.has("delay")) {
    edge.delay = vector_from(at_least_a_vector(given.get("delay")), given.name("delay"),
                             {.text = "(source,)"});
  }
  if (given.has("filter")) {
    const py::object filter = at_least_a_vector(given.get("filter"));
    const py::array array = py::array::ensure(filter);
    if (!array) {
      PyErr_Clear();
    }
    edge.filter =
        array && array.ndim() == 1
            ? Eigen::MatrixXd(vector_from(filter, given.name("filter"), {.text = "(target,)"}))
            : matrix_from(filter, given.name("filter"), {.text = "(target, target)"});
  }
  return edge;
}

Built build(const py::dict& given) {
  const Description whole{"Network", given};
  nb::NetworkSpec spec;
  spec.step = whole.number("step", 0.0, kPositive);
  spec.time_unit = whole.text("time_unit");
  for (const auto& [key, value] : py::cast<py::dict>(given["populations"])) {
    const auto name = py::cast<std::string>(key);
    spec.populations.push_back(
        population_from(name, {"populations['" + name + "']", py::cast<py::dict>(value)}));
  }
  for (const auto& [key, value] : py::cast<py::dict>(given["nodes"])) {
    const auto name = py::cast<std::string>(key);
    const Description node{"nodes['" + name + "']", py::cast<py::dict>(value)};
    spec.functions.push_back(
        {name, nb::node_function_from(node.text("function", "identity"), node.where), node.size()});
  }
  std::uint32_t lane = 0;
  for (const py::handle value : py::cast<py::list>(given["edges"])) {
    spec.edges.push_back(
        edge_from({fmt::format("edges[{}]", lane), py::cast<py::dict>(value)}, lane));
    ++lane;
  }
  for (const auto& [key, value] : py::cast<py::dict>(given["inputs"])) {
    spec.inputs.push_back({py::cast<std::string>(key), py::cast<Eigen::Index>(value)});
  }
  std::vector<std::string> edges;
  for (const nb::Edge& edge : spec.edges) {
    edges.push_back(edge.source + " -> " + edge.target);
  }
  Session session;
  return session.run([&] {
    return with_python_words(
        [&] {
          return std::make_shared<BuiltNetwork>(
              BuiltNetwork{nb::Network(std::move(spec), session.control())});
        },
        edges);
  });
}

Built read_built(const std::string& path) {
  Session session;
  return session.run([&] {
    io::NetworkFile file = io::read_network_file(path);
    return std::make_shared<BuiltNetwork>(
        BuiltNetwork{io::build_network(file, session.control()), file.signals, file.run, file.title,
                     io::learning_edges(file), std::move(file.fit)});
  });
}

std::vector<nb::Probe> probes_from(const py::object& record,
                                   const std::vector<nb::Probe>& otherwise) {
  if (record.is_none()) {
    return otherwise;
  }
  std::vector<nb::Probe> probes;
  for (const py::handle one : py::cast<py::list>(record)) {
    if (PyUnicode_Check(one.ptr())) {
      probes.push_back({py::cast<std::string>(one)});
      continue;
    }
    const Description given{"record", py::cast<py::dict>(one)};
    nb::Probe probe{given.text("signal"), {}, given.truth("mean"), given.truth("averaged")};
    if (given.has("units")) {
      for (const std::int64_t unit : integers_from(given.get("units"), "record: units", -1)) {
        probe.units.push_back(static_cast<Eigen::Index>(unit));
      }
    }
    probes.push_back(std::move(probe));
  }
  return probes;
}

py::dict observer_dict(const BuiltNetwork& built, nb::Observer&& seen, const std::string& solver) {
  py::list notes;
  for (const std::string& doubt : nb::doubts(built.network, solver, built.learning)) {
    notes.append(doubt);
  }
  for (const nb::UnresolvedSpikes& found : seen.unresolved) {
    notes.append(nb::describe(found, built.network));
  }
  for (const nb::NonFiniteValues& found : seen.non_finite) {
    notes.append(nb::describe(found, seen, built.network));
  }
  py::list records;
  for (nb::Recording& recording : seen.recordings) {
    records.append(py::make_tuple(
        recording.name, std::vector<std::int64_t>(recording.units.begin(), recording.units.end()),
        array_of(std::move(recording.values))));
  }
  std::vector<double> times;
  std::vector<std::int32_t> units;
  std::vector<std::int32_t> populations;
  unlocked([&] {
    for (const nb::NetworkSpike& spike : seen.spikes) {
      times.push_back(spike.time);
      units.push_back(static_cast<std::int32_t>(spike.unit));
      populations.push_back(static_cast<std::int32_t>(spike.population));
    }
  });
  py::list names;
  for (const nb::NetworkPopulation& population : built.network.populations()) {
    names.append(population.name);
  }
  return py::dict(py::arg("time") = array_of(std::move(seen.times)), py::arg("records") = records,
                  py::arg("spike_times") = array_of(std::move(times)),
                  py::arg("spike_units") = array_of(std::move(units)),
                  py::arg("spike_populations") = array_of(std::move(populations)),
                  py::arg("populations") = names, py::arg("time_unit") = built.network.time_unit(),
                  py::arg("notes") = notes);
}

/// Runs from a copy of `start`, or from the initial state; returns what was seen and the state
/// after.
py::tuple run_built(const BuiltNetwork& built, const py::object& inputs,
                    const nb::NetworkState* start, const py::object& record, const py::dict& given,
                    const py::object& progress) {
  Keywords keywords("run", given);
  nb::RunOptions options = built.run;
  keywords.take_named(nb::run_fields(), options);
  keywords.finish();
  options.probes = probes_from(record, built.run.probes);
  const auto columns = static_cast<Eigen::Index>(built.network.input_columns());
  const State state = start_of(built, start);
  Eigen::MatrixXd signals;
  if (!inputs.is_none()) {
    signals =
        rows_from(inputs, "inputs", {.cols = columns, .text = fmt::format("(T, {})", columns)});
  } else if (built.inputs) {
    signals = io::inputs_from(*built.inputs, options.steps, state->step);
  }
  Session session(progress);
  nb::Observer seen = session.run([&] {
    return with_python_words(
        [&] { return nb::run(built.network, *state, signals, options, session.control()); });
  });
  return py::make_tuple(observer_dict(built, std::move(seen), options.solver), state);
}

}  // namespace

void bind_network(py::module_& module) {
  py::class_<nb::NetworkState, State>(module, "NetworkState", "Where a network is.")
      .def_property_readonly("step", [](const nb::NetworkState& state) { return state.step; })
      .def("numbers", [](const nb::NetworkState& state) {
        return array_of(unlocked([&] { return nb::to_vector(state); }));
      });
  py::class_<BuiltNetwork, Built>(module, "Network", "A network of populations.")
      .def_property_readonly("step", [](const BuiltNetwork& b) { return b.network.step(); })
      .def_property_readonly("time_unit",
                             [](const BuiltNetwork& b) { return b.network.time_unit(); })
      .def_property_readonly("title", [](const BuiltNetwork& b) { return b.title; })
      .def_property_readonly("input_columns",
                             [](const BuiltNetwork& b) { return b.network.input_columns(); })
      .def_property_readonly("populations",
                             [](const BuiltNetwork& b) {
                               py::dict sizes;
                               for (const nb::NetworkPopulation& one : b.network.populations()) {
                                 sizes[py::str(one.name)] = one.size;
                               }
                               return sizes;
                             })
      .def_property_readonly("edges",
                             [](const BuiltNetwork& b) {
                               std::vector<std::string> names;
                               for (const nb::NetworkEdge& edge : b.network.edges()) {
                                 names.push_back(edge.name);
                               }
                               return names;
                             })
      .def(
          "variable",
          [](const BuiltNetwork& b, const nb::NetworkState& state, const std::string& name) {
            return array_of(nb::get_variable(b.network, state, name));
          },
          py::arg("state"), py::arg("name"))
      .def(
          "state_from",
          [](const BuiltNetwork& b, py::handle numbers) {
            return std::make_shared<nb::NetworkState>(nb::state_from_vector(
                b.network, vector_from(numbers, "state", {.text = "(n,)"}), "state"));
          },
          py::arg("numbers"))
      .def("fit", &fit_built, py::arg("method"), py::arg("inputs"), py::arg("targets"),
           py::arg("names"), py::arg("state"), py::arg("options"), py::arg("progress"))
      .def("weights", &weights_of, py::arg("source"), py::arg("target"))
      .def("parameter", &parameter_of, py::arg("name"))
      .def("with_fitted_numbers", &with_fitted_numbers, py::arg("changes"))
      .def("run", &run_built, py::arg("inputs"), py::arg("state"), py::arg("record"),
           py::arg("options"), py::arg("progress"));
  module.def("build_network", &build, py::arg("description"), "A network from its description.");
  module.def("read_network", &read_built, py::arg("path"), "The network of a file.");
}

}  // namespace rheobase::python
