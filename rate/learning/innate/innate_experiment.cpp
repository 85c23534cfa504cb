#include "rate/learning/innate/innate_experiment.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <span>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/memory.hpp"
#include "rate/learning/innate/internal/innate_learner.hpp"
#include "rate/learning/innate/trial_measures.hpp"
#include "rate/learning/learner.hpp"

namespace rheobase::rate {

namespace {

double memory_there_gb(const InnateExperiment& e) {
  return e.memory_gb > 0.0 ? e.memory_gb : usable_memory_bytes() / 1e9;
}

void require_memory(const InnateExperiment& e, double bytes, const char* what) {
  const double needed = bytes / 1e9;
  const double there = memory_there_gb(e);
  if (needed > there) {
    throw InputError("innate training", what, fmt::format("{:.4g} GB", needed),
                     fmt::format("must fit into {:.3g} GB of memory: take fewer units, fewer "
                                 "synapses or single precision",
                                 there));
  }
}

double training_bytes(const InnateExperiment& e, const Reservoir& network) {
  return static_cast<double>(e.precision == Precision::single_precision
                                 ? innate_memory_bytes<float>(network, e.trials)
                                 : innate_memory_bytes<double>(network, e.trials));
}

/// Whether the state before a trial can be kept: twice while the next one takes its place.
bool has_room_for_states(const InnateExperiment& e, const Reservoir& network) {
  const double states = 2.0 * static_cast<double>(innate_memory_bytes<double>(network, {}));
  return training_bytes(e, network) + states <= 1e9 * memory_there_gb(e);
}

/// One run of an experiment in one precision.
template <class Real>
class ExperimentRun {
 public:
  ExperimentRun(const Reservoir& network, const InnateExperiment& experiment,
                const RunControl& control, const InnateCheckpoints& checkpoints)
      : experiment_(experiment),
        control_(control),
        checkpoints_(checkpoints),
        abandons_(checkpoints.abandon &&
                  (!checkpoints.save || has_room_for_states(experiment, network))),
        training_(network, experiment.trials, experiment.rule) {
    if (abandons_) {
      training_.runner().abandon_when([&control] { return control.stop_requested(); });
    }
  }

  InnateResult run(const InnateState* resumed) {
    const auto begin = std::chrono::steady_clock::now();
    record_innate();
    test(false, experiment_.noisy_tests_before, experiment_.perturbed_tests_before);
    InnateLearner<Real> learner(training_, experiment_, trial_);
    if (resumed != nullptr) {
      learner.restore(*resumed);
    }
    const LearningOutcome outcome = train(learner);
    trial_ += static_cast<std::uint32_t>(learner.total());
    result_.cancelled = outcome == LearningOutcome::cancelled;
    if (result_.cancelled && abandons_) {
      throw Cancelled("stopped inside a trial");
    }
    if (!result_.cancelled) {
      test_trained(learner);
    }
    result_.state = learnt(learner);
    result_.network = training_.network().network();
    result_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(result_);
  }

 private:
  std::size_t trajectories() const { return experiment_.trials.size(); }

  /// The state is a copy of P: taken where somebody wants it.
  void save(const InnateLearner<Real>& learner) {
    if (checkpoints_.save) {
      checkpoints_.save(learnt(learner));
    }
  }

  /// Tests move a network whose state is carried: a run that stops in them goes on before them.
  InnateState learnt(const InnateLearner<Real>& learner) const {
    InnateState state = learner.innate_state();
    if (!learnt_x_.empty()) {
      std::ranges::find(state.arrays, "x", &NamedArray::name)->values = learnt_x_;
    }
    return state;
  }

  /// A trial that is given up has changed weights and P: the state before it is the one to save.
  LearningOutcome train(InnateLearner<Real>& learner) {
    if (!abandons_ || !checkpoints_.save) {
      return learn(learner, {.checkpoint_every = checkpoints_.every}, control_,
                   [&](const Learner&) { save(learner); });
    }
    InnateState whole = learner.innate_state();
    int done = learner.done();
    return learn(learner, {.checkpoint_every = 1}, control_, [&](const Learner&) {
      const bool stopped = learner.done() == done;
      if (!stopped) {
        whole = learner.innate_state();
        done = learner.done();
      }
      if (stopped || (checkpoints_.every > 0 && done % checkpoints_.every == 0)) {
        checkpoints_.save(whole);
      }
    });
  }

