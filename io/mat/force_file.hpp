#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "rate/learning/force/force_targets.hpp"
#include "rate/learning/force/force_training.hpp"

namespace rheobase::io {

/// A network trained by FORCE with all it was trained on: a rate network file (docs/formats.md)
/// with the structure `force` beside it, so that whatever reads rate networks reads it.
struct ForceFile {
  rate::ForceNetwork network;                      ///< with the trained weights
  Eigen::MatrixXd initial;                         ///< J before training
  rate::ForceTask task;                            ///< right, left
  std::vector<analysis::Selectivity> selectivity;  ///< of each unit, in the targets
  std::string targets;                             ///< where they came from, in words
  bool suppressed = false;                         ///< targets of the other side set to 0
  rate::ForceTrainingOptions options;
  std::vector<std::vector<double>> pvar;  ///< of each iteration, a value a side
  bool converged = false;
  /// State between two iterations: P, J, states. There in checkpoints.
  std::optional<rate::NamedArrays> learner;
  Seed seed = 1;
  std::string command;
};

/// The network as any other. Its readout is the projection on the coding direction: 0 left, 1
/// right.
ModelFile force_model(const ForceFile& file);

/// @throws InputError where `path` cannot be written
void write_force(const std::filesystem::path& path, const ForceFile& file,
                 const std::function<bool()>& stop = {});

/// @throws InputError when it is no such file or its parts do not fit each other
ForceFile read_force(const std::filesystem::path& path);
ForceFile parse_force(std::span<const std::byte> bytes, const std::string& where);
/// The same of a file in memory.
ForceFile parse_force(const MatFile& file);

/// A start of FORCE training that is replayed: initial weights, input and targets from a file.
struct ForceStart {
  rate::ForceNetwork network;
  rate::ForceTask task;
  double h0 = 10.0;  ///< amplitude of the input and P(0), as the published program has it
};

/// Reads N, T, tau, dt, tau_WN, h0, start_sample, start_delay, start_cue (bins; step 0 is bin
/// 1000), J0, noise_common, noise_side0, noise_side1 (N x T standard normals; or input_side0,
/// input_side1, the inputs themselves), target0, target1 (N x T, rates within 0 ... 1). Of any
/// matrix X there may be whole numbers X_q in its place, to be multiplied by X_q_scale
/// (noise_q_scale and target_q_scale for all of their kind).
/// @throws InputError naming field, what was found and what must hold
ForceStart read_force_start(const std::filesystem::path& path);

}  // namespace rheobase::io
