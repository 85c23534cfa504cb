// FORCE training of all recurrent weights towards recorded rates R, one target a side:
//
//   f = logit(clip(R, epsilon, 1 - epsilon))
//   at every step of a training pass, with the new r and the old J:
//     e = J r - f(t)                      the input h is not part of the error
//     J <- J - e g',  g the gain of recursive least squares with one P for all units and sides
//
//   symbol     name          default
//   epsilon    clip          1e-5
//   P(0)       initial_p     10        times the identity
//              gain          updated_p (1 + 2q), as in the published program; rls is 1 + q
//              state         carry     x runs on from pass to pass; reset: every pass starts at 0
//              pvar          l1        see PvarNorm
//              threshold     0.85      of pVar for all sides
//              iterations    50        at most
//              fraction      1         of the units whose outgoing weights are trained
//
// An iteration is one training pass of every side, then one test pass of every side with fixed J.
//
// With a fraction below 1, P is kept over the trainable presynaptic units alone, as in Rajan et al.
// (2016). The published program takes P over all units and only its block for the direction, which
// diverges.
//
// References: Sussillo & Abbott, Neuron 63:544 (2009); Rajan, Harvey & Tank, Neuron 90:128 (2016).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "core/field_table_fwd.hpp"
#include "core/run_control.hpp"
#include "rate/learning/learner.hpp"
#include "rate/learning/rls/rls.hpp"
#include "rate/learning/rls/update_schedule.hpp"
#include "rate/models/force/force_network.hpp"
#include "rate/models/force/force_simulation.hpp"

namespace rheobase::rate {

/// l1: 1 - (sum |R - r|)^2 / (sum |R - Rbar(t)|)^2, Rbar the mean over units at each step, as the
/// published program computes it. l2: 1 - sum (R - r)^2 / sum (R - <R>)^2, <R> the mean of each
/// unit over time (Rajan et al. 2016).
enum class PvarNorm { l1, l2 };

/// Fraction of the target's variation that the rates explain; both N x steps.
/// @throws InputError for sizes that differ or a target without variation
double explained_variation(const Eigen::MatrixXd& target, const Eigen::MatrixXd& rate,
                           PvarNorm norm = PvarNorm::l1);

/// carry: a side's state runs on from the end of its pass before. reset: every pass starts at x =
/// 0.
enum class PassState { carry, reset };

/// current: e = J r - logit(R). rate: e = r - R.
enum class ForceError { current, rate };

struct ForceTrainingOptions {
  RlsGain gain = RlsGain::updated_p;
  double initial_p = 10.0;
  double forgetting = 1.0;
  double clip = 1e-5;
  double fraction = 1.0;
  PassState state = PassState::carry;
  ForceError error = ForceError::current;
  PvarNorm pvar = PvarNorm::l1;
  double threshold = 0.85;
  int iterations = 50;
  UpdateSchedule schedule{.every = 1};
  Seed seed = 1;  ///< of the choice of trainable units
};

/// For files and the command line.
const FieldTable<ForceTrainingOptions>& force_training_fields();

/// What the network is to learn: input and target of every side, each N x steps.
struct ForceTask {
  TrialEpochs epochs;
  std::vector<Eigen::MatrixXd> input;
  std::vector<Eigen::MatrixXd> target;
};

/// @throws InputError for targets of another length than the trial, values that are not finite or
///         outside 0 ... 1, another number of units, other numbers of inputs and targets
void validate(const ForceTask& task);

/// One iteration's outcome.
struct ForceIteration {
  std::vector<double> pvar;     ///< of each side's test pass
  double mean_error = 0.0;      ///< mean over the training passes' updates of |e| / sqrt(N)
  double largest_weight = 0.0;  ///< max |J|
};

/// Training in single iterations (or steps), with a state that resumes bit for bit.
class ForceTraining : public Learner {
 public:
  /// @throws InputError for a network, task or options that do not fit each other
  ForceTraining(const ForceNetwork& network, ForceTask task, const ForceTrainingOptions& options);

  /// Training passes of all sides, then test passes. @throws NonFiniteError naming unit and step
  ForceIteration iterate();

