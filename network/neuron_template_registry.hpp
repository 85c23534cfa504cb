#pragma once

#include <span>

#include "network/neuron_template.hpp"

namespace rheobase {

// The generated registry lives in this namespace.
using network::NeuronTemplateDefinition;

/// Every template of the program, in the order of network/CMakeLists.txt.
std::span<const NeuronTemplateDefinition* const> registered_neuron_templates();

}  // namespace rheobase
