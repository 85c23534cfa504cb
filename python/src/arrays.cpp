#include "python/src/arrays.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/memory.hpp"
#include "core/whole_number.hpp"
#include "python/src/apart.hpp"

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
    throw InputError(
        argument, "",
        fmt::format("{} that is no array",
                    py::cast<std::string>(py::type::of(value).attr("__name__"))),
        required_text(shape) + (py::hasattr(value, "detach") ? ": tensor.detach() is one" : ""));
  }
  if (std::string("biuf").find(array.dtype().kind()) == std::string::npos) {
    throw InputError(argument, "", found_text(array), required_text(shape));
  }
  return array;
}

[[noreturn]] void refuse_shape(const py::array& array, const std::string& argument,
                               const ArrayShape& shape) {
  const bool turned = array.ndim() == 2 && (shape.rows < 0 || array.shape(1) == shape.rows) &&
                      (shape.cols < 0 || array.shape(0) == shape.cols) &&
                      (shape.rows >= 0 || shape.cols >= 0) && array.shape(0) != array.shape(1);
  throw InputError(argument, "", "shape " + shape_text(array),
                   "must be of shape " + shape.text + (turned ? " (transposed?)" : ""));
}

/// "[2, 0]" of a place in memory, columns first.
std::string place_text(py::ssize_t place, const std::vector<py::ssize_t>& shape) {
  std::string text;
  for (const py::ssize_t extent : shape) {
    text += (text.empty() ? "" : ", ") + std::to_string(place % extent);
    place /= extent;
  }
  return text;
}

std::vector<py::ssize_t> shape_of(const py::array& array) {
  return {array.shape(), array.shape() + array.ndim()};
}

/// First of `count` values that may not be there; none: `count`.
py::ssize_t first_bad(const double* values, py::ssize_t count, const ArrayShape& shape) {
  if (!shape.finite && !shape.allows_nan) {
    return count;
  }
  return std::find_if(values, values + count,
                      [&](double value) {
                        return !std::isfinite(value) && !(shape.allows_nan && std::isnan(value));
                      }) -
         values;
}

void require_fits(const py::array& array, const std::string& argument) {
  const double bytes = static_cast<double>(sizeof(double)) * static_cast<double>(array.size());
  require_memory(bytes, argument, "", found_text(array), "a smaller array takes less");
}

/// Entries a:b of the last axis.
py::array part_of(const py::array& array, py::ssize_t begin, py::ssize_t end) {
  return py::array(py::object(array[py::make_tuple(py::ellipsis(), py::slice(begin, end, 1))]));
}

/// Column-major doubles of `array`, beginning at `place` of the whole of `extents`, into `target`.
void copy_part(const py::array& array, double* target, py::ssize_t place,
               const std::vector<py::ssize_t>& extents, const std::string& argument,
               const ArrayShape& shape) {
  const Numbers numbers = Numbers::ensure(array);
  if (!numbers) {
    PyErr_Clear();
    throw InputError(argument, "", found_text(array), "must be numbers of 64 bits at most");
  }
  const auto copy = [&] {
    std::copy_n(numbers.data(), numbers.size(), target);
    return first_bad(target, numbers.size(), shape);
  };
  // Who lets go of the lock may wait for it: not for microseconds of work.
  constexpr py::ssize_t kSmall = 1 << 14;
  const py::ssize_t bad = numbers.size() < kSmall ? copy() : unlocked(copy);
  if (bad < numbers.size()) {
    throw InputError(argument, "",
                     extents.empty()
                         ? fmt::format("{}", target[bad])
                         : fmt::format("{} at [{}]", target[bad], place_text(place + bad, extents)),
                     shape.allows_nan ? "must be finite or not-a-number" : "must be finite");
  }
}

/// Column-major doubles into `target`, a part of the last axis at a time: between two Python looks
/// for signals (Ctrl-C), and other threads have their turn. `array` may itself be a part, from
/// `place` on, of one of `extents`.
void copy_numbers(const py::array& array, double* target, py::ssize_t place,
                  const std::vector<py::ssize_t>& extents, const std::string& argument,
                  const ArrayShape& shape) {
  constexpr py::ssize_t kPart = py::ssize_t{1} << 18;
  if (array.size() <= kPart) {
    copy_part(array, target, place, extents, argument, shape);
    return;
  }
  const py::ssize_t count = array.shape(array.ndim() - 1);
  const py::ssize_t entry = array.size() / count;
  const py::ssize_t step = std::max<py::ssize_t>(1, kPart / entry);
  for (py::ssize_t begin = 0; begin < count; begin += step) {
    const py::ssize_t end = std::min(count, begin + step);
    copy_part(part_of(array, begin, end), target + begin * entry, place + begin * entry, extents,
              argument, shape);
    if (PyErr_CheckSignals() != 0) {
      throw py::error_already_set();
    }
  }
}

Eigen::MatrixXd matrix_of(const py::array& array, Eigen::Index rows, Eigen::Index cols,
                          const std::string& argument, const ArrayShape& shape) {
  require_fits(array, argument);
  Eigen::MatrixXd values(rows, cols);
  copy_numbers(array, values.data(), 0, shape_of(array), argument, shape);
  return values;
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
  return read_only(owned<Owner>({size}, data, std::move(kept)));
}

