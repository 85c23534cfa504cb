#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <Eigen/Core>

#include "io/network/internal/toml_fields.hpp"
#include "network/connectivity.hpp"

namespace rheobase::io {

/// Numbers of a network file: a number (1 x 1), [numbers] (n x 1), [[rows]], or the name of a file,
/// "J.mat:J" or "J.csv", as seen from `folder`.
class MatrixValues {
 public:
  explicit MatrixValues(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Eigen::MatrixXd matrix(const TomlFields& fields, std::string_view key) const;
  /// The same as a value at hand, `field` names it.
  Eigen::MatrixXd matrix(const TomlFields& fields, const DocumentValue& value,
                         std::string_view field) const;
  /// One row or column.
  Eigen::VectorXd vector(const TomlFields& fields, const DocumentValue& value,
                         std::string_view field) const;
  /// The key `weights` of an edge: numbers or a maker, {kind = "normal", ...}.
  /// @param lane  tells the random numbers of edges of one seed apart
  network::Weights weights(const TomlFields& edge, std::uint32_t lane) const;

 private:
  Eigen::MatrixXd from_file(const TomlFields& fields, const DocumentValue& value,
                            std::string_view field) const;

  std::filesystem::path folder_;
};

/// Whether a text of a network file names a file of numbers.
bool names_matrix_file(std::string_view text);

}  // namespace rheobase::io
