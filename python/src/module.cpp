#include "core/version.hpp"
#include "python/src/apart.hpp"
#include "python/src/bind.hpp"

namespace rheobase::python {

namespace {

PyObject* refuse_new(PyTypeObject* type, PyObject* /*arguments*/, PyObject* /*keywords*/) {
  PyErr_Format(PyExc_TypeError, "%s is made by the functions of rheobase alone", type->tp_name);
  return nullptr;
}

/// Objects come from functions of the module: one that __new__ alone had made would hold nothing.
void close_classes(const py::module_& module) {
  for (const auto& [name, value] : py::cast<py::dict>(module.attr("__dict__"))) {
    if (PyType_Check(value.ptr()) != 0) {
      auto* type = reinterpret_cast<PyTypeObject*>(value.ptr());
      if (py::detail::get_type_info(type) != nullptr) {
        type->tp_new = &refuse_new;
      }
    }
  }
}

}  // namespace

}  // namespace rheobase::python

PYBIND11_MODULE(_engine, module) {
  using namespace rheobase::python;
  module.doc() = "The C++ engine behind the package rheobase. Private: use the package.";
  module.attr("version") = rheobase::kVersion;
  bind_errors(module);
  bind_apart(module);
  bind_options(module);
  bind_tasks(module);
  bind_models(module);
  bind_training(module);
  bind_conversion(module);
  bind_simulation(module);
  bind_evaluation(module);
  bind_comparison(module);
  bind_analysis(module);
  bind_network(module);
  bind_network_templates(module);
  bind_innate(module);
  bind_attractor(module);
  bind_force(module);
  bind_motif(module);
  close_classes(module);
}
