#include "apps/cli/network/network_summary.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "core/counted.hpp"
#include "network/doubts.hpp"

namespace rheobase::cli {

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string names_text(const auto& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) {
    names.push_back(entry.name);
  }
  return names.empty() ? "-" : joined(names, ", ");
}

std::string source_text(const io::NetworkFile& file, std::size_t population) {
  const std::string& model = file.spec.populations[population].model;
  return model.empty() ? "equations" : model;
}

std::string shape_text(const network::NetworkEdge& edge) {
  return fmt::format("{} x {}", edge.coupling.rows(), edge.coupling.columns());
}

std::string edge_notes(const network::NetworkEdge& edge, double step) {
  std::vector<std::string> notes;
  if (edge.delayed()) {
    notes.push_back(fmt::format("delay to {:g}", static_cast<double>(edge.longest_delay) * step));
  }
  if (edge.filter.size() > 0) {
    notes.emplace_back("filter");
  }
  return notes.empty() ? "-" : joined(notes, ", ");
}

std::string target_text(const network::Network& network, const network::Target& target) {
  return target.node
             ? network.nodes()[target.owner].name
             : network.signal_name({network::Signal::Kind::input, target.owner, target.index});
}

std::string probe_text(const network::Probe& probe) {
  std::string text = probe.units.empty() ? "all units" : counted(probe.units.size(), "unit");
  text = probe.mean ? "mean of " + text : text;
  return probe.averaged ? text + ", averaged" : text;
}

}  // namespace

std::string columns_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t k = 0; k < row.size(); ++k) {
      widths[k] = std::max(widths[k], row[k].size());
    }
  }
  std::string out;
  for (const std::vector<std::string>& row : rows) {
    std::string line;
    for (std::size_t k = 0; k < row.size(); ++k) {
      line += k + 1 == row.size() ? row[k] : fmt::format("{:<{}}  ", row[k], widths[k]);
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return out;
}

std::string time_text(double time, const std::string& unit) {
  return unit.empty() ? fmt::format("{:g}", time) : fmt::format("{:g} {}", time, unit);
}

double seconds_in(const std::string& time_unit) {
  constexpr std::array<std::pair<std::string_view, double>, 5> kUnits{
      {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}, {"min", 60.0}, {"h", 3600.0}}};
  for (const auto& [word, seconds] : kUnits) {
    if (word == time_unit) {
      return seconds;
    }
  }
  return 1.0;
}

void note_doubts(const io::NetworkFile& file, const network::Network& network,
                 const std::string& solver, const Console& console) {
  for (const std::string& doubt : file.doubts) {
    note(console, doubt);
  }
  for (const std::string& doubt : network::doubts(network, solver, io::learning_edges(file))) {
    note(console, doubt);
  }
}

std::string_view to_word(io::FitMethod method) {
  return method == io::FitMethod::ridge ? "ridge" : method == io::FitMethod::rls ? "rls" : "bptt";
}

void add_plans(Summary& summary, const io::NetworkFile& file, const network::Network& network) {
  const network::RunOptions& run = file.run;
  if (run.steps > 0) {
    summary.add(
        "run", fmt::format("{}, {}, {}, a sample every {}", counted(run.steps, "step"),
                           time_text(static_cast<double>(run.steps) * network.step(),
                                     network.time_unit().empty() ? "(no unit of time)"
                                                                 : network.time_unit()),
                           run.solver, run.sampling == 1 ? "step" : counted(run.sampling, "step")));
  }
  if (file.fit) {
    Eigen::Index steps = 0;
    for (const Eigen::MatrixXd& targets : file.fit->targets) {
      steps += targets.rows();
    }
    summary.add("fit",
                fmt::format("{}, {}, {} in {}", to_word(file.fit->method),
                            counted(file.fit->targets.front().cols(), "output"),
                            counted(steps, "step"), counted(file.fit->targets.size(), "trial")));
  }
}

std::string network_text(const io::NetworkFile& file, const network::Network& network) {
  std::string out;
  if (!network.populations().empty()) {
    Rows table{{"population", "units", "from", "variables", "outputs", "inputs", "spikes"}};
    for (std::size_t p = 0; p < network.populations().size(); ++p) {
      const network::NetworkPopulation& of = network.populations()[p];
      const network::NeuronDescription& names = of.description();
      table.push_back({of.name, std::to_string(of.size), source_text(file, p),
                       names_text(names.variables), names_text(names.outputs),
                       names_text(names.inputs), yes_no(names.spikes)});
    }
    out += columns_text(table);
  }
  if (!network.nodes().empty()) {
    Rows table{{"node", "units", "function"}};
    for (const network::NetworkNode& node : network.nodes()) {
      table.push_back(
          {node.name, std::to_string(node.size), std::string(to_string(node.function))});
    }
    out += '\n' + columns_text(table);
  }
  if (!network.edges().empty()) {
    Rows table{{"edge", "weights", "stored", "beside"}};
    for (const network::NetworkEdge& edge : network.edges()) {
      table.push_back({edge.name, shape_text(edge), std::to_string(edge.coupling.connections()),
                       edge_notes(edge, network.step())});
    }
    out += '\n' + columns_text(table);
  }
  if (!network.inputs().empty()) {
    Rows table{{"input", "columns"}};
    for (const network::NetworkInput& input : network.inputs()) {
      table.push_back({target_text(network, input.target), std::to_string(input.columns)});
    }
    out += '\n' + columns_text(table);
  }
  if (!file.run.probes.empty()) {
    Rows table{{"record", "of"}};
    for (const network::Probe& probe : file.run.probes) {
      table.push_back({probe.signal, probe_text(probe)});
    }
    out += '\n' + columns_text(table);
  }
  return out;
}

Json network_json(const io::NetworkFile& file, const network::Network& network) {
  Json json{{"file", file.name},
            {"title", file.title},
            {"step", network.step()},
            {"time_unit", network.time_unit()}};
  json["populations"] = Json::array();
  for (std::size_t p = 0; p < network.populations().size(); ++p) {
    const network::NetworkPopulation& of = network.populations()[p];
    Json variables = Json::array();
    for (const network::Quantity& variable : of.description().variables) {
      variables.push_back(variable.name);
    }
    json["populations"].push_back({{"name", of.name},
                                   {"size", of.size},
                                   {"from", source_text(file, p)},
                                   {"variables", variables},
                                   {"spikes", of.description().spikes}});
  }
  json["nodes"] = Json::array();
  for (const network::NetworkNode& node : network.nodes()) {
    json["nodes"].push_back(
        {{"name", node.name}, {"size", node.size}, {"function", to_string(node.function)}});
  }
  json["edges"] = Json::array();
  for (const network::NetworkEdge& edge : network.edges()) {
    json["edges"].push_back({{"name", edge.name},
                             {"rows", edge.coupling.rows()},
                             {"columns", edge.coupling.columns()},
                             {"connections", edge.coupling.connections()},
                             {"longest_delay_steps", edge.longest_delay}});
  }
  json["input_columns"] = network.input_columns();
  json["records"] = Json::array();
  for (const network::Probe& probe : file.run.probes) {
    json["records"].push_back({{"signal", probe.signal},
                               {"units", probe.units.size()},
                               {"mean", probe.mean},
                               {"averaged", probe.averaged}});
  }
  json["steps"] = file.run.steps;
  json["solver"] = file.run.solver;
  json["fit"] = file.fit ? Json(to_word(file.fit->method)) : Json();
  return json;
}

}  // namespace rheobase::cli