  void test_trained(InnateLearner<Real>& learner) {
    const std::span<const Real> x = training_.network().x();
    learnt_x_.assign(x.begin(), x.end());
    try {
      test(true, experiment_.noisy_tests_after, experiment_.perturbed_tests_after);
    } catch (const Cancelled&) {
      save(learner);
      throw;
    }
    if (result_.cancelled) {
      save(learner);
    }
  }

  TrialStart next_start(bool noisy, bool perturbed) {
    return trial_start(experiment_, static_cast<Eigen::Index>(training_.network().units()),
                       trial_++, noisy, perturbed);
  }

  void record_innate() {
    for (std::size_t k = 0; k < trajectories(); ++k) {
      training_.record_innate(k, next_start(false, false));
      const auto& innate = training_.innate(k);
      const Eigen::Index kept =
          std::min(innate.rows(), static_cast<Eigen::Index>(experiment_.recorded_units));
      result_.innate.push_back(innate.topRows(kept).template cast<double>());
      result_.innate_output.push_back(
          (training_.network().readout() * innate).template cast<double>());
    }
  }

  void test(bool trained, int noisy, int perturbed) {
    for (int i = 0; i < noisy + perturbed; ++i) {
      for (std::size_t k = 0; k < trajectories(); ++k) {
        if (trained && control_.stop_requested()) {
          result_.cancelled = true;
          return;
        }
        const InnateTrial& trial = experiment_.trials[k];
        const bool disturbed = i >= noisy;
        TrialRecord record = record_trial(training_.runner(), trial, next_start(true, disturbed),
                                          experiment_.recorded_units);
        result_.tests.push_back({.trajectory = k,
                                 .trained = trained,
                                 .perturbed = disturbed,
                                 .correlation = window_correlation(record.output, trial),
                                 .path_rmse = path_rmse(record.output, trial),
                                 .output = std::move(record.output),
                                 .rates = std::move(record.rates)});
      }
    }
  }

