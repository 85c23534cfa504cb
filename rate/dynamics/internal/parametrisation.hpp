#pragma once

#include <span>
#include <vector>

#include "rate/dynamics/internal/kernel_network.hpp"
#include "rate/dynamics/parameter_blocks.hpp"
#include "rate/dynamics/rate_network.hpp"

namespace rheobase::rate {

/// dL/dU and dL/dV of a loop of low rank, N x rank each, column by column; empty where it is fixed.
struct LoopGradient {
  std::vector<double> u, v;
};

/// dL/d(...) of a network's own quantities, as backpropagation through time gives it.
template <class Real>
struct NetworkGradient {
  std::vector<Real>
      weight;  ///< dL/dW of every entry, in Connectivity::gradient_order(); 0 where fixed
  std::vector<double> readout;      ///< dL/dW_out: outputs x units, one output behind the other
  std::vector<double> output_bias;  ///< outputs
  std::vector<double> gain;         ///< dL/d(1/tau in steps), units; empty where tau is fixed
  std::vector<double> input;        ///< dL/dW_in: units x inputs; empty where it is fixed
  std::vector<LoopGradient> loops;  ///< one for every loop of the network
};

/// Which gradients are wanted; the readout's is always there. A constant input of 1 trains a bias.
struct TrainedParts {
  bool tau = false;
  bool input = false;
  bool weights = true;
  std::vector<bool> loops = {};  ///< one for every loop of the network, or empty: none
};

/// What a learner sees of a model: one flat vector of trained numbers in named blocks, the network
/// they stand for, and the way back of gradients. A model's file implements it.
template <class Real>
class Parametrisation {
 public:
  Parametrisation() = default;
  Parametrisation(const Parametrisation&) = delete;
  Parametrisation& operator=(const Parametrisation&) = delete;
  virtual ~Parametrisation() = default;

  virtual const ParameterBlocks& blocks() const = 0;
  virtual TrainedParts trained() const = 0;
  /// The network that the numbers at the start of training stand for.
  virtual const RateNetwork& network() const = 0;
  virtual WeightConstraint constraint() const = 0;

  /// Writes the numbers into the network.
  virtual void load(std::span<const Real> parameters, KernelNetwork<Real>& network) const = 0;
  /// dL/dparameters from dL/dnetwork, at the parameters that were loaded last.
  virtual void pull_back(std::span<const Real> parameters, const KernelNetwork<Real>& network,
                         const NetworkGradient<Real>& of_network,
                         std::span<Real> gradient) const = 0;
};

}  // namespace rheobase::rate
