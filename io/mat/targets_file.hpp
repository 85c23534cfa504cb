#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "rate/learning/force/force_targets.hpp"

namespace rheobase::io {

/// Trial-averaged rates of several conditions from a plain .mat file.
struct PlainTargets {
  std::vector<Eigen::MatrixXd> rate;        ///< [target] of each condition, units x time
  std::optional<rate::TrialEpochs> epochs;  ///< [sample_step, delay_step, cue_step], from 0
  std::vector<std::string> names;           ///< [unit_names], a line each; may be empty
};

/// Reads the variable `target`, units x time x conditions.
/// @throws InputError for NaN (with unit, time and condition), fewer than two conditions, a part of
///         the epochs without the others
PlainTargets read_plain_targets(const std::filesystem::path& path);

}  // namespace rheobase::io