  const InnateExperiment& experiment_;
  const RunControl& control_;
  const InnateCheckpoints& checkpoints_;
  bool abandons_;
  InnateTraining<Real> training_;
  InnateResult result_;
  std::vector<double> learnt_x_;  ///< at the end of training
  std::uint32_t trial_ = 0;
};

}  // namespace

bool InnateResult::loss_fell() const {
  constexpr double kFallen = 0.8;
  const std::vector<double>& loss = state.recurrent_loss;
  const auto third = static_cast<std::ptrdiff_t>((loss.size() + 2) / 3);
  return loss.size() > 1 && std::accumulate(loss.end() - third, loss.end(), 0.0) <
                                kFallen * std::accumulate(loss.begin(), loss.begin() + third, 0.0);
}

double InnateResult::mean_r2(bool trained, bool perturbed) const {
  double sum = 0.0;
  int count = 0;
  for (const InnateTest& test : tests) {
    if (test.trained == trained && test.perturbed == perturbed) {
      sum += test.r2();
      ++count;
    }
  }
  return count > 0 ? sum / count : 0.0;
}

InnateScores scores_of(std::span<const InnateTest> tests, std::size_t trajectory, bool trained,
                       bool perturbed) {
  InnateScores scores{.lowest_r2 = 1.0};
  for (const InnateTest& test : tests) {
    if (test.trajectory == trajectory && test.trained == trained && test.perturbed == perturbed) {
      ++scores.trials;
      scores.mean_r2 += test.r2();
      scores.lowest_r2 = std::min(scores.lowest_r2, test.r2());
      scores.path_rmse += test.path_rmse;
    }
  }
  if (scores.trials == 0) {
    return {};
  }
  scores.mean_r2 /= scores.trials;
  scores.path_rmse /= scores.trials;
  return scores;
}

int number_of_trials(const InnateExperiment& e) {
  return static_cast<int>(e.trials.size()) *
         (1 + e.noisy_tests_before + e.perturbed_tests_before + e.recurrent_trials +
          e.readout_trials + e.noisy_tests_after + e.perturbed_tests_after);
}

void validate(const InnateExperiment& e, const Reservoir& network) {
  const auto require = [](bool holds, const char* field, const auto& found, const char* required) {
    if (!holds) {
      throw InputError("innate training", field, fmt::format("{}", found), required);
    }
  };
  validate(network, "reservoir");
  require(!e.trials.empty(), "trajectories", 0, "must be at least 1");
  for (std::size_t k = 0; k < e.trials.size(); ++k) {
    validate(e.trials[k], network.inputs(), network.outputs(), fmt::format("trajectory {}", k));
  }
  require(std::isfinite(e.noise) && e.noise >= 0.0, "noise", e.noise, "must not be negative");
  require(std::isfinite(e.spike_noise) && e.spike_noise >= 0.0, "spike_noise", e.spike_noise,
          "must not be negative");
  const std::pair<const char*, int> counts[] = {
      {"recurrent_trials", e.recurrent_trials},
      {"readout_trials", e.readout_trials},
      {"noisy_tests_before", e.noisy_tests_before},
      {"perturbed_tests_before", e.perturbed_tests_before},
      {"noisy_tests_after", e.noisy_tests_after},
      {"perturbed_tests_after", e.perturbed_tests_after},
      {"recorded_units", e.recorded_units}};
  for (const auto& [field, count] : counts) {
    require(count >= 0, field, count, "must not be negative");
  }
  if (e.x0.size() > 0 && e.start_state != StartState::random) {
    throw InputError("innate training", "start_state", "given start states as well",
                     "must be random where x0 is given");
  }
  if (e.x0.size() > 0 &&
      (e.x0.rows() != number_of_trials(e) || e.x0.cols() != network.units() || !e.x0.allFinite())) {
    throw InputError(
        "innate training", "x0", fmt::format("{} x {}", e.x0.rows(), e.x0.cols()),
        fmt::format("must be finite, trials x N, {} x {}", number_of_trials(e), network.units()));
  }
  require_memory(e, training_bytes(e, network), "P and innate trajectories");
}

void require_memory(const ReservoirOptions& network, const InnateExperiment& e) {
  constexpr double kDenseMatrices = 3.0;  // as drawn, before and after training
  const double n = network.units;
  const double inputs = network.connection_probability * (n - 1.0);
  const double size = e.precision == Precision::single_precision ? sizeof(float) : sizeof(double);
  double numbers =
      network.plastic_fraction * n * inputs * (inputs + 1.0) / 2.0 + n * (n + 1.0) / 2.0;
  for (const InnateTrial& trial : e.trials) {
    numbers += n * trial.steps;
  }
  require_memory(e, size * numbers + kDenseMatrices * sizeof(double) * n * n,
                 "P, weights and innate trajectories");
}

Reservoir network_with(Reservoir start, const InnateState& state) {
  std::size_t synapses = 0;
  for (const auto& list : start.presynaptic) {
    synapses += list.size();
  }
  auto next = named_array(state.arrays, "W_rec", synapses).begin();
  for (std::size_t i = 0; i < start.presynaptic.size(); ++i) {
    for (const std::int32_t j : start.presynaptic[i]) {
      start.w(static_cast<Eigen::Index>(i), j) = *next++;
    }
  }
  const std::vector<double>& w_out =
      named_array(state.arrays, "W_out", static_cast<std::size_t>(start.w_out.size()));
  start.w_out =
      Eigen::Map<const Eigen::MatrixXd>(w_out.data(), start.w_out.rows(), start.w_out.cols());
  return start;
}

InnateResult run_innate(const Reservoir& network, const InnateExperiment& experiment,
                        const RunControl& control, const InnateCheckpoints& checkpoints,
                        const InnateState* resumed) {
  validate(experiment, network);
  if (experiment.precision == Precision::single_precision) {
    return ExperimentRun<float>(network, experiment, control, checkpoints).run(resumed);
  }
  return ExperimentRun<double>(network, experiment, control, checkpoints).run(resumed);
}

}  // namespace rheobase::rate
