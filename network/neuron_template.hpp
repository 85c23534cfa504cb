#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "network/neuron_equations.hpp"

namespace rheobase::network {

/// What a template's file registers. The text is in the language of equations/parser.hpp and says
/// names, units, defaults and equations; the kernels are the same equations compiled with the
/// program, their quantities in the order of the text. A test compares the two bit by bit.
struct NeuronTemplateDefinition {
  std::string name;      ///< "izhikevich"
  std::string help;      ///< one line
  std::string citation;  ///< source of the model
  std::string text;
  UnitKernels kernels;
};

/// @throws InputError that lists the known names and suggests the nearest
const NeuronTemplateDefinition& neuron_template_named(std::string_view name,
                                                      std::string_view where = "template");

/// The compiled equations of a template.
std::shared_ptr<const NeuronEquations> compiled_equations(
    const NeuronTemplateDefinition& definition);

}  // namespace rheobase::network
