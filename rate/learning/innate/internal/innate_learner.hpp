#pragma once

#include <cstdint>
#include <string>

#include "rate/learning/innate/innate_experiment.hpp"
#include "rate/learning/innate/innate_training.hpp"
#include "rate/learning/learner.hpp"

namespace rheobase::rate {

/// How trial `number` of an experiment begins.
TrialStart trial_start(const InnateExperiment& experiment, Eigen::Index units, std::uint32_t number,
                       bool noisy, bool perturbed);

/// The training trials of an experiment, recurrent before readout, trajectories in turn. A piece of
/// work is one trial. Training and experiment outlive it; the innate trajectories are recorded.
template <class Real>
class InnateLearner : public Learner {
 public:
  /// @param first_trial  number of the first training trial in the experiment
  InnateLearner(InnateTraining<Real>& training, const InnateExperiment& experiment,
                std::uint32_t first_trial);

  int done() const override { return progress_.recurrent_done + progress_.readout_done; }
  int total() const override { return recurrent_total() + readout_total(); }
  void advance() override;
  std::string status() const override;
  /// Those of the training, "trials_done" (recurrent, readout), "recurrent_loss", "readout_loss".
  NamedArrays state() const override;
  void restore(const NamedArrays& state) override;

  /// The same as a type of its own.
  InnateState innate_state() const;
  void restore(const InnateState& state);

 private:
  int trajectories() const { return static_cast<int>(experiment_.trials.size()); }
  int recurrent_total() const { return trajectories() * experiment_.recurrent_trials; }
  int readout_total() const { return trajectories() * experiment_.readout_trials; }

  InnateTraining<Real>& training_;
  const InnateExperiment& experiment_;
  std::uint32_t first_trial_;
  InnateState progress_;  ///< without arrays
};

extern template class InnateLearner<float>;
extern template class InnateLearner<double>;

}  // namespace rheobase::rate
