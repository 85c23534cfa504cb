#pragma once

#include <vector>

#include "core/error.hpp"
#include "core/field_table.hpp"

namespace rheobase {

/// A fault that a library found in options, in the words of who gave them: "reservoir: step_ms:
/// found 3; must be at most tau_ms" is "--step: found 3 ms; must be at most --tau". Faults of
/// anything else stay as they are.
InputError in_option_names(const InputError& error, const std::vector<FieldInfo>& fields);

/// What `make` gives. @throws its InputErrors in the options' names of the tables
template <class Make, class... Options>
auto with_option_names(const Make& make, const FieldTable<Options>&... tables) {
  try {
    return make();
  } catch (const InputError& error) {
    std::vector<FieldInfo> fields;
    (fields.insert(fields.end(), tables.begin(), tables.end()), ...);
    throw in_option_names(error, fields);
  }
}

}  // namespace rheobase
