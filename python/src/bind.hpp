#pragma once

#include <pybind11/pybind11.h>

/// The parts of the extension module rheobase._engine, one a topic. It is private to the package
/// rheobase, whose Python files are the interface.
namespace rheobase::python {

namespace py = pybind11;

void bind_errors(py::module_& module);
void bind_options(py::module_& module);
void bind_tasks(py::module_& module);
void bind_models(py::module_& module);
void bind_training(py::module_& module);
void bind_conversion(py::module_& module);
void bind_simulation(py::module_& module);
void bind_evaluation(py::module_& module);
void bind_comparison(py::module_& module);
void bind_analysis(py::module_& module);
void bind_network(py::module_& module);
void bind_network_templates(py::module_& module);
void bind_innate(py::module_& module);
void bind_attractor(py::module_& module);
void bind_force(py::module_& module);
void bind_motif(py::module_& module);

}  // namespace rheobase::python
