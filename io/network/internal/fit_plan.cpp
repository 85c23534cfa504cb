#include "io/network/internal/fit_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::io {

namespace {

std::vector<std::string> keys_of(FitMethod method) {
  std::vector<std::string> known{"method", "targets", "target", "steps", "trial"};
  const auto add = [&known](const std::vector<std::string>& names) {
    known.insert(known.end(), names.begin(), names.end());
  };
  switch (method) {
    case FitMethod::ridge:
      add(field_names(network::ridge_fields()));
      add({"from", "readout"});
      break;
    case FitMethod::rls:
      add(field_names(network::rls_fit_fields()));
      break;
    case FitMethod::bptt:
      add(field_names(network::bptt_fields()));
      add({"output"});
      break;
  }
  return known;
}

FitMethod method_of(const DocumentValue& table, const SourceMap& map) {
  std::vector<std::string> all;
  for (const FitMethod method : {FitMethod::ridge, FitMethod::rls, FitMethod::bptt}) {
    const std::vector<std::string> keys = keys_of(method);
    all.insert(all.end(), keys.begin(), keys.end());
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  const TomlFields fields(table, map, "fit", all);
  fields.get("method", "must be one of ridge, rls, bptt");
  const std::string method = fields.word_or("method", "", {"ridge", "rls", "bptt"});
  return method == "ridge" ? FitMethod::ridge : method == "rls" ? FitMethod::rls : FitMethod::bptt;
}

/// [[fit.target]]: a function of time, or numbers, for every output.
Eigen::MatrixXd target_signals(const TomlFields& fields, const MatrixValues& values, double step) {
  const DocumentValue& tables = *fields.find("target");
  if (tables.array() == nullptr) {
    fields.fail(tables.position, "target", tables.describe(), "must be written [[fit.target]]");
  }
  InputSignals signals;
  std::size_t number = 0;
  for (const DocumentValue& table : *tables.array()) {
    signals.add(table, fields.map(), values, step, fmt::format("target {}", ++number), true);
  }
  fields.get("steps", "must be the number of steps of the targets");
  return signals.rows_of(fields.integer_or("steps", 0, {.low = 1.0, .high = 1e9}));
}

void read_trials(const TomlFields& fields, const MatrixValues& values, const InputSignals& signals,
                 double step, FitPlan& plan) {
  const int given =
      int{fields.has("targets")} + int{fields.has("target")} + int{fields.has("trial")};
  if (fields.has("steps") && !fields.has("target")) {
    const DocumentValue& steps = *fields.find("steps");
    fields.fail(steps.position, "steps", steps.describe(),
                "must stand beside [[fit.target]] alone: other targets have a row a step");
  }
  if (given != 1) {
    fields.fail(fields.position(), "", fmt::format("{} of targets, target and trial", given),
                "must have one: targets, or [[fit.target]] or [[fit.trial]] tables");
  }
  const auto add = [&](Eigen::MatrixXd targets, const TomlFields* own_inputs) {
    plan.inputs.push_back(own_inputs != nullptr
                              ? values.matrix(*own_inputs, "inputs")
                              : signals.matrix(static_cast<long>(targets.rows())));
    plan.targets.push_back(std::move(targets));
  };
  if (fields.has("targets")) {
    add(values.matrix(fields, "targets"), nullptr);
    return;
  }
  if (fields.has("target")) {
    add(target_signals(fields, values, step), nullptr);
    return;
  }
  const DocumentValue& trials = *fields.find("trial");
  if (trials.array() == nullptr || trials.array()->empty()) {
    fields.fail(trials.position, "trial", trials.describe(), "must be written [[fit.trial]]");
  }
  for (const DocumentValue& trial : *trials.array()) {
    const TomlFields of(trial, fields.map(), fmt::format("trial {}", plan.targets.size() + 1),
                        {"inputs", "targets"});
    add(values.matrix(of, "targets"), of.has("inputs") ? &of : nullptr);
  }
}

void require_trained(const TomlFields& fields, bool good, const std::string& found,
                     const char* required) {
  if (!good) {
    fields.fail(fields.find("method")->position, "", found, required);
  }
}

void require_new_readout(const TomlFields& fields, SourceMap& map, const std::string& readout,
                         const network::NetworkSpec& spec) {
  const TextPosition place =
      fields.has("readout") ? fields.find("readout")->position : fields.position();
  map.add(fmt::format("function node '{}'", readout), "", place);
  const auto named = [&](const auto& one) { return one.name == readout; };
  if (std::ranges::any_of(spec.functions, named) || std::ranges::any_of(spec.populations, named)) {
    fields.fail(place, "readout", fmt::format("'{}'", readout),
                "must be a new name: ridge regression appends the node");
  }
}

}  // namespace

void TrainedNames::add_parameters(const TomlFields& population, const DocumentValue& train,
                                  const std::string& name, SourceMap& map) {
  const DocumentValue::Array* names = train.array();
  if (names == nullptr) {
    population.fail(train.position, "train", train.describe(),
                    "must be an array of the names of parameters");
  }
  for (const DocumentValue& parameter : *names) {
    if (parameter.text() == nullptr) {
      population.fail(parameter.position, "train", parameter.describe(),
                      "must be the name of a parameter");
    }
    parameters_.push_back(name + "." + *parameter.text());
    map.add("fit", parameters_.back(), parameter.position);
  }
}

void TrainedNames::add_edge(const TomlFields& edge, const DocumentValue& train,
                            const network::Edge& of) {
  const auto* truth = std::get_if<bool>(&train.value);
  const bool nonzero = train.text() != nullptr && *train.text() == "nonzero";
  if (truth == nullptr && !nonzero) {
    edge.fail(
        train.position, "train", train.describe(),
        "must be true, false or \"nonzero\" (weights that are 0 stay 0, as where there is a mask)");
  }
  if (nonzero || *truth) {
    edges_.push_back({of.source, of.target, nonzero || edge.has("mask")});
  }
}

FitPlan read_fit(const DocumentValue& table, SourceMap& map, const MatrixValues& values,
                 const network::NetworkSpec& spec, const network::RunOptions& run,
                 const TrainedNames& trained, const InputSignals& signals) {
  FitPlan plan;
  plan.ridge.seed = plan.rls.seed = run.seed;
  plan.ridge.trial = plan.rls.trial = run.trial;
  if (table.table() == nullptr) {
    throw InputError(map.where(table.position), "fit", table.describe(), "must be a table");
  }
  plan.method = method_of(table, map);
  const std::string method = *table.find("method")->text();
  const TomlFields fields(table, map, "fit (" + method + ")", keys_of(plan.method));
  for (const DocumentEntry& entry : *table.table()) {
    map.add("fit", entry.key, entry.value.position);
    map.add("ridge", entry.key, entry.value.position);
  }
  map.add("fit", "", table.position);
  const std::string some =
      fmt::format("{} and {} parameters with train", counted(trained.edges().size(), "edge"),
                  trained.parameters().size());
  switch (plan.method) {
    case FitMethod::ridge:
      fields.set_fields(network::ridge_fields(), plan.ridge);
      plan.ridge.source = fields.text("from", "must name the signal that is read, \"rnn.r\"");
      plan.ridge.readout = fields.text_or("readout", "readout");
      map.add("fit: from", "", fields.find("from")->position);
      require_trained(fields, trained.edges().empty() && trained.parameters().empty(), some,
                      "must be none: ridge regression learns the weights of its own readout alone");
      require_new_readout(fields, map, plan.ridge.readout, spec);
      break;
    case FitMethod::rls:
      fields.set_fields(network::rls_fit_fields(), plan.rls);
      require_trained(fields, trained.edges().size() == 1 && trained.parameters().empty(), some,
                      "must be one edge with train = true, to a function node");
      plan.rls.source = trained.edges()[0].source;
      plan.rls.target = trained.edges()[0].target;
      break;
    case FitMethod::bptt:
      fields.set_fields(network::bptt_fields(), plan.bptt);
      plan.bptt.output =
          fields.text("output", "must name the signal that is compared with the targets");
      map.add("fit: output", "", fields.find("output")->position);
      require_trained(
          fields, !trained.edges().empty() || !trained.parameters().empty(), some,
          "must be at least one: train = true on edges, train = [\"k\"] on populations");
      plan.bptt.edges = trained.edges();
      plan.bptt.parameters = trained.parameters();
      break;
  }
  read_trials(fields, values, signals, spec.step, plan);
  return plan;
}

}  // namespace rheobase::io