template <class Scalar>
py::array view(const Scalar* data, std::vector<py::ssize_t> shape, py::handle owner) {
  std::vector<py::ssize_t> strides;
  py::ssize_t stride = sizeof(Scalar);
  for (const py::ssize_t extent : shape) {
    strides.push_back(stride);
    stride *= extent;
  }
  return read_only(
      py::array(py::dtype::of<Scalar>(), std::move(shape), std::move(strides), data, owner));
}

}  // namespace

/// What is shown twice must not have been changed in between.
py::array read_only(py::array array) {
  py::detail::array_proxy(array.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return array;
}

Eigen::MatrixXd matrix_from(py::handle value, const std::string& argument,
                            const ArrayShape& shape) {
  const py::array array = real_array(value, argument, shape);
  if (array.ndim() != 2 || !fits(array.shape(0), shape.rows) || !fits(array.shape(1), shape.cols)) {
    refuse_shape(array, argument, shape);
  }
  return matrix_of(array, array.shape(0), array.shape(1), argument, shape);
}

Eigen::MatrixXd rows_from(py::handle value, const std::string& argument, const ArrayShape& shape) {
  const py::array array = real_array(value, argument, shape);
  if (array.ndim() != 1) {
    return matrix_from(array, argument, shape);
  }
  if (!fits(1, shape.rows) || !fits(array.shape(0), shape.cols)) {
    refuse_shape(array, argument, shape);
  }
  return matrix_of(array, 1, array.shape(0), argument, shape);
}

Eigen::VectorXd vector_from(py::handle value, const std::string& argument,
                            const ArrayShape& shape) {
  const py::array array = real_array(value, argument, shape);
  if (array.ndim() == 0 && shape.rows >= 0) {
    return Eigen::VectorXd::Constant(shape.rows, matrix_of(array, 1, 1, argument, shape)(0, 0));
  }
  const bool flat =
      array.ndim() == 1 || (array.ndim() == 2 && (array.shape(0) == 1 || array.shape(1) == 1));
  if (!flat || !fits(array.size(), shape.rows)) {
    refuse_shape(array, argument, shape);
  }
  // As one axis: of a column the last axis would be one part.
  return matrix_of(py::array(array.attr("reshape")(-1)), array.size(), 1, argument, shape);
}

std::vector<std::int64_t> integers_from(py::handle value, const std::string& argument,
                                        Eigen::Index size) {
  ArrayShape shape;
  shape.text = size < 0 ? "(n,)" : fmt::format("({},)", size);
  const py::array array = real_array(value, argument, shape);
  if (array.ndim() != 1 || !fits(array.shape(0), size)) {
    refuse_shape(array, argument, shape);
  }
  const Eigen::MatrixXd numbers = matrix_of(array, array.shape(0), 1, argument, shape);
  return unlocked([&] {
    std::vector<std::int64_t> whole;
    whole.reserve(static_cast<std::size_t>(numbers.size()));
    for (Eigen::Index i = 0; i < numbers.size(); ++i) {
      const auto number = whole_number<std::int64_t>(numbers(i));
      if (!number) {
        throw InputError(argument, "", fmt::format("{} at [{}]", numbers(i), i),
                         "must be whole numbers");
      }
      whole.push_back(*number);
    }
    return whole;
  });
}

std::vector<int> ints_from(py::handle value, const std::string& argument, Eigen::Index size) {
  constexpr std::int64_t kLargest = 1'000'000'000;
  std::vector<int> numbers;
  for (const std::int64_t number : integers_from(value, argument, size)) {
    if (number < -kLargest || number > kLargest) {
      throw InputError(argument, "", fmt::format("{}", number), "must be within -1e9 ... 1e9");
    }
    numbers.push_back(static_cast<int>(number));
  }
  return numbers;
}

std::vector<Eigen::MatrixXd> trials_from(py::handle value, const std::string& argument,
                                         const ArrayShape& shape) {
  const py::array array = real_array(value, argument, shape);
  std::vector<Eigen::MatrixXd> trials;
  if (array.ndim() < 3) {
    trials.push_back(rows_from(array, argument, shape));
    return trials;
  }
  if (array.ndim() != 3 || !fits(array.shape(0), shape.rows) || !fits(array.shape(1), shape.cols) ||
      array.shape(2) < 1) {
    refuse_shape(array, argument, shape);
  }
  require_fits(array, argument);
  const std::vector<py::ssize_t> extents = shape_of(array);
  for (py::ssize_t k = 0; k < array.shape(2); ++k) {
    trials.emplace_back(array.shape(0), array.shape(1));
    Eigen::MatrixXd& trial = trials.back();
    const py::object one = array[py::make_tuple(py::ellipsis(), k)];
    copy_numbers(py::array(one), trial.data(), k * trial.size(), extents, argument, shape);
    if (PyErr_CheckSignals() != 0) {
      throw py::error_already_set();
    }
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
  return read_only(writable_array_of(std::move(values)));
}

py::array writable_array_of(Eigen::MatrixXd&& values) {
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
  return read_only(std::move(array));
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
