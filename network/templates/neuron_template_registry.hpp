#pragma once

#include <span>

#include "network/neuron_template.hpp"

namespace rheobase::network {

/// Every template of the program, in the order of this folder's CMakeLists.txt.
std::span<const NeuronTemplateDefinition* const> registered_neuron_templates();

}  // namespace rheobase::network
