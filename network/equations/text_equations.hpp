#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "network/neuron_equations.hpp"

namespace rheobase::network {

/// Equations from text (equations/parser.hpp), compiled to programs over blocks of units, with
/// partial derivatives where they are asked for. @param where names the text in messages.
/// @throws InputError
std::shared_ptr<const NeuronEquations> text_equations(std::string_view text,
                                                      const std::string& where);

}  // namespace rheobase::network
