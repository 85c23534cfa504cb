#include "rate/learning/learner.hpp"

#include "core/error.hpp"

namespace rheobase::rate {

namespace {

/// True when the count passed a multiple of `every` on its way from `before` to `now`.
bool passed_multiple(int before, int now, int every) {
  return every > 0 && now / every > before / every;
}

/// Does something that a stop may break off. @returns false where it did
bool completes(const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const Cancelled&) {
    return false;
  }
}

}  // namespace

LearningOutcome learn(Learner& learner, const LearningLoop& loop, const RunControl& control,
                      const std::function<void(const Learner&)>& save) {
  const auto keep = [&] {
    if (save) {
      save(learner);
    }
  };
  if (learner.done() > 0 && learner.evaluated() >= 0) {  // where a stop or the end came between
    const bool due = passed_multiple(learner.evaluated(), learner.done(), loop.evaluate_every);
    if (due && !completes([&] { learner.evaluate(); })) {
      keep();
      return LearningOutcome::cancelled;
    }
    if (learner.evaluated() == learner.done() && learner.finished()) {
      return LearningOutcome::criteria_met;
    }
  }
  for (int piece = 1; learner.done() < learner.total(); ++piece) {
    if (control.stop_requested()) {
      keep();
      return LearningOutcome::cancelled;
    }
    const int before = learner.done();
    if (!completes([&] { learner.advance(); })) {
      keep();
      return LearningOutcome::cancelled;
    }
    const int now = learner.done();
    const bool evaluated = passed_multiple(before, now, loop.evaluate_every);
    if (evaluated && !completes([&] { learner.evaluate(); })) {
      keep();
      return LearningOutcome::cancelled;
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
