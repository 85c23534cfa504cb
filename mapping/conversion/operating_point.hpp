#pragma once

#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "mapping/conversion/siegert.hpp"
#include "mapping/conversion/transfer.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::mapping {

/// Values of x and how often a network is there: weights sum to 1.
struct VisitedStates {
  Eigen::VectorXd x;
  Eigen::VectorXd weight;
  double low = 0.0, high = 0.0;  ///< 0.5 and 99.5 % of the visits lie below
};

/// Values of rows of states (N x samples), those of `units`, as a histogram.
VisitedStates visited_states(const Eigen::MatrixXd& states, std::span<const Eigen::Index> units);

/// x of every unit of as_non_negative(network) over trials of the search streams of `seed`, N x
/// samples.
Eigen::MatrixXd task_states(const rate::RateNetwork& network, const rate::Task& task, int trials,
                            Seed seed, int threads);

/// How the membrane sees a rate unit's x: gain x + bias above the threshold, under noise.
struct OperatingPoint {
  double gain = 1.0;         ///< kappa, mV
  double bias_mv = 0.0;      ///< beta, mV above the threshold
  double noise_sd_mv = 1.0;  ///< sigma, mV
  double error = 0.0;        ///< root mean square of F / s - phi over the visits
};

/// rms of F(gain x + bias) / s - phi(x) over the visits.
double fit_error(const RateCurve& curve, const OperatingPoint& point, double scaling_factor,
                 const std::string& transfer, const VisitedStates& visited);

/// The least error over gain and bias at the noise of `curve`.
OperatingPoint fit_gain_and_bias(const RateCurve& curve, double scaling_factor,
                                 const std::string& transfer, const VisitedStates& visited);

/// The noise too: the smallest of `curves` whose error is within 5 % and 0.001 of the best one's.
OperatingPoint fit_operating_point(std::span<const RateCurve> curves, double scaling_factor,
                                   const std::string& transfer, const VisitedStates& visited);

/// A unit that is reset to just below the threshold and held there, without noise, meanwhile.
spiking::NeuronParameters saturating_neuron(spiking::NeuronParameters neuron, double refractory_ms,
                                            double reset_below_mv);

/// Units that saturate as rate units do: they cannot fire more often than s / 0.9 times a second,
/// are reset to just below the threshold and held there meanwhile.
std::vector<spiking::NeuronParameters> saturating_neurons(const spiking::NeuronParameters& neuron,
                                                          double scaling_factor);

/// Curves of the noises (mV) that a fit tries: 1 to 8 mV.
std::vector<RateCurve> operating_curves(const spiking::NeuronParameters& neuron);

/// An error of F / s from which on another neuron is tried.
inline constexpr double kPoorFit = 0.05;

/// What shares one gain and one bias.
enum class FitScope {
  global,  ///< all units
  type,    ///< units of one type
  unit,    ///< every unit has its own
  copy,    ///< one gain, and a bias for every copy of a unit: those of all units are the same
};

/// Fits every group of units at the noise that all of them together fit best.
class OperatingPointFitter {
 public:
  /// @param states  N x samples of task_states
  /// @param curves  one: its noise is given
  /// @param saturate  whether refractory period and reset may be fitted, too: where a transfer
  ///                  function saturates and the given ones leave an error above kPoorFit
  OperatingPointFitter(const rate::RateNetwork& network, const Eigen::MatrixXd& states,
                       std::vector<RateCurve> curves, FitScope scope, bool saturate = false);

  struct Fit {
    OperatingPoint point;      ///< of all units together
    TransferOptions transfer;  ///< with gains, biases and noise of the fit
    double error = 0.0;        ///< rms over all units, each at its own point
  };
  /// @param transfer  neuron, synapse, copies and the like, which stay
  Fit fit(double scaling_factor, TransferOptions transfer) const;

  const VisitedStates& visited() const { return all_; }

 private:
  struct Group {
    std::vector<Eigen::Index> units;
    VisitedStates visited;
  };

  Fit fit_of_copies(double scaling_factor, TransferOptions transfer) const;
  OperatingPoint saturated_point(OperatingPoint best, double scaling_factor,
                                 TransferOptions& transfer, std::vector<RateCurve>& curves) const;

  std::string transfer_;
  FitScope scope_;
  bool saturate_;
  Eigen::Index units_;
  std::vector<RateCurve> curves_;
  VisitedStates all_;
  std::vector<Group> groups_;  ///< empty: all units share one point
};

}  // namespace rheobase::mapping
