#pragma once

#include <filesystem>
#include <vector>

#include <Eigen/Core>

#include "io/network/network_file.hpp"
#include "network/network.hpp"

namespace rheobase::io {

/// What a fit leaves beside the network.
struct FitOutcome {
  Eigen::VectorXd loss;         ///< of every update, in order; one number for ridge regression
  Eigen::VectorXd r_squared{};  ///< by output; empty for log-probabilities
  bool complete = true;
};

/// Writes the network of a file as it is after the fit: a network file that `run`, and another
/// `fit`, take, and the numbers that were fitted beside it, in NAME.mat (weights_1, ..., loss,
/// r_squared). Other files of numbers stay where they are. @throws InputError where either cannot
/// be written
void write_fitted_network(const std::filesystem::path& path, const NetworkFile& file,
                          const network::Network& fitted, const FitOutcome& outcome,
                          const std::string& command);

/// NAME.mat beside NAME.toml.
std::filesystem::path numbers_beside(const std::filesystem::path& toml);

/// Whether a file is the NAME.mat of an earlier fit, which another one may replace.
bool holds_fitted_numbers(const std::filesystem::path& mat);

/// The files of numbers that a network file names. @param folder  of the network file
std::vector<std::filesystem::path> files_of_numbers(const NetworkFile& file,
                                                    const std::filesystem::path& folder);

}  // namespace rheobase::io
