#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "io/mat/run_file.hpp"
#include "mapping/comparison/compare.hpp"

namespace rheobase::io {

/// Samples of a trial of a comparison, outputs x samples, without those behind its end.
Eigen::MatrixXd rate_output(const mapping::ComparisonTraces& traces, Eigen::Index trial);
Eigen::MatrixXd spiking_output(const mapping::ComparisonTraces& traces, Eigen::Index trial);

/// The trials whose spikes a comparison keeps, as runs of the spiking network.
/// @throws InputError in the name of `where` where it keeps none
std::vector<RunFile> example_runs(const mapping::Comparison& comparison, const std::string& where);

}  // namespace rheobase::io
