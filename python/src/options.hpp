#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pybind11/pybind11.h>

#include "core/field_table.hpp"

/// Keyword arguments and field tables: a keyword is the option of the command line with
/// underscores ("--learning-rate", learning_rate); the field's own name and the option's other
/// names are taken too.
namespace rheobase::python {

namespace py = pybind11;

/// The keyword of a field, or nothing where it is no option.
std::string keyword_of(const FieldInfo& field);
/// Whether a keyword means the field.
bool is_keyword_of(const FieldInfo& field, std::string_view keyword);

/// The value of a keyword. @throws InputError with its name
FieldValue value_from(py::handle value, const FieldInfo& field, const std::string& keyword);
py::object object_of(const FieldValue& value);
/// What there is to say of a field: keyword, kind, unit, range, default, help.
py::dict describe(const FieldInfo& field, const FieldValue& otherwise);

/// Names of fields of a table that a function does not have.
using Without = std::span<const std::string_view>;

inline bool is_among(const FieldInfo& field, Without names) {
  return std::ranges::find(names, std::string_view(field.name)) != names.end();
}

/// Adds what there is to say of every option of a table, with the values of `defaults`.
template <class Options>
void describe_options(py::list& list, const FieldTable<Options>& table, const Options& defaults,
                      Without without = {}) {
  for (const Field<Options>& field : table) {
    if (!keyword_of(field).empty() && !is_among(field, without)) {
      list.append(describe(field, field.get(defaults)));
    }
  }
}

/// One text, or the texts of a sequence. @throws InputError with the argument's name
py::list words_of(py::handle value, const char* argument);

/// The keyword arguments of one call. Takers remove what they know; finish() refuses the rest.
/// Field tables and the names of keywords must live as long.
class Keywords {
 public:
  Keywords(std::string function, const py::dict& given);

  /// Sets the fields that were given. @returns them by field name
  template <class Options>
  FieldValues take(const FieldTable<Options>& table, Options& options, Without without = {}) {
    FieldValues taken;
    for (const Field<Options>& field : table) {
      if (is_among(field, without)) {
        continue;
      }
      if (const auto value = take_value(field)) {
        field.set(options, *value);
        taken[field.name] = *value;
      }
    }
    return taken;
  }
  /// The same for tables of which the command line shows a part: keywords are the fields' names.
  template <class Options>
  void take_named(const FieldTable<Options>& table, Options& options) {
    for (const Field<Options>& field : table) {
      if (const py::object value = take(field.name.c_str()); !value.is_none()) {
        field.set(options, value_from(value, field, field.name));
      }
    }
  }
  /// The value of a keyword without a table; None where it was not given.
  py::object take(const char* keyword);
  /// Of a number that lies in a range. @throws InputError
  std::optional<double> take_number(const char* keyword, const Range& range);
  std::optional<std::int64_t> take_integer(const char* keyword, const Range& range);

  /// @throws TypeError that names what was given beyond
  void finish() const;

 private:
  struct Given {
    std::string keyword;
    py::object value;
  };

  std::optional<FieldValue> take_value(const FieldInfo& field);

  std::string function_;
  std::vector<Given> given_;
  std::vector<const char*> known_;  ///< read where something is refused
  std::vector<const FieldInfo*> known_fields_;
};

}  // namespace rheobase::python
