#pragma once

#include <string>

#include "core/error.hpp"

namespace rheobase::cli {

/// Numbers that grow beyond all bounds come from what the user gave: the file or option is named.
/// @param smaller  what may be so that they do not
template <class Body>
auto naming_overflow(const std::string& where, const Body& body,
                     const char* smaller = "weights, inputs or gains") {
  try {
    return body();
  } catch (const NonFiniteError& error) {
    throw InputError(where, "", error.what(), std::string("must stay finite: smaller ") + smaller);
  }
}

}  // namespace rheobase::cli
