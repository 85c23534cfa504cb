#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <Eigen/Core>
#include <pybind11/stl.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/whole_number.hpp"
#include "python/src/arrays.hpp"
#include "python/src/options.hpp"

namespace rheobase::python {

/// The keys of a description, as keyword arguments that name their place in messages.
struct Description {
  std::string where;
  py::dict values;

  bool has(const char* key) const { return values.contains(key) && !values[key].is_none(); }
  std::string name(const char* key) const { return where + ": " + key; }
  py::object get(const char* key) const {
    return has(key) ? py::reinterpret_borrow<py::object>(values[key]) : py::none();
  }
  std::string text(const char* key, const std::string& otherwise = {}) const {
    if (!has(key)) {
      return otherwise;
    }
    if (!PyUnicode_Check(values[key].ptr())) {
      throw InputError(name(key), "", py::cast<std::string>(py::repr(values[key])),
                       "must be a text");
    }
    return py::cast<std::string>(values[key]);
  }
  double number(const char* key, double otherwise, const Range& range) const {
    const FieldInfo field{{}, key, FieldKind::number, range, {}};
    return has(key) ? number_of(value_from(values[key], field, name(key))) : otherwise;
  }
  std::int64_t integer(const char* key, std::int64_t otherwise, const Range& range) const {
    const FieldInfo field{{}, key, FieldKind::integer, range, {}};
    return has(key) ? to_integer<std::int64_t>(number_of(value_from(values[key], field, name(key))))
                    : otherwise;
  }
  bool truth(const char* key) const {
    const FieldInfo field{{}, key, FieldKind::truth, {}, {}};
    return has(key) && std::get<bool>(value_from(values[key], field, name(key)));
  }
  Eigen::Index size() const { return integer("size", 0, {.low = 1.0, .high = 1e9}); }
  std::map<std::string, Eigen::VectorXd> arrays(const char* key, Eigen::Index size) const {
    std::map<std::string, Eigen::VectorXd> found;
    if (has(key)) {
      for (const auto& [one, value] : py::cast<py::dict>(values[key])) {
        const auto label = py::cast<std::string>(one);
        found[label] = vector_from(py::array::ensure(value) && py::array::ensure(value).ndim() == 0
                                       ? py::object(py::make_tuple(value))
                                       : py::reinterpret_borrow<py::object>(value),
                                   name(key) + "['" + label + "']",
                                   {.text = "(" + std::to_string(size) + ",), or one number"});
      }
    }
    return found;
  }
};

}  // namespace rheobase::python
