#include "network/neuron_template.hpp"

#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "network/equations/parser.hpp"
#include "network/templates/neuron_template_registry.hpp"

namespace rheobase::network {

namespace {

class CompiledEquations final : public NeuronEquations {
 public:
  CompiledEquations(NeuronDescription description, const UnitKernels& kernels)
      : NeuronEquations(std::move(description)), kernels_(kernels) {}

  void evaluate(Part part, const UnitRows& rows, double* const* out) const override {
    kernels_.evaluate[static_cast<std::size_t>(part)](rows, out);
  }
  void partial(Part part, std::size_t q, const UnitRows& rows, double* const* out) const override {
    kernels_.partial[static_cast<std::size_t>(part)](rows, q, out);
  }

 private:
  UnitKernels kernels_;
};

}  // namespace

std::size_t value_count(const NeuronDescription& description, Part part) {
  switch (part) {
    case Part::derivative:
      return description.variables.size();
    case Part::outputs:
      return description.outputs.size();
    case Part::margin:
      return 1;
    case Part::actions:
      break;
  }
  return description.actions.size();
}

const NeuronTemplateDefinition& neuron_template_named(std::string_view name,
                                                      std::string_view where) {
  std::vector<std::string> known;
  for (const NeuronTemplateDefinition* definition : registered_neuron_templates()) {
    if (definition->name == name) {
      return *definition;
    }
    known.push_back(definition->name);
  }
  throw InputError(where, "template", fmt::format("'{}'", name), must_be_one_of(name, known));
}

std::shared_ptr<const NeuronEquations> compiled_equations(
    const NeuronTemplateDefinition& definition) {
  return std::make_shared<CompiledEquations>(
      parse_equations(definition.text, "template " + definition.name).description,
      definition.kernels);
}

}  // namespace rheobase::network
