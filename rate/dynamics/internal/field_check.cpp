#include "rate/dynamics/internal/field_check.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::rate {

void FieldCheck::fail(std::string_view field, std::string_view found,
                      std::string_view required) const {
  throw InputError(where, fmt::format("field '{}'", field), found, required);
}

void FieldCheck::shape(std::string_view field, const Eigen::MatrixXd& matrix, Eigen::Index rows,
                       Eigen::Index columns, std::string_view required) const {
  if (matrix.rows() != rows || matrix.cols() != columns) {
    fail(field, fmt::format("{} x {}", matrix.rows(), matrix.cols()), required);
  }
}

void FieldCheck::length(std::string_view field, Eigen::Index found, Eigen::Index units) const {
  if (found != units) {
    fail(field, counted(found, "value"),
         fmt::format("must have one value per unit, N = {}", units));
  }
}

void FieldCheck::finite(std::string_view field, const Eigen::MatrixXd& matrix) const {
  for (Eigen::Index j = 0; j < matrix.cols(); ++j) {
    for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
      if (!std::isfinite(matrix(i, j))) {
        const bool list = matrix.rows() == 1 || matrix.cols() == 1;
        fail(field,
             list ? fmt::format("{} as value {} of {}", matrix(i, j), i + j + 1, matrix.size())
                  : fmt::format("{} at ({}, {})", matrix(i, j), i + 1, j + 1),
             "must be finite");
      }
    }
  }
}

void FieldCheck::matrix(std::string_view field, const Eigen::MatrixXd& matrix, Eigen::Index rows,
                        Eigen::Index columns) const {
  shape(field, matrix, rows, columns, fmt::format("must be {} x {}", rows, columns));
  finite(field, matrix);
}

void FieldCheck::activation(std::string_view name) const {
  try {
    transfer_named(name);
  } catch (const InputError& error) {
    fail("activation", error.found(), error.required());
  }
}

}  // namespace rheobase::rate
