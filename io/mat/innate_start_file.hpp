// What innate training is started from: weights, start states and targets that another program
// made, and paths to be written.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "rate/learning/innate/innate_trial.hpp"
#include "rate/models/reservoir/reservoir.hpp"

namespace rheobase::io {

class MatFile;

/// A start that is given exactly.
///
/// | field | shape | meaning; what holds where it is missing |
/// | --- | --- | --- |
/// | W_rec0, W_in, W_out0 | N x N, N x inputs, outputs x N | weights before training |
/// | mask | plastic units x N | their synapses; missing: N_plastic rows, where W_rec0 is not 0 |
/// | x0 | trials x N | start states in the order of the trials; missing: drawn |
/// | target | T x outputs | of a single trajectory, over the whole trial |
/// | path_a, path_b, ... | outputs x window | of several, inside the window, 0 outside |
/// | tau, dt | 1 x 1 | ms; missing: 10, 1 |
/// | t_offset, d_stim, stim_amp | 1 x 1 | cue: onset and duration in ms, amplitude |
/// | d_traj | one number, or one a trajectory | window in ms, from the end of the cue |
/// | t_relax | 1 x 1 | ms after the window; missing: 0 |
/// | pert_start, pert_len, pert_amp | 1 x 1 | onset in the trial and duration in ms, amplitude;
/// | | | missing: none |
///
/// Cues are given on channels 0, 2, ... and perturbations on 1, 3, ..., one pair a trajectory.
struct InnateStart {
  rate::Reservoir network;
  std::vector<rate::InnateTrial> trials;
  std::vector<std::string> names;  ///< "target", or "a", "b", ...
  Eigen::MatrixXd x0;              ///< trials x N, or empty
};

/// @throws InputError that names the file, the field, what was found and what must hold
InnateStart read_innate_start(const std::filesystem::path& path);
InnateStart parse_innate_start(std::span<const std::byte> bytes, const std::string& where);
/// The same of a file in memory.
InnateStart parse_innate_start(const MatFile& file);

/// The fields of these names, each a path of outputs x steps of finite numbers, as in the file of
/// handwriting targets of Laje & Buonomano (2013) ("chaos", "neuron", 2 x steps).
/// @throws InputError as above
std::vector<Eigen::MatrixXd> read_paths(const std::filesystem::path& path,
                                        std::span<const std::string> names);

}  // namespace rheobase::io
