#pragma once

#include <string>

#include "core/error.hpp"

namespace rheobase::cli {

/// Numbers that grow beyond all bounds come from what the user gave: the file or option is named.
template <class Body>
auto naming_overflow(const std::string& where, const Body& body) {
  try {
    return body();
  } catch (const NonFiniteError& error) {
    throw InputError(
        where, "", error.what(),
        "must stay finite: smaller weights, inputs, gains, penalties or learning rate");
  }
}

}  // namespace rheobase::cli
