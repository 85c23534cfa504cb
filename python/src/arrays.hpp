#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

/// NumPy arrays and Eigen matrices. Whatever NumPy makes an array of real numbers from is taken
/// (lists, float32, any order or stride); all else is an InputError that names the argument.
namespace rheobase::python {

namespace py = pybind11;

/// What an array must be. A negative extent is free.
struct ArrayShape {
  Eigen::Index rows = -1;
  Eigen::Index cols = -1;
  std::string text;         ///< "(N, N)", of a message
  bool finite = true;       ///< NaN and infinities are refused
  bool allows_nan = false;  ///< NaN is not, where `finite` is false infinities neither
};

Eigen::MatrixXd matrix_from(py::handle value, const std::string& argument, const ArrayShape& shape);
/// A matrix, or a vector as its only row.
Eigen::MatrixXd rows_from(py::handle value, const std::string& argument, const ArrayShape& shape);
/// A vector, or one number for all of `shape.rows` values.
Eigen::VectorXd vector_from(py::handle value, const std::string& argument, const ArrayShape& shape);
/// Of whole numbers.
std::vector<std::int64_t> integers_from(py::handle value, const std::string& argument,
                                        Eigen::Index size);
/// Of whole numbers within -1e9 ... 1e9.
std::vector<int> ints_from(py::handle value, const std::string& argument, Eigen::Index size);
/// rows x cols (x trials): one matrix a trial. A matrix is one trial, a vector one of a single row.
std::vector<Eigen::MatrixXd> trials_from(py::handle value, const std::string& argument,
                                         const ArrayShape& shape);
/// The value, or one number as the only entry of a tuple.
py::object at_least_a_vector(py::handle value);
/// Whether the value has a third axis.
bool has_trials(py::handle value);

/// Read-only arrays that own what they are given: results keep them.
py::array array_of(Eigen::MatrixXd&& values);
py::array array_of(Eigen::VectorXd&& values);
py::array array_of(Eigen::VectorXi&& values);
py::array array_of(std::vector<double>&& values);
py::array array_of(std::vector<std::int32_t>&& values);
py::array array_of(const std::vector<bool>& values);

/// One that is the caller's own: nothing else keeps it.
py::array writable_array_of(Eigen::MatrixXd&& values);

py::array read_only(py::array array);

/// Read-only views on numbers of `owner`, which lives as long as they do.
py::array view_of(const Eigen::MatrixXd& values, py::handle owner);
py::array view_of(const Eigen::VectorXd& values, py::handle owner);
py::array view_of(const Eigen::VectorXi& values, py::handle owner);
py::array view_of(const std::vector<double>& values, py::handle owner);
py::array view_of(const std::vector<std::int32_t>& values, py::handle owner);

}  // namespace rheobase::python
