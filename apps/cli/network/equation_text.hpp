#pragma once

#include <string>

namespace rheobase::cli {

/// The lines of a neuron's text that are no declarations: equations, spikes and jumps, indented.
std::string equations_of_text(const std::string& text);

}  // namespace rheobase::cli
