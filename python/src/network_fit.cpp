#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "network/fit/bptt.hpp"
#include "network/fit/recursive_least_squares.hpp"
#include "network/fit/ridge.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/built_network.hpp"
#include "python/src/description.hpp"
#include "python/src/network_words.hpp"
#include "python/src/options.hpp"
#include "python/src/session.hpp"

namespace rheobase::python {

namespace {

namespace nb = rheobase::network;

/// Losses, and R^2 by output.
struct FitNumbers {
  std::vector<double> losses;
  Eigen::VectorXd r_squared;
};

/// Trials as rows x columns each: one array is one trial.
std::vector<Eigen::MatrixXd> fit_trials(py::handle value, const std::string& argument,
                                        Eigen::Index columns) {
  std::vector<Eigen::MatrixXd> trials;
  const auto list = py::cast<py::list>(value);
  for (std::size_t k = 0; k < list.size(); ++k) {
    const std::string name = list.size() == 1 ? argument : fmt::format("{}[{}]", argument, k);
    const std::string text = columns < 0 ? "(T, outputs)" : fmt::format("(T, {})", columns);
    trials.push_back(rows_from(list[k], name, {.cols = columns, .text = text}));
  }
  return trials;
}

/// What the file says, or a plan of the method alone.
io::FitPlan plan_of(const BuiltNetwork& built, const py::object& method) {
  if (method.is_none()) {
    if (!built.fit) {
      throw InputError("method", "", "nothing",
                       "must be ridge, rls or bptt: the network is not of a file with a table "
                       "[fit]");
    }
    return *built.fit;
  }
  const std::string word = PyUnicode_Check(method.ptr()) ? "'" + py::cast<std::string>(method) + "'"
                                                         : py::cast<std::string>(py::repr(method));
  io::FitPlan plan;
  if (word == "'ridge'") {
    plan.ridge.readout = "readout";
  } else if (word == "'rls'") {
    plan.method = io::FitMethod::rls;
    plan.rls.target = "readout";
  } else if (word == "'bptt'") {
    plan.method = io::FitMethod::bptt;
  } else {
    throw InputError("method", "", word, "must be one of ridge, rls, bptt");
  }
  plan.ridge.seed = plan.rls.seed = built.run.seed;
  plan.ridge.trial = plan.rls.trial = built.run.trial;
  return plan;
}

/// A name that the method does not have would change nothing.
void require_names_of_method(io::FitMethod method, const Description& names) {
  const std::map<io::FitMethod, std::vector<std::string>> known{
      {io::FitMethod::ridge, {"source", "readout"}},
      {io::FitMethod::rls, {"source", "target"}},
      {io::FitMethod::bptt, {"output", "edges", "parameters"}}};
  const std::map<io::FitMethod, const char*> words{
      {io::FitMethod::ridge, "ridge"}, {io::FitMethod::rls, "rls"}, {io::FitMethod::bptt, "bptt"}};
  const std::vector<std::string>& of_method = known.at(method);
  for (const auto& [key, value] : names.values) {
    const auto name = py::cast<std::string>(key);
    if (!value.is_none() && std::ranges::find(of_method, name) == of_method.end()) {
      throw InputError(name, "", py::cast<std::string>(py::repr(value)),
                       fmt::format("must not be given to {}, which has {}", words.at(method),
                                   fmt::join(of_method, ", ")));
    }
  }
}

/// Signals, edges and parameters that were named in the call.
void set_names(io::FitPlan& plan, const Description& names) {
  require_names_of_method(plan.method, names);
  plan.ridge.source = names.text("source", plan.ridge.source);
  plan.ridge.readout = names.text("readout", plan.ridge.readout);
  plan.rls.source = names.text("source", plan.rls.source);
  plan.rls.target = names.text("target", plan.rls.target);
  plan.bptt.output = names.text("output", plan.bptt.output);
  if (names.has("edges")) {
    plan.bptt.edges.clear();
    for (const py::handle edge : py::cast<py::list>(names.values["edges"])) {
      const Description given{"edges", py::cast<py::dict>(edge)};
      plan.bptt.edges.push_back(
          {given.text("source"), given.text("target"), given.truth("masked")});
    }
  }
  if (names.has("parameters")) {
    plan.bptt.parameters.clear();
    for (const py::handle name : py::cast<py::list>(names.values["parameters"])) {
      if (!PyUnicode_Check(name.ptr())) {
        throw InputError("parameters", "", py::cast<std::string>(py::repr(name)),
                         "must be names such as 'rnn.k'");
      }
      plan.bptt.parameters.push_back(py::cast<std::string>(name));
    }
  }
}

void set_options(io::FitPlan& plan, const py::dict& given) {
  Keywords keywords("fit", given);
  switch (plan.method) {
    case io::FitMethod::ridge:
      keywords.take_named(nb::ridge_fields(), plan.ridge);
      break;
    case io::FitMethod::rls:
      keywords.take_named(nb::rls_fit_fields(), plan.rls);
      break;
    case io::FitMethod::bptt:
      keywords.take_named(nb::bptt_fields(), plan.bptt);
      break;
  }
  if (plan.method != io::FitMethod::bptt) {  // which takes no noise
    const auto number = [&](const char* keyword, auto& ridge, auto& rls) {
      if (const auto taken = keywords.take_integer(keyword, {0.0, 4294967295.0})) {
        ridge = rls = static_cast<std::uint32_t>(*taken);
      }
    };
    number("seed", plan.ridge.seed, plan.rls.seed);
    number("trial", plan.ridge.trial, plan.rls.trial);
  }
  keywords.finish();
}

void set_fit_trials(io::FitPlan& plan, const BuiltNetwork& built, const py::object& inputs,
                    const py::object& targets) {
  if (!targets.is_none()) {
    plan.targets = fit_trials(targets, "targets", -1);
  }
  if (plan.targets.empty()) {
    throw InputError("targets", "", "nothing", "must be of shape (T, outputs), or a list of such");
  }
  if (!inputs.is_none()) {
    plan.inputs =
        fit_trials(inputs, "inputs", static_cast<Eigen::Index>(built.network.input_columns()));
  } else if (!targets.is_none()) {
    plan.inputs.clear();
    for (const Eigen::MatrixXd& trial : plan.targets) {
      plan.inputs.push_back(built.inputs ? io::inputs_from(*built.inputs, trial.rows(), 0)
                                         : Eigen::MatrixXd());
    }
  }
  if (plan.inputs.size() != plan.targets.size()) {
    throw InputError("targets", "", fmt::format("{} trials", plan.targets.size()),
                     fmt::format("must be as many as inputs, {}", plan.inputs.size()));
  }
}

/// Population and index of "rnn.k".
std::pair<std::size_t, std::size_t> parameter_named(const nb::Network& network,
                                                    const std::string& name) {
  const std::size_t dot = std::min(name.find('.'), name.size());
  const std::size_t population = network.population_index(name.substr(0, dot), "parameters");
  const auto& known = network.populations()[population].description().parameters;
  const std::string parameter = name.substr(std::min(dot + 1, name.size()));
  const auto found = std::ranges::find(known, parameter, &nb::Quantity::name);
  if (found == known.end()) {
    std::vector<std::string> names;
    for (const nb::Quantity& quantity : known) {
      names.push_back(quantity.name);
    }
    throw InputError("parameters", "", "'" + name + "'", must_be_one_of(parameter, names));
  }
  return {population, static_cast<std::size_t>(found - known.begin())};
}

/// @param argument  what named it
void require_edge(const nb::Network& network, const std::string& source, const std::string& target,
                  const char* argument) {
  try {
    network.edge_index(source, target);
  } catch (const InputError& error) {
    throw InputError(argument, "", error.found(), error.required());
  }
}

/// That all names are ones of the network: under the names of the arguments.
void check_names(const nb::Network& network, const io::FitPlan& plan) {
  switch (plan.method) {
    case io::FitMethod::ridge:
      network.signal(plan.ridge.source, "source");
      break;
    case io::FitMethod::rls:
      network.signal(plan.rls.source, "source");
      require_edge(network, plan.rls.source, plan.rls.target, "target");
      break;
    case io::FitMethod::bptt:
      network.signal(plan.bptt.output, "output");
      for (const nb::TrainedEdge& edge : plan.bptt.edges) {
        require_edge(network, edge.source, edge.target, "edges");
      }
      for (const std::string& name : plan.bptt.parameters) {
        parameter_named(network, name);
      }
      break;
  }
}

FitNumbers fit_ridge_by(const io::FitPlan& plan, nb::Network& network, nb::NetworkState& state,
                        const RunControl& control) {
  try {
    const nb::RidgeFit fit =
        nb::fit_ridge(network, state, plan.inputs, plan.targets, plan.ridge, control);
    return {{fit.loss}, fit.r_squared};
  } catch (const InputError& error) {
    if (error.where() != fmt::format("function node '{}'", plan.ridge.readout)) {
      throw;
    }
    throw InputError("readout", "", error.found(), error.required());
  }
}

FitNumbers fit_by(const io::FitPlan& plan, nb::Network& network, nb::NetworkState& state,
                  const RunControl& control) {
  if (plan.method == io::FitMethod::ridge) {
    return fit_ridge_by(plan, network, state, control);
  }
  if (plan.method == io::FitMethod::rls) {
    nb::RlsFit fit;
    nb::fit_rls_into(fit, network, state, plan.inputs, plan.targets, plan.rls, control);
    return {{fit.loss.begin(), fit.loss.end()}, fit.r_squared};
  }
  nb::BpttFit fit;
  nb::fit_bptt_into(fit, network, state, plan.inputs, plan.targets, plan.bptt, control);
  return {std::move(fit.losses), std::move(fit.r_squared)};
}

py::list changes_of(const io::FitPlan& plan) {
  py::list changes;
  if (plan.method == io::FitMethod::ridge && !plan.ridge.readout.empty()) {
    changes.append(py::make_tuple("readout", plan.ridge.readout, plan.ridge.source));
  } else if (plan.method == io::FitMethod::rls) {
    changes.append(py::make_tuple("edge", plan.rls.source, plan.rls.target));
  } else if (plan.method == io::FitMethod::bptt) {
    for (const std::string& name : plan.bptt.parameters) {
      changes.append(py::make_tuple("parameter", name, ""));
    }
    for (const nb::TrainedEdge& edge : plan.bptt.edges) {
      changes.append(py::make_tuple("edge", edge.source, edge.target));
    }
  }
  return changes;
}

}  // namespace

State start_of(const BuiltNetwork& built, const nb::NetworkState* start) {
  return unlocked([&] {
    return std::make_shared<nb::NetworkState>(
        start != nullptr ? nb::state_from_vector(built.network, nb::to_vector(*start), "state")
                         : nb::initial_state(built.network));
  });
}

py::tuple fit_built(const BuiltNetwork& built, const py::object& method, const py::object& inputs,
                    const py::object& targets, const py::dict& names, const nb::NetworkState* start,
                    const py::dict& given, const py::object& progress) {
  io::FitPlan plan = plan_of(built, method);
  set_names(plan, {"fit", names});
  set_options(plan, given);
  set_fit_trials(plan, built, inputs, targets);
  check_names(built.network, plan);
  auto fitted = unlocked([&] { return std::make_shared<BuiltNetwork>(built); });
  const State state = start_of(built, start);
  Session session(progress);
  FitNumbers numbers = session.run([&] {
    return with_python_words(
        [&] { return fit_by(plan, fitted->network, *state, session.control()); });
  });
  return py::make_tuple(fitted, array_of(std::move(numbers.losses)),
                        array_of(std::move(numbers.r_squared)), state, changes_of(plan));
}

py::array weights_of(const BuiltNetwork& built, const std::string& source,
                     const std::string& target) {
  require_edge(built.network, source, target, "source and target");
  const auto& edge = built.network.edges()[built.network.edge_index(source, target)];
  return array_of(unlocked([&] { return edge.coupling.dense(); }));
}

py::array parameter_of(const BuiltNetwork& built, const std::string& name) {
  const auto [population, index] = parameter_named(built.network, name);
  const nb::NetworkPopulation& owner = built.network.populations()[population];
  const auto first = owner.parameters[index].begin();
  return array_of(std::vector<double>(
      first, first + static_cast<std::ptrdiff_t>(owner.shared[index] != 0 ? 1 : owner.size)));
}

Built with_fitted_numbers(const BuiltNetwork& built, const py::list& changes) {
  auto fitted = unlocked([&] { return std::make_shared<BuiltNetwork>(built); });
  nb::Network& network = fitted->network;
  for (const py::handle change : changes) {
    const auto [kind, first, second, numbers] =
        py::cast<std::tuple<std::string, std::string, std::string, py::object>>(change);
    if (kind == "parameter") {
      const auto [population, index] = parameter_named(network, first);
      network.set_parameter(population, index, vector_from(numbers, first, {.text = "(n,)"}));
      continue;
    }
    Eigen::MatrixXd weights = matrix_from(numbers, "weights", {.text = "(target, source)"});
    if (kind == "edge") {
      network.set_weights(network.edge_index(first, second), weights);
    } else {
      const Eigen::Index size = weights.rows();
      network.extend({{.name = first, .size = size}},
                     {{.source = second, .target = first, .weights = std::move(weights)}});
    }
  }
  return fitted;
}

}  // namespace rheobase::python
