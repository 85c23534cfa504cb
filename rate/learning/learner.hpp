// The loop of training, once for every rule: gradient descent, recursive least squares, FORCE.
//
//   until all is done:   stop asked for? keep a checkpoint and end
//                        one piece of work (a batch, a trial, an iteration)
//                        every so often: evaluation, checkpoint, report; end where it was enough
//
// A learner's state is named arrays. With the same trials and options, learning from a state that
// was restored gives the same bits as learning without a break: random numbers are a function of
// seed and trial.
#pragma once

#include <functional>
#include <string>

#include "core/run_control.hpp"
#include "rate/learning/named_arrays.hpp"

namespace rheobase::rate {

/// A learning rule with its network and its trials, as the loop sees it.
class Learner {
 public:
  Learner() = default;
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;
  virtual ~Learner() = default;

  /// Trials (or iterations) that are done, and how many there can be.
  virtual int done() const = 0;
  virtual int total() const = 0;

  /// Does the next piece of work: one or more trials. @throws NonFiniteError naming the trial,
  /// Cancelled where it was asked to stop; its state is one to go on from
  virtual void advance() = 0;
  /// Finds out whether it was enough: on fresh trials, say. @throws Cancelled where it was asked to
  /// stop: the evaluation is done when learning goes on
  virtual void evaluate() {}
  /// Trials that were done at the last evaluation, 0 before the first; -1 where the state does not
  /// say it.
  virtual int evaluated() const { return -1; }
  /// What the last evaluation said.
  virtual bool finished() const { return false; }
  /// A short line for a person: "trial 300: loss 7.9".
  virtual std::string status() const = 0;

  /// All that is needed to go on bit for bit, between two pieces of work.
  virtual NamedArrays state() const = 0;
  /// @throws InputError for the state of another learner
  virtual void restore(const NamedArrays& state) = 0;
};

/// How often something happens, in trials or iterations done; 0: never.
struct LearningLoop {
  int evaluate_every = 0;
  int checkpoint_every = 0;  ///< when cancelled there is a checkpoint in any case
  int report_every = 1;      ///< pieces of work; every evaluation is reported
};

enum class LearningOutcome { criteria_met, all_done, cancelled };

/// Goes on until learner.total() is done, an evaluation says that it is enough or the control says
/// stop. @param save  called with the learner where a checkpoint is due; may be empty
LearningOutcome learn(Learner& learner, const LearningLoop& loop, const RunControl& control,
                      const std::function<void(const Learner&)>& save = {});

}  // namespace rheobase::rate
