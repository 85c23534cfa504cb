#pragma once

#include <string>

#include "core/field_table.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::io {

/// A value of a field table as a variable: true and false as logical, numbers as double.
void add_value(MatFields& fields, std::string name, const FieldValue& value);

/// The value of the variable `name`.
/// @throws InputError when it is missing or the field cannot have it
FieldValue read_value(const MatFile& file, const std::string& name, const FieldInfo& field);

/// Writes every field of a table; `prefix` is "s." for the members of a structure s.
template <class Options>
void add_values(MatFields& fields, const std::string& prefix, const FieldTable<Options>& table,
                const Options& options) {
  for (const rheobase::Field<Options>& field : table) {
    add_value(fields, prefix + field.name, field.get(options));
  }
}

/// Reads every field of a table. @throws InputError as read_value
template <class Options>
void read_values(const MatFile& file, const std::string& prefix, const FieldTable<Options>& table,
                 Options& options) {
  for (const rheobase::Field<Options>& field : table) {
    field.set(options, read_value(file, prefix + field.name, field));
  }
}

}  // namespace rheobase::io