  int done() const override { return iteration_; }
  int total() const override { return options_.iterations; }
  void advance() override { last_ = iterate(); }
  bool finished() const override { return converged(); }
  std::string status() const override;
  /// Asked at every step of an iteration; where it says so, iterate() gives the iteration up and
  /// throws Cancelled. The training cannot go on then.
  void abandon_when(std::function<bool()> abandon) { abandon_ = std::move(abandon); }
  /// Outcome of the last advance().
  const ForceIteration& last_iteration() const { return last_; }

  /// The single parts of an iteration.
  void start_pass(std::size_t side);
  /// Step t = 1 ... of the pass that was started; learns where `learn`.
  void step(Eigen::Index t, bool learn);
  void end_pass();

  bool converged() const;
  int iterations() const { return iteration_; }
  const std::vector<std::vector<double>>& pvar() const { return pvar_; }  ///< of each iteration

  ForceNetwork network() const;
  Eigen::MatrixXd inverse_correlation() const { return rls_.inverse_correlation(); }
  /// Units whose outgoing weights are trained, increasing.
  const std::vector<Eigen::Index>& trainable() const { return trainable_; }
  const ForceTask& task() const { return task_; }

  /// Of the step before: the error e before the update and the gain g of the trainable units.
  const Eigen::VectorXd& error() const { return error_; }
  const Eigen::VectorXd& gain() const { return gain_; }
  Eigen::Map<const Eigen::VectorXd> state_now() const { return stepper_.state(); }
  Eigen::Map<const Eigen::VectorXd> rate_now() const { return stepper_.rate(); }

  /// Rates of the last test pass of a side, N x steps. Column 0 holds the rates at the start of the
  /// side's training pass, as in the published program.
  const Eigen::MatrixXd& test_rates(std::size_t side) const { return test_rates_.at(side); }
  /// x at the end of a side's last pass.
  const Eigen::VectorXd& side_state(std::size_t side) const { return side_state_.at(side); }

  /// J, P, the states of all sides and the history, between two iterations.
  NamedArrays state() const override;
  /// @throws InputError for arrays of another network or task
  void restore(const NamedArrays& state) override;

 private:
  void learn(Eigen::Index t);

  ForceNetwork network_;
  ForceTask task_;
  ForceTrainingOptions options_;
  std::vector<Eigen::MatrixXd> aim_;  ///< logit of the targets, or the targets
  std::vector<Eigen::Index> trainable_;
  SharedRls<double> rls_;
  ForceStepper stepper_;
  std::vector<Eigen::VectorXd> side_state_;
  std::vector<Eigen::MatrixXd> test_rates_;
  std::vector<std::vector<double>> pvar_;
  ForceIteration last_;
  int iteration_ = 0;
  std::size_t side_ = 0;
  bool current_known_ = false;
  double error_sum_ = 0.0;
  std::int64_t updates_ = 0;
  Eigen::VectorXd error_, gain_, trainable_rate_;
  std::function<bool()> abandon_;
};

/// A whole training.
struct ForceTrained {
  ForceNetwork network;
  std::vector<ForceIteration> iterations;
  bool converged = false;
};

/// Iterates until every side's pVar exceeds the threshold, or as often as the options say.
/// @param after  called after every iteration, for checkpoints; may be empty
/// @throws Cancelled when stopped, NonFiniteError
ForceTrained train_force(
    ForceTraining& training, const RunControl& control = {},
    const std::function<void(const ForceTraining&, const ForceIteration&)>& after = {});

/// Rates of each side from x = 0, with column 0 set to 0, as the published program's test call has
/// it, and their pVar.
struct ForceTest {
  std::vector<Eigen::MatrixXd> rate;
  std::vector<double> pvar;
};

/// @param noise  xi of each side and step, sides x steps, times A sqrt(1 / (2 tau)); empty: none
/// @throws Cancelled where the control says stop
ForceTest test_force(const ForceNetwork& network, const ForceTask& task, PvarNorm norm,
                     double amplitude = 0.0, const Eigen::MatrixXd& noise = {},
                     const RunControl& control = {});

}  // namespace rheobase::rate
