#include "python/src/arrays.hpp"

#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/memory.hpp"
#include "core/whole_number.hpp"

namespace rheobase::python {

namespace {

/// A packed record's field is a view of doubles that do not lie on their own boundary: it is
/// copied.
using Numbers = py::array_t<double, py::array::f_style | py::array::forcecast |
                                        py::detail::npy_api::NPY_ARRAY_ALIGNED_>;

std::string shape_text(const py::array& array) {
  std::string text;
  for (py::ssize_t axis = 0; axis < array.ndim(); ++axis) {
    text += (axis == 0 ? "" : ", ") + std::to_string(array.shape(axis));
  }
  return fmt::format("({}{})", text, array.ndim() == 1 ? "," : "");
}

std::string found_text(const py::array& array) {
  return fmt::format("{} of shape {}", py::cast<std::string>(py::str(array.dtype())),
                     shape_text(array));
}

std::string required_text(const ArrayShape& shape) {
  return "must be an array of numbers" + (shape.text.empty() ? "" : " of shape " + shape.text);
}

/// Values under the mask of a masked array are no numbers; np.asarray would show them all the same.
void refuse_masked(py::handle value, const std::string& argument, const ArrayShape& shape) {
  if (!py::hasattr(value, "mask") || !py::hasattr(value, "filled")) {
    return;
  }
  const auto masked =
      py::cast<long long>(py::module_::import("numpy.ma").attr("count_masked")(value));
  if (masked > 0) {
    throw InputError(argument, "", counted(masked, "masked value"),
                     std::string("must have none: filled(number) puts one in their place") +
                         (shape.allows_nan ? ", nan where nothing is scored" : ""));
  }
}

/// What NumPy makes of the value, real numbers.
py::array real_array(py::handle value, const std::string& argument, const ArrayShape& shape) {
  refuse_masked(value, argument, shape);
  const py::array array = py::array::ensure(value);
  if (!array) {
    PyErr_Clear();
    throw InputError(argument, "",
                     fmt::format("{} that is no array",
                                 py::cast<std::string>(py::type::of(value).attr("__name__"))),
                     required_text(shape));
  }
  if (std::string("biuf").find(array.dtype().kind()) == std::string::npos) {
    throw InputError(argument, "", found_text(array), required_text(shape));
  }
  return array;
}

[[noreturn]] void refuse_shape(const py::array& array, const std::string& argument,
                               const ArrayShape& shape) {
  throw InputError(argument, "", "shape " + shape_text(array), "must be of shape " + shape.text);
}

void check_values(const Numbers& numbers, const std::string& argument, const ArrayShape& shape) {
  if (!shape.finite && !shape.allows_nan) {
    return;
  }
  const double* values = numbers.data();
  for (py::ssize_t i = 0; i < numbers.size(); ++i) {
    if (std::isfinite(values[i]) || (shape.allows_nan && std::isnan(values[i]))) {
      continue;
    }
    std::string place;
    py::ssize_t rest = i;
    for (py::ssize_t axis = 0; axis < numbers.ndim(); ++axis) {
      place += (axis == 0 ? "" : ", ") + std::to_string(rest % numbers.shape(axis));
      rest /= numbers.shape(axis);
    }
    throw InputError(argument, "",
                     numbers.ndim() == 0 ? fmt::format("{}", values[i])
                                         : fmt::format("{} at [{}]", values[i], place),
                     shape.allows_nan ? "must be finite or not-a-number" : "must be finite");
  }
}

/// Column-major doubles: the array itself where it is that already.
Numbers numbers_of(const py::array& array, const std::string& argument, const ArrayShape& shape) {
  const double bytes = static_cast<double>(sizeof(double)) * static_cast<double>(array.size());
  require_memory(bytes, argument, "", found_text(array), "a smaller array takes less");
  Numbers numbers = Numbers::ensure(array);
  if (!numbers) {
    PyErr_Clear();
    throw InputError(argument, "", found_text(array), "must fit into memory as 64-bit numbers");
  }
  check_values(numbers, argument, shape);
  return numbers;
}

bool fits(py::ssize_t extent, Eigen::Index wanted) {
  return wanted < 0 || extent == wanted;
}

template <class Owner, class Scalar>
py::array owned(std::vector<py::ssize_t> shape, const Scalar* data, std::unique_ptr<Owner> kept) {
  const py::capsule owner(kept.release(), [](void* memory) { delete static_cast<Owner*>(memory); });
  std::vector<py::ssize_t> strides;
  py::ssize_t stride = sizeof(Scalar);
  for (const py::ssize_t extent : shape) {
    strides.push_back(stride);
    stride *= extent;
  }
  return py::array(py::dtype::of<Scalar>(), std::move(shape), std::move(strides), data, owner);
}

template <class Owner>
py::array vector_array(Owner&& values) {
  auto kept = std::make_unique<Owner>(std::move(values));
  const auto* data = kept->data();
  const auto size = static_cast<py::ssize_t>(kept->size());
  return owned<Owner>({size}, data, std::move(kept));
}

template <class Scalar>
py::array view(const Scalar* data, std::vector<py::ssize_t> shape, py::handle owner) {
  std::vector<py::ssize_t> strides;
  py::ssize_t stride = sizeof(Scalar);
  for (const py::ssize_t extent : shape) {
    strides.push_back(stride);
    stride *= extent;
  }
  py::array array(py::dtype::of<Scalar>(), std::move(shape), std::move(strides), data, owner);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

}  // namespace

Eigen::MatrixXd matrix_from(py::handle value, const std::string& argument,
                            const ArrayShape& shape) {
  const py::array array = real_array(value, argument, shape);
  if (array.ndim() != 2 || !fits(array.shape(0), shape.rows) || !fits(array.shape(1), shape.cols)) {
    refuse_shape(array, argument, shape);
  }
  const Numbers numbers = numbers_of(array, argument, shape);
  return Eigen::Map<const Eigen::MatrixXd>(numbers.data(), numbers.shape(0), numbers.shape(1));
}

Eigen::MatrixXd rows_from(py::handle value, const std::string& argument, const ArrayShape& shape) {
  const py::array array = real_array(value, argument, shape);
  if (array.ndim() != 1) {
    return matrix_from(array, argument, shape);
  }
  if (!fits(1, shape.rows) || !fits(array.shape(0), shape.cols)) {
    refuse_shape(array, argument, shape);
  }
  const Numbers numbers = numbers_of(array, argument, shape);
  return Eigen::Map<const Eigen::RowVectorXd>(numbers.data(), numbers.size());
}

Eigen::VectorXd vector_from(py::handle value, const std::string& argument,
                            const ArrayShape& shape) {
  const py::array array = real_array(value, argument, shape);
  const Numbers numbers = numbers_of(array, argument, shape);
  if (array.ndim() == 0 && shape.rows >= 0) {
    return Eigen::VectorXd::Constant(shape.rows, *numbers.data());
  }
  const bool flat =
      array.ndim() == 1 || (array.ndim() == 2 && (array.shape(0) == 1 || array.shape(1) == 1));
  if (!flat || !fits(array.size(), shape.rows)) {
    refuse_shape(array, argument, shape);
  }
  return Eigen::Map<const Eigen::VectorXd>(numbers.data(), numbers.size());
}

std::vector<std::int64_t> integers_from(py::handle value, const std::string& argument,
                                        Eigen::Index size) {
  ArrayShape shape;
  shape.text = size < 0 ? "(n,)" : fmt::format("({},)", size);
  const py::array array = real_array(value, argument, shape);
  if (array.ndim() != 1 || !fits(array.shape(0), size)) {
    refuse_shape(array, argument, shape);
  }
  const Numbers numbers = numbers_of(array, argument, shape);
  std::vector<std::int64_t> whole;
  for (py::ssize_t i = 0; i < numbers.size(); ++i) {
    const auto number = whole_number<std::int64_t>(numbers.data()[i]);
    if (!number) {
      throw InputError(argument, "", fmt::format("{} at [{}]", numbers.data()[i], i),
                       "must be whole numbers");
    }
    whole.push_back(*number);
  }
  return whole;
}

std::vector<Eigen::MatrixXd> trials_from(py::handle value, const std::string& argument,
                                         const ArrayShape& shape) {
  const py::array array = real_array(value, argument, shape);
  if (array.ndim() < 3) {
    return {rows_from(array, argument, shape)};
  }
  if (array.ndim() != 3 || !fits(array.shape(0), shape.rows) || !fits(array.shape(1), shape.cols) ||
      array.shape(2) < 1) {
    refuse_shape(array, argument, shape);
  }
  const Numbers numbers = numbers_of(array, argument, shape);
  const Eigen::Index rows = numbers.shape(0);
  const Eigen::Index cols = numbers.shape(1);
  std::vector<Eigen::MatrixXd> trials;
  for (py::ssize_t k = 0; k < numbers.shape(2); ++k) {
    trials.emplace_back(
        Eigen::Map<const Eigen::MatrixXd>(numbers.data() + k * rows * cols, rows, cols));
  }
  return trials;
}

py::object at_least_a_vector(py::handle value) {
  const py::array array = py::array::ensure(value);
  if (!array) {
    PyErr_Clear();
  }
  return array && array.ndim() == 0 ? py::object(py::make_tuple(value))
                                    : py::reinterpret_borrow<py::object>(value);
}

bool has_trials(py::handle value) {
  const py::array array = py::array::ensure(value);
  if (!array) {
    PyErr_Clear();
    return false;
  }
  return array.ndim() == 3;
}

py::array array_of(Eigen::MatrixXd&& values) {
  auto kept = std::make_unique<Eigen::MatrixXd>(std::move(values));
  const double* data = kept->data();
  std::vector<py::ssize_t> shape{kept->rows(), kept->cols()};
  return owned<Eigen::MatrixXd>(std::move(shape), data, std::move(kept));
}

py::array array_of(Eigen::VectorXd&& values) {
  return vector_array(std::move(values));
}

py::array array_of(Eigen::VectorXi&& values) {
  return vector_array(std::move(values));
}

py::array array_of(std::vector<double>&& values) {
  return vector_array(std::move(values));
}

py::array array_of(std::vector<std::int32_t>&& values) {
  return vector_array(std::move(values));
}

py::array array_of(const std::vector<bool>& values) {
  py::array_t<bool> array(static_cast<py::ssize_t>(values.size()));
  bool* data = array.mutable_data();
  for (std::size_t i = 0; i < values.size(); ++i) {
    data[i] = values[i];
  }
  return array;
}

py::array view_of(const Eigen::MatrixXd& values, py::handle owner) {
  return view(values.data(), {values.rows(), values.cols()}, owner);
}

py::array view_of(const Eigen::VectorXd& values, py::handle owner) {
  return view(values.data(), {values.size()}, owner);
}

py::array view_of(const Eigen::VectorXi& values, py::handle owner) {
  return view(values.data(), {values.size()}, owner);
}

py::array view_of(const std::vector<double>& values, py::handle owner) {
  return view(values.data(), {static_cast<py::ssize_t>(values.size())}, owner);
}

py::array view_of(const std::vector<std::int32_t>& values, py::handle owner) {
  return view(values.data(), {static_cast<py::ssize_t>(values.size())}, owner);
}

}  // namespace rheobase::python
