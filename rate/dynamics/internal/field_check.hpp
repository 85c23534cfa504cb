#pragma once

#include <string>
#include <string_view>

#include <Eigen/Core>

namespace rheobase::rate {

/// Checks of one network's fields; each names the field as its file does ("field 'w_out'").
struct FieldCheck {
  const std::string& where;

  /// @throws InputError
  [[noreturn]] void fail(std::string_view field, std::string_view found,
                         std::string_view required) const;
  void shape(std::string_view field, const Eigen::MatrixXd& matrix, Eigen::Index rows,
             Eigen::Index columns, std::string_view required) const;
  /// One value a unit.
  void length(std::string_view field, Eigen::Index found, Eigen::Index units) const;
  void finite(std::string_view field, const Eigen::MatrixXd& matrix) const;
  /// Shape and finite numbers.
  void matrix(std::string_view field, const Eigen::MatrixXd& matrix, Eigen::Index rows,
              Eigen::Index columns) const;
  /// A registered transfer function.
  void activation(std::string_view name) const;
};

}  // namespace rheobase::rate
