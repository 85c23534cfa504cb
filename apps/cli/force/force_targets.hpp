#pragma once

#include <filesystem>
#include <string>

#include "rate/learning/force/force_training.hpp"
#include "rate/learning/force/session.hpp"

namespace rheobase::cli {

/// Where FORCE training takes its targets from: generated, a recorded session or a plain .mat.
struct TargetChoice {
  std::filesystem::path file;  ///< empty: generated
  rate::GeneratedTargetOptions generated;
  rate::TrialEpochs epochs;      ///< of generated and plain targets
  bool epochs_given = false;     ///< some of them on the command line
  bool epochs_complete = false;  ///< --sample-step, --delay-step and --cue-step
  bool session_given = false;    ///< options of recorded sessions
  bool steps_given = false;      ///< the length of the trial
  rate::SessionOptions session;
  Eigen::Index first_bin = 1000;  ///< of a session, becomes step 0
  Eigen::Index after_cue = 250;   ///< steps after the cue that are used
  bool suppressed = false;
};

/// Targets with their selectivity, and a line that says what they are.
struct ChosenTargets {
  rate::TargetSet set;
  std::string description;
};

/// @throws InputError for files and epochs that do not fit
ChosenTargets choose_targets(const TargetChoice& choice);

/// Bytes that training with so many units and steps needs: P, J, inputs and targets.
std::size_t force_memory_bytes(Eigen::Index units, Eigen::Index steps);

/// @throws InputError that says how much, where the machine has less
void require_memory(std::size_t bytes, Eigen::Index units);

}  // namespace rheobase::cli
