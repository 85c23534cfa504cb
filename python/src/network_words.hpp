#pragma once

#include <string>
#include <vector>

#include "core/error.hpp"

namespace rheobase::python {

/// An error of the network library under Python's names: populations['exc'], parameters['tau'],
/// edges[2], inputs. @param edges  "rnn.r -> z" of the edges in their order
InputError in_python_words(const InputError& error, const std::vector<std::string>& edges = {});

/// Calls `body`; its InputErrors get Python's names.
template <class Body>
auto with_python_words(const Body& body, const std::vector<std::string>& edges = {}) {
  try {
    return body();
  } catch (const InputError& error) {
    throw in_python_words(error, edges);
  }
}

}  // namespace rheobase::python
