#pragma once

#include <vector>

namespace rheobase {

template <class Options>
struct Field;

/// The fields of a struct of options (core/field_table.hpp), for headers that only name it.
template <class Options>
using FieldTable = std::vector<Field<Options>>;

}  // namespace rheobase
