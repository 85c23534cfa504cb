// Innate training: a chaotic network learns to repeat its own noise-free trajectory.
//
//   innate trial    R_i(t) = r_i(t), without noise
//   recurrent       in the window, every K steps, every plastic unit i: e_i = r_i - R_i(t) and one
//                   step of recursive least squares on its own recurrent weights, with its own P
//   readout         the same with e = z - target, all N units and one P for all readouts
//
// The order within step t: the network moves, z is read, then weights change; new weights act from
// step t + 1 on. Every unit learns from the same r. P is never reset between trials nor between
// trajectories; readouts start from a fresh P. Under spike-like noise (models/reservoir) both rules
// learn from the rates as they are told; errors are those of r itself and of the readout.
//
// References: Laje & Buonomano, Nat. Neurosci. 16:925 (2013); Vitay, ReScience 2(1) (2016).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "rate/learning/innate/innate_trial.hpp"
#include "rate/learning/innate/trial_runner.hpp"
#include "rate/learning/named_arrays.hpp"
#include "rate/learning/rls/rls.hpp"
#include "rate/learning/rls/update_schedule.hpp"
#include "rate/models/reservoir/reservoir.hpp"

namespace rheobase::rate {

/// The learning rule of innate training.
struct InnateRule {
  RlsOptions rls;
  UpdateSchedule schedule;  ///< published: every second step, counted from the start of the trial
  int threads = 1;          ///< of the recurrent update; no influence on the result
};

/// What an observer sees at an update, before anything changes.
template <class Real>
struct UpdateEvent {
  int step = 0;  ///< of the trial
  std::span<const Real>
      error;  ///< recurrent: of all N units, also those that cannot learn; readout: per output
  double mean_square = 0.0;  ///< of `error`
};

/// Called after an update has been made, with the errors from before it.
template <class Real>
using UpdateObserver = std::function<void(const UpdateEvent<Real>&)>;

/// A network with its rules and innate trajectories.
///
/// Real = float or double; a function of its arguments on any number of threads and any
/// instruction set.
template <class Real>
class InnateTraining {
 public:
  /// @throws InputError for trials or options that do not fit the network
  InnateTraining(const Reservoir& network, std::vector<InnateTrial> trials, const InnateRule& rule,
                 SimdLevel level = simd_level());

  const std::vector<InnateTrial>& trials() const { return trials_; }
  const RunningReservoir<Real>& network() const { return runner_.network(); }
  TrialRunner<Real>& runner() { return runner_; }
  const UnitRls<Real>& recurrent_rule() const { return recurrent_; }
  const SharedRls<Real>& readout_rule() const { return readout_; }

  /// Runs trial `k` and keeps its rates as the trajectory to be learnt.
  void record_innate(std::size_t k, const TrialStart& start);
  /// N x T; empty before record_innate.
  const Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>& innate(std::size_t k) const {
    return innate_.at(k);
  }
  /// Pearson correlation of the rates of all units with the innate ones over the window, in a trial
  /// with the weights of now.
  double rate_correlation(std::size_t k, const TrialStart& start);

  /// One training trial. @return the mean over updates of the mean squared error of all N units
  /// @throws NonFiniteError with unit and step
  double train_recurrent(std::size_t k, const TrialStart& start, std::uint32_t trial_number = 0,
                         const UpdateObserver<Real>& observer = {});
  /// The same for the readouts, with fixed recurrent weights.
  double train_readout(std::size_t k, const TrialStart& start, std::uint32_t trial_number = 0,
                       const UpdateObserver<Real>& observer = {});

  /// All that changes in training: "W_rec" (synapses by rows), "W_out" (column-major), "P_rec",
  /// "P_out", "x". Innate trajectories are not in it: they follow from the network of the start.
  NamedArrays state() const;
  void restore(const NamedArrays& state);

 private:
  bool due(const InnateTrial& trial, int step, std::uint32_t trial_number) const;

  TrialRunner<Real> runner_;
  std::vector<InnateTrial> trials_;
  InnateRule rule_;
  UnitRls<Real> recurrent_;
  SharedRls<Real> readout_;
  std::vector<Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>> innate_;
};

/// Bytes of P (recurrent and readout) and of the innate trajectories in single or double precision.
template <class Real>
std::size_t innate_memory_bytes(const Reservoir& network, std::span<const InnateTrial> trials);

extern template class InnateTraining<float>;
extern template class InnateTraining<double>;

}  // namespace rheobase::rate
