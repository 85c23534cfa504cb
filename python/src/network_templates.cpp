#include <cstdint>
#include <string>
#include <vector>

#include <pybind11/stl.h>

#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/network/template_import.hpp"
#include "io/network/toml_document.hpp"
#include "network/neuron_template.hpp"
#include "network/templates/neuron_template_registry.hpp"
#include "network/value_checks.hpp"
#include "python/src/apart.hpp"
#include "python/src/bind.hpp"
#include "python/src/options.hpp"

namespace rheobase::python {

namespace {

py::list quantities_of(const std::vector<network::Quantity>& quantities) {
  py::list list;
  for (const network::Quantity& one : quantities) {
    list.append(py::dict(py::arg("name") = one.name, py::arg("unit") = one.unit,
                         py::arg("value") = one.value, py::arg("help") = one.help));
  }
  return list;
}

py::list network_templates() {
  py::list list;
  for (const network::NeuronTemplateDefinition* definition :
       network::registered_neuron_templates()) {
    const auto equations = network::compiled_equations(*definition);
    const network::NeuronDescription& names = equations->description();
    py::list inputs;
    for (const network::InputQuantity& one : names.inputs) {
      inputs.append(py::dict(py::arg("name") = one.name, py::arg("unit") = one.unit,
                             py::arg("event") = one.event, py::arg("help") = one.help));
    }
    list.append(py::dict(
        py::arg("name") = definition->name, py::arg("help") = definition->help,
        py::arg("source") = definition->citation, py::arg("equations") = definition->text,
        py::arg("time_unit") = names.time_unit,
        py::arg("variables") = quantities_of(names.variables),
        py::arg("parameters") = quantities_of(names.parameters), py::arg("inputs") = inputs,
        py::arg("outputs") = quantities_of(names.outputs), py::arg("spikes") = names.spikes));
  }
  return list;
}

/// Writes a network file. @returns the populations in it, and what was left out
py::tuple import_network_templates(const std::string& path, const std::string& output,
                                   const std::vector<std::string>& templates, const py::dict& given,
                                   const std::string& command) {
  Keywords keywords("import_templates", given);
  const auto text = [&keywords](const char* name, std::string& value) {
    if (const py::object one = keywords.take(name); !one.is_none()) {
      if (!PyUnicode_Check(one.ptr())) {
        throw InputError(name, "", py::cast<std::string>(py::repr(one)), "must be a text");
      }
      value = py::cast<std::string>(one);
    }
  };
  io::TemplateImportOptions options;
  options.templates = templates;
  options.size = keywords.take_integer("size", {1.0, 1e8}).value_or(options.size);
  options.step = keywords.take_number("step", network::kStepRange).value_or(options.step);
  text("time_unit", options.time_unit);
  text("spike_variable", options.spike_variable);
  options.threshold = keywords.take_number("threshold", {}).value_or(options.threshold);
  options.reset = keywords.take_number("reset", {}).value_or(options.reset);
  keywords.finish();
  const auto [imported, left_out] = run_apart([path, output, options, command](const Stop& stop) {
    const io::ImportedTemplates made = io::import_templates(path, options);
    io::write_atomically(
        output, "# Made by: " + io::one_line(command) + "\n" + io::write_toml(made.document), stop);
    return std::pair(made.imported, made.left_out);
  });
  return py::make_tuple(imported, left_out);
}

}  // namespace

void bind_network_templates(py::module_& module) {
  module.def("network_templates", &network_templates, "The neuron templates.");
  module.def("import_network_templates", &import_network_templates, py::arg("path"),
             py::arg("output"), py::arg("templates"), py::arg("options"), py::arg("command"),
             "A network file from node and operator templates (YAML).");
}

}  // namespace rheobase::python
