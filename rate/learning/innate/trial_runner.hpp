#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "core/error.hpp"
#include "core/normal_noise.hpp"
#include "rate/learning/innate/innate_trial.hpp"
#include "rate/models/reservoir/reservoir.hpp"

namespace rheobase::rate {

/// Where trials start from.
enum class StartState {
  random,  ///< uniform in [-1, 1), anew for every trial (published)
  zero,
  carry,  ///< where the trial before ended; the first one at random
};

/// Where a trial starts and what disturbs it.
struct TrialStart {
  Eigen::VectorXd x0{};                 ///< N
  double noise = 0.0;                   ///< I0; 0: none
  NoiseStream stream{};                 ///< of xi
  const Eigen::MatrixXf* xi = nullptr;  ///< N x T, used in place of the stream where it is given
  double spike_noise = 0.0;             ///< S, Hz; 0: none
  NoiseStream spike_stream{};           ///< of spike-like noise
  bool carry = false;                   ///< goes on from the state of now; x0 is not used
  bool perturbed = false;               ///< with the trial's perturbation
};

/// x0 uniform in [-1, 1) and noise of both kinds as functions of (seed, trial).
TrialStart drawn_start(Eigen::Index units, double noise, Seed seed, std::uint32_t trial);

/// Steps a network through trials.
template <class Real>
class TrialRunner {
 public:
  explicit TrialRunner(RunningReservoir<Real> network);

  /// Runs a trial from its start; after_step(t) follows every step and may change weights.
  template <class AfterStep>
  void run(const InnateTrial& trial, const TrialStart& start, const AfterStep& after_step) {
    begin(trial, start);
    for (int t = 0; t < trial.steps; ++t) {
      step(trial, start, t);
      after_step(t);
      if (abandon_ && abandon_()) {
        throw Cancelled("stopped inside a trial");
      }
    }
  }

  /// Asked after every step of a trial from now on; true: run() throws Cancelled there.
  void abandon_when(std::function<bool()> abandon) { abandon_ = std::move(abandon); }

  RunningReservoir<Real>& network() { return network_; }
  const RunningReservoir<Real>& network() const { return network_; }

 private:
  void begin(const InnateTrial& trial, const TrialStart& start);
  void step(const InnateTrial& trial, const TrialStart& start, int t);
  const float* normals_of(const TrialStart& start, int t);
  void add_spike_noise(const TrialStart& start, int t);

  RunningReservoir<Real> network_;
  std::vector<Real> input_;
  AlignedVector<float> xi_;  ///< four steps
  AlignedVector<float> spike_xi_, spike_noise_;
  std::size_t stride_;
  std::function<bool()> abandon_;
};

/// What a trial left behind.
struct TrialRecord {
  Eigen::MatrixXd output;  ///< outputs x T, z
  Eigen::MatrixXd rates;   ///< recorded units x T, r of the first units
};

/// Runs a trial with fixed weights.
/// @param recorded_units  the first so many units' rates are kept (at most all)
template <class Real>
TrialRecord record_trial(TrialRunner<Real>& runner, const InnateTrial& trial,
                         const TrialStart& start, int recorded_units);

/// The same for a network at rest, in the precision named by Real.
template <class Real>
TrialRecord record_trial(const Reservoir& network, const InnateTrial& trial,
                         const TrialStart& start, int recorded_units);

extern template class TrialRunner<float>;
extern template class TrialRunner<double>;

}  // namespace rheobase::rate
