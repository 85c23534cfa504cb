#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/aligned_vector.hpp"
#include "core/run_control.hpp"
#include "network/evaluation.hpp"
#include "network/observer.hpp"
#include "network/run.hpp"

namespace rheobase::network {

/// One step of a method with fixed steps, from y_n to y_(n+1) without jumps and noise.
struct SolverStep {
  Evaluation& evaluation;
  double* y;
  double step;
  std::size_t size;                          ///< of the state
  std::vector<AlignedVector<double>>& work;  ///< the first holds the slopes at y_n
  SimdLevel level;
};

/// A whole run, for methods that choose their own steps.
struct AdaptiveRun {
  const Network& network;
  NetworkState& state;
  Evaluation& evaluation;
  Recorder& recorder;
  const RunOptions& options;
  const RunControl& control;
  long steps;
  /// The inputs of step n, null where there are none.
  const double* (*input)(const void* inputs, long n);
  const void* inputs;
};

/// What a solver's file registers: `step` or `integrate`.
struct SolverDefinition {
  std::string name;
  std::string help;
  std::string citation;
  int order = 1;                  ///< of convergence, for smooth networks
  int work = 1;                   ///< vectors of the state's size
  bool needs_short_steps = true;  ///< shorter than the time constants of any decay
  /// Returns whether the new state is finite.
  bool (*step)(const SolverStep&) = nullptr;
  void (*integrate)(AdaptiveRun&) = nullptr;
};

/// @throws InputError that lists the known names and suggests the nearest
const SolverDefinition& solver_named(std::string_view name);

}  // namespace rheobase::network
