#include "rate/learning/learner.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/learning/force/force_targets.hpp"
#include "rate/learning/force/force_training.hpp"
#include "rate/learning/innate/internal/innate_learner.hpp"
#include "rate/learning/internal/gradient_learner.hpp"
#include "rate/learning/motif/motif_training.hpp"
#include "rate/models/initialise.hpp"

namespace rheobase::rate {

namespace {

/// Counts in threes, and notes what the loop does.
class CountingLearner : public Learner {
 public:
  int enough = 1000;
  std::string course;

  int done() const override { return done_; }
  int total() const override { return 20; }
  void advance() override { done_ += 3; }
  void evaluate() override {
    course += "e" + std::to_string(done_) + " ";
    evaluated_ = done_;
  }
  bool finished() const override { return evaluated_ >= enough; }
  std::string status() const override { return std::to_string(done_); }
  NamedArrays state() const override { return {{"done", {static_cast<double>(done_)}}}; }
  void restore(const NamedArrays& state) override {
    done_ = static_cast<int>(named_array(state, "done", 1)[0]);
  }

 private:
  int done_ = 0;
  int evaluated_ = 0;
};

/// A learner with all that it refers to.
struct Case {
  std::string name;
  std::shared_ptr<void> held;
  std::unique_ptr<Learner> learner;
};

Case gradient_case(int units, int threads) {
  struct Held {
    Task task{"go-nogo"};
    TrainingOptions options;
  };
  auto held = std::make_shared<Held>();
  held->options.max_trials = 12;
  held->options.batch = 3;
  held->options.evaluate_every = 6;
  held->options.evaluation_trials = 4;
  held->options.stop_loss = 0.0;
  held->options.threads = threads;
  NetworkOptions network;
  network.units = units;
  auto learner = std::make_unique<GradientLearner>(
      initial_state(make_dale_model(network, 1, 4), held->options), held->task, held->options);
  return {"gradient", held, std::move(learner)};
}

template <class Real>
Case innate_case(int units, int threads) {
  struct Held {
    InnateSetup setup = timing_setup(100.0);
    std::optional<InnateTraining<Real>> training;
  };
  auto held = std::make_shared<Held>();
  held->setup.network.units = units;
  held->setup.network.connection_probability = 0.3;
  held->setup.experiment.recurrent_trials = 2;
  held->setup.experiment.readout_trials = 2;
  held->setup.experiment.rule.threads = threads;
  const InnateExperiment& experiment = held->setup.experiment;
  held->training.emplace(make_reservoir(held->setup.network, 3), experiment.trials,
                         experiment.rule);
  held->training->record_innate(0, trial_start(experiment, units, 0, false, false));
  auto learner = std::make_unique<InnateLearner<Real>>(*held->training, experiment, 1);
  return {sizeof(Real) == 4 ? "innate, single" : "innate, double", held, std::move(learner)};
}

Case force_case(int units, int /*threads*/) {
  const TrialEpochs epochs{.sample = 80, .delay = 220, .cue = 500, .steps = 600};
  const TargetSet set = generated_targets({.units = units, .seed = 2, .epochs = epochs});
  ForceTrainingOptions options;
  options.iterations = 4;
  options.threshold = 1.0;
  auto learner = std::make_unique<ForceTraining>(
      make_force_network(units, 1.2, 2),
      ForceTask{epochs, frozen_inputs(epochs, units, 2), set.target}, options);
  return {"force", nullptr, std::move(learner)};
}

MotifLibrary library_of(int units) {
  MotifLibrary library = make_motif_library(
      {.units = units, .preparation_rank = 5, .preparation_tau = 2.0, .seed = 3});
  const Eigen::ArrayXd t = Eigen::ArrayXd::LinSpaced(60, 0.0, 6.0);
  add_motifs(library, {{"sine", t.sin()}, {"cosine", t.cos()}});
  return library;
}

Case motif_case(int units, int threads) {
  auto learner = std::make_unique<MotifLearner>(library_of(units), std::vector<std::size_t>{0, 1},
                                                MotifTrainingOptions{.batches = 4,
                                                                     .batch = 4,
                                                                     .evaluate_every = 1,
                                                                     .evaluation_trials = 4,
                                                                     .threads = threads});
  return {"motifs", nullptr, std::move(learner)};
}

Case preparation_case(int units, int threads) {
  auto learner = std::make_unique<PreparationLearner>(
      library_of(units),
      PreparationOptions{.batches = 4, .batch = 8, .duration_tau = 3.0, .threads = threads});
  return {"preparatory module", nullptr, std::move(learner)};
}

using Maker = std::function<Case(int units, int threads)>;
const std::vector<Maker> kLearners{gradient_case, innate_case<float>, innate_case<double>,
                                   force_case,    motif_case,         preparation_case};

void check_same(const NamedArrays& a, const NamedArrays& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CAPTURE(a[i].name);
    CHECK(a[i].name == b[i].name);
    CHECK(a[i].values == b[i].values);
  }
}

std::vector<double> named_array_or_none(const NamedArrays& arrays, const std::string& name) {
  const auto found = std::ranges::find(arrays, name, &NamedArray::name);
  return found == arrays.end() ? std::vector<double>{} : found->values;
}

void advance_to_end(Learner& learner) {
  CHECK(learn(learner, {.evaluate_every = 1}, {}) == LearningOutcome::all_done);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("evaluations and checkpoints come where a multiple was passed") {
    CountingLearner learner;
    std::vector<double> fractions;
    RunControl control;
    control.report = [&](const Progress& progress) { fractions.push_back(progress.fraction); };
    const LearningOutcome outcome =
        learn(learner, {.evaluate_every = 5, .checkpoint_every = 7, .report_every = 4}, control,
              [&](const Learner& l) { learner.course += "s" + std::to_string(l.done()) + " "; });
    CHECK(outcome == LearningOutcome::all_done);
    CHECK(learner.course == "e6 s9 e12 e15 s15 e21 s21 ");
    CHECK(fractions == std::vector<double>{6 / 20.0, 12 / 20.0, 15 / 20.0, 21 / 20.0});
  }

  TEST_CASE("learning ends at the evaluation that is enough, never before one") {
    CountingLearner learner;
    learner.enough = 7;
    CHECK(learn(learner, {.evaluate_every = 5}, {}) == LearningOutcome::criteria_met);
    CHECK(learner.done() == 12);
    CountingLearner unjudged;
    unjudged.enough = 0;
    CHECK(learn(unjudged, {}, {}) == LearningOutcome::all_done);
  }

  TEST_CASE("a stop that is asked for leaves a checkpoint between two pieces of work") {
    CountingLearner learner;
    NamedArrays saved;
    RunControl control;
    control.cancelled = [&] { return learner.done() >= 9; };
    const auto save = [&](const Learner& l) { saved = l.state(); };
    CHECK(learn(learner, {}, control, save) == LearningOutcome::cancelled);
    CHECK(named_array(saved, "done", 1)[0] == 9.0);
  }

  TEST_CASE("every learner goes on from its named arrays bit for bit, from anywhere") {
    for (const Maker& make : kLearners) {
      Case whole = make(30, 1);
      CAPTURE(whole.name);
      advance_to_end(*whole.learner);
      CHECK(whole.learner->done() == whole.learner->total());
      for (int pieces = 0; pieces < 4; ++pieces) {
        Case first = make(30, 1);
        for (int i = 0; i < pieces; ++i) {
          const int before = first.learner->done();
          first.learner->advance();
          CHECK(first.learner->done() > before);
          first.learner->evaluate();
        }
        CHECK((pieces == 0 || !first.learner->status().empty()));
        Case second = make(30, 1);
        second.learner->restore(first.learner->state());
        CHECK(second.learner->done() == first.learner->done());
        check_same(second.learner->state(), first.learner->state());
        advance_to_end(*second.learner);
        check_same(second.learner->state(), whole.learner->state());
      }
    }
  }

  TEST_CASE("every learner ends with finite numbers, the same bits on 1, 2 and 4 threads") {
    for (const Maker& make : kLearners) {
      Case one = make(30, 1);
      CAPTURE(one.name);
      const NamedArrays start = one.learner->state();
      advance_to_end(*one.learner);
      const NamedArrays end = one.learner->state();
      bool changed = false;
      for (std::size_t i = 0; i < end.size(); ++i) {
        CAPTURE(end[i].name);
        changed = changed || end[i].values != named_array_or_none(start, end[i].name);
        CHECK(
            std::ranges::all_of(end[i].values, [](double value) { return std::isfinite(value); }));
      }
      CHECK(changed);
      for (const int threads : {2, 4}) {
        Case more = make(30, threads);
        advance_to_end(*more.learner);
        check_same(more.learner->state(), end);
      }
    }
  }

  TEST_CASE("no learner takes the state of another network, or one with a part missing") {
    for (const Maker& make : kLearners) {
      Case small = make(30, 1);
      CAPTURE(small.name);
      small.learner->advance();
      const NamedArrays state = small.learner->state();
      CHECK_THROWS_AS(make(31, 1).learner->restore(state), InputError);
      for (std::size_t i = 0; i < state.size(); ++i) {
        CAPTURE(state[i].name);
        NamedArrays less = state;
        less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
        Case other = make(30, 1);
        const NamedArrays before = other.learner->state();
        CHECK_THROWS_AS(other.learner->restore(less), InputError);
        check_same(other.learner->state(), before);
      }
    }
  }
}

}  // namespace rheobase::rate
