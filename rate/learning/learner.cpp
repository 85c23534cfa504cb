#include "rate/learning/learner.hpp"

#include "core/error.hpp"

namespace rheobase::rate {

namespace {

/// True when the count passed a multiple of `every` on its way from `before` to `now`.
bool passed_multiple(int before, int now, int every) {
  return every > 0 && now / every > before / every;
}

}  // namespace

LearningOutcome learn(Learner& learner, const LearningLoop& loop, const RunControl& control,
                      const std::function<void(const Learner&)>& save) {
  const auto keep = [&] {
    if (save) {
      save(learner);
    }
  };
  for (int piece = 1; learner.done() < learner.total(); ++piece) {
    if (control.stop_requested()) {
      keep();
      return LearningOutcome::cancelled;
    }
    const int before = learner.done();
    try {
      learner.advance();
    } catch (const Cancelled&) {  // the piece was given up: the state is that before it
      keep();
      return LearningOutcome::cancelled;
    }
    const int now = learner.done();
    const bool evaluated = passed_multiple(before, now, loop.evaluate_every);
    if (evaluated) {
      learner.evaluate();
    }
    if (passed_multiple(before, now, loop.checkpoint_every)) {
      keep();
    }
    if (evaluated || (loop.report_every > 0 && piece % loop.report_every == 0)) {
      control.progress(static_cast<double>(now) / learner.total(), learner.status());
    }
    if (evaluated && learner.finished()) {
      return LearningOutcome::criteria_met;
    }
  }
  return LearningOutcome::all_done;
}

}  // namespace rheobase::rate
