#pragma once

#include <filesystem>
#include <string>

#include "spiking/simulate.hpp"

namespace rheobase {

/// Writes a run: spike_unit (1-based), spike_time_ms, output, output_time_ms, voltage (units x
/// samples), mean_rate_hz, scaling_factor, dt_ms, engine, seed, command. Complete or not at all.
void write_run(const std::filesystem::path& path, const SimulationResult& result,
               double scaling_factor, const std::string& command);

/// Reads one numeric matrix of a .mat file, given as FILE.mat:name.
/// @throws InputError when the file, the field or its type is not as it must be
Eigen::MatrixXd read_matrix(const std::string& file_and_field);

}  // namespace rheobase
