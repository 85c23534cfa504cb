#include "core/version.hpp"
#include "python/src/bind.hpp"

PYBIND11_MODULE(_engine, module) {
  using namespace rheobase::python;
  module.doc() = "The C++ engine behind the package rheobase. Private: use the package.";
  module.attr("version") = rheobase::kVersion;
  bind_errors(module);
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
  bind_innate(module);
  bind_attractor(module);
  bind_force(module);
  bind_motif(module);
}
