#include <memory>
#include <sstream>

#include <fmt/format.h>

#include "apps/cli/json_output.hpp"
#include "apps/cli/network/equation_text.hpp"
#include "apps/cli/network/network_commands.hpp"
#include "apps/cli/network/network_summary.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/text_table.hpp"
#include "network/neuron_template.hpp"
#include "network/templates/neuron_template_registry.hpp"

namespace rheobase::cli {

namespace {

using network::NeuronTemplateDefinition;

struct NetworkTemplatesRequest {
  std::string name;
  bool json = false;
};

void add_quantity_rows(std::vector<std::vector<std::string>>& table, const char* kind,
                       const std::vector<network::Quantity>& quantities, bool value) {
  for (const network::Quantity& quantity : quantities) {
    table.push_back({quantity.name, kind, value ? fmt::format("{:g}", quantity.value) : "-",
                     quantity.unit.empty() ? "-" : quantity.unit, quantity.help});
  }
}

std::string template_text(const NeuronTemplateDefinition& definition) {
  const auto equations = network::compiled_equations(definition);
  const network::NeuronDescription& names = equations->description();
  Summary summary;
  summary.add("template", definition.name);
  summary.add("what", definition.help);
  summary.add("source", definition.citation);
  summary.add("time in", names.time_unit.empty() ? "any unit" : names.time_unit);
  std::vector<std::vector<std::string>> table{{"name", "what", "default", "unit", "meaning"}};
  add_quantity_rows(table, "variable", names.variables, true);
  add_quantity_rows(table, "parameter", names.parameters, true);
  for (const network::InputQuantity& input : names.inputs) {
    table.push_back({input.name, input.event ? "event input" : "input", "-",
                     input.unit.empty() ? "-" : input.unit, input.help});
  }
  add_quantity_rows(table, "output", names.outputs, false);
  if (names.spikes) {
    table.push_back({"spike", "spikes", "-", "-", "1 in the step of a spike"});
  }
  return summary.text() + '\n' + equations_of_text(definition.text) + '\n' + columns_text(table);
}

Json quantities_json(const std::vector<network::Quantity>& quantities) {
  Json list = Json::array();
  for (const network::Quantity& quantity : quantities) {
    list.push_back({{"name", quantity.name},
                    {"unit", quantity.unit},
                    {"value", quantity.value},
                    {"help", quantity.help}});
  }
  return list;
}

Json template_json(const NeuronTemplateDefinition& definition) {
  const auto equations = network::compiled_equations(definition);
  const network::NeuronDescription& names = equations->description();
  Json inputs = Json::array();
  for (const network::InputQuantity& input : names.inputs) {
    inputs.push_back(
        {{"name", input.name}, {"unit", input.unit}, {"help", input.help}, {"event", input.event}});
  }
  return {{"name", definition.name},
          {"help", definition.help},
          {"citation", definition.citation},
          {"time_unit", names.time_unit},
          {"equations", definition.text},
          {"variables", quantities_json(names.variables)},
          {"parameters", quantities_json(names.parameters)},
          {"inputs", inputs},
          {"outputs", quantities_json(names.outputs)},
          {"spikes", names.spikes}};
}

void run_network_templates(const NetworkTemplatesRequest& request, const Console& console) {
  if (!request.name.empty()) {
    const NeuronTemplateDefinition& definition =
        network::neuron_template_named(request.name, "NAME");
    if (request.json) {
      print_json(console, template_json(definition));
    } else {
      console.out << template_text(definition);
    }
    return;
  }
  Json list = Json::array();
  Summary summary;
  for (const NeuronTemplateDefinition* definition : network::registered_neuron_templates()) {
    if (request.json) {
      list.push_back(template_json(*definition));
    }
    summary.add(definition->name, definition->help);
  }
  if (request.json) {
    print_json(console, {{"templates", list}});
  } else {
    console.out << summary.text() << "\nMore about one of them: rheobase network templates NAME\n";
  }
}

}  // namespace

std::string equations_of_text(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    const std::string_view rest =
        first == std::string::npos ? std::string_view() : std::string_view(line).substr(first);
    const bool declares = rest.starts_with("variable ") || rest.starts_with("parameter ") ||
                          rest.starts_with("input ") || rest.starts_with("event input ") ||
                          rest.starts_with("time ") || rest.starts_with('#');
    if (!rest.empty() && !declares) {
      out += "  " + std::string(rest) + '\n';
    }
  }
  return out;
}

void add_network_templates_command(Command group, const Console& console) {
  const auto request = std::make_shared<NetworkTemplatesRequest>();
  const Command command = group.add_command(
      "templates", "The neuron templates: equations, parameters, units, defaults, source");
  command.examples(
      "Examples:\n"
      "  rheobase network templates\n"
      "  rheobase network templates ik");
  add_text(command, "NAME", request->name, "NAME",
           "Template to describe (default: list all of them)");
  add_json(command, request->json);
  command.action([request, &console] { run_network_templates(*request, console); });
}

}  // namespace rheobase::cli
