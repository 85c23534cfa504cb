#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "io/mat/mat_file.hpp"
#include "mapping/conversion/transfer.hpp"
#include "spiking/simulate.hpp"

namespace rheobase::io {

/// What a run file says beside the simulation's result.
struct RunDescription {
  double scaling_factor = 1.0;
  std::string command;          ///< the command line that made it
  std::string task;             ///< empty: not known
  std::string condition;        ///< name of the trial's condition, empty: not known
  int trial_index = -1;         ///< place in the file of trials, from 0; -1: a generated trial
  std::string version;          ///< of the program; set by write_run
  std::optional<bool> correct;  ///< was the trial's answer right? none: not known
  std::optional<mapping::TransferOptions>
      transfer;                ///< [spiking_network] neuron, synapse and the like
  std::vector<int> unit_type;  ///< N, as UnitType; empty: not known
  /// Of these the file holds trial, noise, parity, artificial stimulation and the recorded units.
  spiking::SimulationOptions simulation;
};

struct RunFile {
  spiking::SimulationResult result;
  RunDescription description;
};

/// Writes a run, complete or not at all: spike_unit (1-based), spike_time_ms, output,
/// output_time_ms, voltage (units x samples), mean_rate_hz, scaling_factor, dt_ms, engine, seed,
/// command and what docs/formats.md lists beside them.
/// @throws InputError where `path` cannot be written
void write_run(const std::filesystem::path& path, const spiking::SimulationResult& result,
               const RunDescription& description, MatVersion version = MatVersion::level5,
               const std::function<bool()>& stop = {});

/// Checks the parts of a run against each other: units, times within the run, as many spikes of
/// every unit as are counted, signals of matching shapes and finite.
/// @throws InputError with the name of the field
void validate(const RunFile& run, const std::string& where);

/// Reads what write_run wrote and validates it.
/// @throws InputError when a field is missing or does not fit the others
RunFile read_run(const std::filesystem::path& path);
/// The same from the file's contents; `where` names it in messages.
RunFile parse_run(std::span<const std::byte> bytes, const std::string& where);
/// The same of a file in memory.
RunFile parse_run(const MatFile& file);

/// Reads one numeric matrix of a .mat file, given as FILE.mat:name.
/// @throws InputError when the file, the field or its type is not as it must be
Eigen::MatrixXd read_matrix(const std::string& file_and_field);

}  // namespace rheobase::io
