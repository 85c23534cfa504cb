#pragma once

#include <memory>
#include <string>
#include <vector>

#include "network/evaluation.hpp"
#include "network/network.hpp"
#include "network/network_state.hpp"
#include "network/noise_source.hpp"

namespace rheobase::network {

struct SolverDefinition;

/// A network step by step, with a solver of fixed steps: what runs and learning rules are made of.
/// Weights of the network may change between steps, its structure may not.
class Stepper {
 public:
  /// @throws InputError for a state of another network, an unknown or an adaptive solver
  Stepper(const Network& network, NetworkState& state, const std::string& solver = "euler",
          Seed seed = 1, std::uint32_t trial = 0);
  ~Stepper();

  /// Spikes, signals and slopes at the current state.
  /// @param inputs  input_columns() values, null: none
  void evaluate(const double* inputs);
  /// From the evaluated state to the next one. @throws NonFiniteError
  void advance();

  Evaluation& evaluation() { return evaluation_; }
  const Evaluation& evaluation() const { return evaluation_; }
  const double* values() const { return state_.values.data(); }
  double time() const { return static_cast<double>(state_.step) * network_.step(); }

 private:
  const SolverDefinition& solver_;
  const Network& network_;
  NetworkState& state_;
  SimdLevel level_;
  Evaluation evaluation_;
  NoiseSource noise_;
  std::vector<AlignedVector<double>> work_;
};

}  // namespace rheobase::network
