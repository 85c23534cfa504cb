#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "io/mat/run_file.hpp"

namespace rheobase::io {

/// Runs of one network in one file: the spikes of all with the trial of each (spike_trial), a row
/// of `output` a trial (its readouts one after the other), a column of `spike_count`; voltages,
/// rates and inputs are left out.
/// @param runs  one or more, of the same network, length and options; trials follow each other
/// @throws InputError where `path` cannot be written
void write_run_trials(const std::filesystem::path& path, const std::vector<RunFile>& runs,
                      const std::function<bool()>& stop = {});

/// Whether the file holds runs of several trials.
bool holds_run_trials(const std::filesystem::path& path);

/// Reads what write_run_trials wrote and validates every run.
/// @throws InputError when a field is missing or does not fit the others
std::vector<RunFile> read_run_trials(const std::filesystem::path& path);

}  // namespace rheobase::io
