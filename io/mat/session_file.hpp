#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "rate/learning/force/session.hpp"

namespace rheobase::io {

class MatFile;

/// Reads a session of silicon-probe recordings in the form of Inagaki et al. (2019): variable
/// `unit`, an array of structures with SpikeTimes (s), Trial_idx_of_spike, SpikeWidth (ms),
/// Behavior, Trial_info and Meta_data.parameters.T_Axis_PSTH (s). Trials are those of the first
/// unit; stim_trial_vector may be empty, then a trial is stimulated where its type text holds
/// "_s_"; Sampling_start stands for Sample_start.
/// @throws InputError that names file, unit and field, and where units disagree on the trials
rate::Session read_session(const std::filesystem::path& path);

/// The same from the file's contents; `where` names it in messages.
rate::Session parse_session(std::span<const std::byte> bytes, const std::string& where);
/// The same of a file in memory.
rate::Session parse_session(const MatFile& file);

/// Is this a session rather than plain targets?
bool holds_session(const std::filesystem::path& path);

}  // namespace rheobase::io
