#include "mapping/comparison/compare.hpp"

#include <cmath>
#include <numeric>
#include <set>

#include <doctest/doctest.h>

#include "core/analysis/response_times.hpp"
#include "core/error.hpp"
#include "mapping/comparison/internal/compare_sums.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "mapping/conversion/network_fingerprint.hpp"
#include "mapping/conversion/scaling_search.hpp"
#include "rate/dynamics/run.hpp"
#include "rate/learning/evaluate.hpp"
#include "rate/tasks/recorded_task.hpp"
#include "tests/max_abs.hpp"
#include "tests/reference.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;

namespace {

CompareOptions options_for(double scaling_factor, int trials) {
  CompareOptions options;
  options.scaling_factor = scaling_factor;
  options.trials = trials;
  options.threads = 2;
  return options;
}

const Comparison& go_nogo() {
  static const Comparison comparison =
      compare(reference::network("go-nogo_N200_s1"), Task("go-nogo"), options_for(45.0, 30));
  return comparison;
}

/// The rate network's trials in both places.
Comparison with_itself(const RateNetwork& model, const Task& task, int trials) {
  ComparisonLayout layout;
  layout.conditions = task.conditions();
  layout.unit_type = unit_types(model);
  layout.tau_ms = model.tau_ms / 5.0;
  layout.grid = comparison_grid(task, 200.0);
  layout.trials = trials;
  ComparisonSums sums(layout);
  for (int k = 0; k < trials; ++k) {
    const auto number = static_cast<std::uint32_t>(k);
    const Trial trial = task.random_trial(1, number, Purpose::evaluation_task);
    const RateRun run = run_rate(model, trial.input, {.trial = number});
    PairedTrial pair;
    pair.condition = trial.condition;
    pair.rate.activity = run.r.rightCols(layout.grid.samples.samples);
    pair.rate.output = run.output.row(0);
    pair.rate.correct = task.rate_correct(trial, run.output);
    measure(pair.rate, trial.target.row(0), layout.grid);
    pair.spiking = pair.rate;
    for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
      CorrelationSums sums_of_unit;
      const Eigen::ArrayXd activity = pair.rate.activity.row(unit).transpose();
      sums_of_unit.add(activity, activity);
      pair.correlation.push_back(sums_of_unit);
    }
    pair.intervals.resize(static_cast<std::size_t>(model.units()));
    pair.spiking_hz = pair.rate.activity.rightCols(layout.grid.analysed()).rowwise().mean();
    sums.add(std::move(pair));
  }
  return sums.result();
}

/// A Go-NoGo trial's first columns, nothing coming in at their end.
Trial first_columns(int condition, Eigen::Index columns) {
  Trial trial = Task("go-nogo").trial_of(condition, 1, 0, Purpose::evaluation_task);
  trial.input.conservativeResize(Eigen::NoChange, columns);
  trial.target.conservativeResize(Eigen::NoChange, columns);
  trial.condition = 0;
  return trial;
}

}  // namespace

TEST_SUITE("unit") {
  // The short one is trial 1 of both files, alone in the second, filled up in the first.
  TEST_CASE("what a trial was filled up with is in no measure") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    const Trial short_one = first_columns(0, 120);
    Trial long_one = first_columns(1, 200);
    RecordedTrials both{{long_one, short_one}, {"long", "short"}};
    both.trials[0].condition = 0;
    both.trials[1].condition = 1;
    make_equally_long(both.trials);
    REQUIRE(both.trials[1].input.cols() == 200);
    const Task filled_up = recorded_task(both, {{kBalanced, 1.0}});
    const Task alone = recorded_task({{short_one}, {"short"}}, {});
    CompareOptions options = options_for(45.0, 2);
    const Comparison in_both = compare(model, filled_up, options);
    options.simulation.trial = 1;
    options.trials = 1;
    const Comparison by_itself = compare(model, alone, options);
    const ConditionComparison& found = in_both.conditions[1];
    const ConditionComparison& expected = by_itself.all;
    REQUIRE(found.trials == 1);
    CHECK(*found.output_rmse == *expected.output_rmse);
    CHECK(found.output_correlation == expected.output_correlation);
    CHECK(found.mean_activity.value() == near(expected.mean_activity.value(), 1e-12));
    CHECK(found.mean_rate_hz.value() == near(expected.mean_rate_hz.value(), 1e-12));
    CHECK(found.mean_rate_hz.value() > 1.0);
    CHECK(found.rate_correlation == expected.rate_correlation);
    CHECK(found.rate_synchrony == expected.rate_synchrony);
    CHECK(found.spiking_synchrony == expected.spiking_synchrony);
    CHECK(found.onset.trials == expected.onset.trials);
    CHECK(in_both.traces.rate_average[1].leftCols(119) == by_itself.traces.rate_average[0]);
    CHECK(in_both.traces.rate_average[1].rightCols(80).array().isNaN().all());
    CHECK(in_both.traces.spiking_output.row(1).rightCols(80).array().isNaN().all());
    CHECK(in_both.traces.rate_trajectory[1].cols() == in_both.traces.rate_trajectory[0].cols());
    // Of all trials: by their time.
    const double time[] = {200.0 * 5.0 - 200.0, 120.0 * 5.0 - 200.0};
    const double weighted =
        (time[0] * *in_both.conditions[0].mean_rate_hz + time[1] * *found.mean_rate_hz) /
        (time[0] + time[1]);
    CHECK(*in_both.all.mean_rate_hz == near(weighted, 1e-12));
    CHECK(in_both.units.spiking_hz.mean() == near(weighted, 1e-12));
    CHECK(in_both.units.rate_activity.mean() == near(*in_both.all.mean_activity, 1e-9));
  }

  TEST_CASE("evaluations run trials without padding: answers stay, mean rates are of their time") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    const spiking::SpikingModel spiking = map_to_spiking(model, 45.0);
    RecordedTrials recorded{{first_columns(0, 200), first_columns(0, 110)}, {"one"}};
    make_equally_long(recorded.trials);
    const Task task = recorded_task(recorded, {});
    SimulationOptions options;
    const SpikingEvaluation evaluation = evaluate_spiking(spiking, task, 2, options);
    double spikes = 0.0;
    double seconds = 0.0;
    for (std::uint32_t k = 0; k < 2; ++k) {
      const Trial trial = task.random_trial(options.seed, k, Purpose::evaluation_task);
      const SimulationResult run = simulate_evaluation_trial(spiking, trial, options, k);
      CHECK(run.duration_ms == near(5.0 * static_cast<double>(own_columns(trial)), 1e-12));
      CHECK(evaluation.steps[k] == own_columns(trial));
      spikes += run.spike_count.sum();
      seconds += run.duration_ms / 1000.0;
      // The same answer as on the whole of it.
      Trial whole = trial;
      whole.length = 0;
      CHECK(is_correct(task, trial, run) ==
            is_correct(task, trial, simulate_evaluation_trial(spiking, whole, options, k)));
    }
    CHECK(evaluation.mean_rate_hz.mean() == near(spikes / (200.0 * seconds), 1e-12));
  }

  TEST_CASE("a network compared with itself differs in nothing") {
    const Comparison same = with_itself(reference::network("xor_N200_s4"), Task("xor"), 12);
    CHECK(same.all.output_rmse == 0.0);
    CHECK(*same.all.output_correlation == near(1.0, 1e-12));
    CHECK(*same.all.rate_correlation == near(1.0, 1e-12));
    CHECK(same.all.paired.p_value == 1.0);
    CHECK(same.all.rate_accuracy.value == same.all.spiking_accuracy.value);
    CHECK(same.all.onset.trials == 12);
    CHECK(same.all.onset.mean_ms == 0.0);
    CHECK(same.all.peak.sd_ms == 0.0);
    CHECK(*same.all.rate_synchrony == *same.all.spiking_synchrony);
    CHECK(same.subspaces.angles_deg.maxCoeff() < 1e-6);
    CHECK(same.subspaces.rate_explained == same.subspaces.spiking_explained);
    for (Eigen::Index unit = 0; unit < 200; ++unit) {
      CHECK(same.units.correlation[unit] == near(1.0, 1e-12));
      CHECK(same.units.trial_correlation[unit] == near(1.0, 1e-12));
    }
    for (const TypeComparison& type : same.types) {
      CHECK(type.rate_hz.median == near(type.spiking_hz.median, 1e-12));
    }
  }

  TEST_CASE("the result does not depend on the number of threads") {
    CompareOptions options = options_for(45.0, 20);
    options.threads = 1;
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    const Comparison one = compare(model, Task("go-nogo"), options);
    options.threads = 2;
    const Comparison two = compare(model, Task("go-nogo"), options);
    CHECK(one.all.output_rmse == two.all.output_rmse);
    CHECK(one.all.rate_correlation == two.all.rate_correlation);
    CHECK(one.all.mean_rate_hz == two.all.mean_rate_hz);
    CHECK(one.all.spiking_synchrony == two.all.spiking_synchrony);
    CHECK(one.all.onset.mean_ms == two.all.onset.mean_ms);
    CHECK(one.units.trial_correlation.isApprox(two.units.trial_correlation, 0.0));
    CHECK(one.subspaces.angles_deg == two.subspaces.angles_deg);
    CHECK(one.traces.spiking_output == two.traces.spiking_output);
    CHECK(one.traces.spiking_average[0] == two.traces.spiking_average[0]);
    REQUIRE(one.traces.spikes.size() == two.traces.spikes.size());
    CHECK(one.traces.spikes.back().time_ms == two.traces.spikes.back().time_ms);
  }

  TEST_CASE("the rate network has its own noise, as in an evaluation") {
    for (const double noise : {0.0, 0.6}) {
      CAPTURE(noise);
      RateNetwork model = reference::network("go-nogo_N200_s1");
      model.noise.factor = noise;
      CompareOptions options = options_for(45.0, 3);
      const Comparison own = compare(model, Task("go-nogo"), options);
      CHECK(own.options.rate_noise == noise);
      const RateEvaluation evaluation = evaluate_rate(model, Task("go-nogo"), {.trials = 3});
      // Single precision against double: far below what another noise does.
      CHECK(max_abs(own.traces.rate_output - evaluation.outputs) < 1e-3);
      options.rate_noise = 0.1;
      const Comparison other = compare(model, Task("go-nogo"), options);
      CHECK(max_abs(other.traces.rate_output - evaluation.outputs) > 1e-2);
    }
  }

  TEST_CASE("rates below 0 are predicted as what the spiking network represents") {
    UnitComparison units;
    units.type = {UnitType::mixed, UnitType::mixed};
    units.rate_activity = Eigen::Vector2d(-1.0, 0.5);
    units.spiking_hz = Eigen::Vector2d(0.0, 30.0);
    units.correlation = units.isi_cv = units.isi_cv2 = Eigen::Vector2d(NAN, NAN);
    const TypeComparison of_signed = compare_types(units, 40.0, true).at(0);
    CHECK(of_signed.rate_hz.minimum == 0.0);
    CHECK(of_signed.rate_hz.maximum == near(30.0, 1e-15));
    CHECK(compare_types(units, 40.0, false).at(0).rate_hz.maximum == near(20.0, 1e-15));
  }

  TEST_CASE("both networks get the trials of the evaluation") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    const Comparison& comparison = go_nogo();
    const RateEvaluation rate = evaluate_rate(model, Task("go-nogo"), {.trials = 30});
    SimulationOptions simulation;
    simulation.output_period_ms = 0.5;
    const SpikingEvaluation spiking =
        evaluate_spiking(map_to_spiking(model, 45.0), Task("go-nogo"), 30, simulation);
    CHECK(comparison.traces.conditions == rate.conditions);
    CHECK(comparison.traces.rate_correct == rate.correct);
    CHECK(comparison.traces.spiking_correct == spiking.correct);
    CHECK(comparison.all.spiking_accuracy.successes == spiking.accuracy.successes);
    // evaluate_rate runs in single precision.
    CHECK(max_abs(comparison.traces.rate_output - rate.outputs) < 1e-3);
  }

  TEST_CASE("conditions add up to all trials") {
    const Comparison& comparison = go_nogo();
    REQUIRE(comparison.conditions.size() == 2);
    const ConditionComparison& go = comparison.conditions[0];
    const ConditionComparison& nogo = comparison.conditions[1];
    CHECK(go.name == "go");
    CHECK(go.trials + nogo.trials == 30);
    CHECK(go.paired.both + nogo.paired.both == comparison.all.paired.both);
    CHECK(go.spiking_accuracy.successes + nogo.spiking_accuracy.successes ==
          comparison.all.spiking_accuracy.successes);
    const double squares = go.trials * *go.output_rmse * *go.output_rmse +
                           nogo.trials * *nogo.output_rmse * *nogo.output_rmse;
    CHECK(*comparison.all.output_rmse == near(std::sqrt(squares / 30.0), 1e-12));
    CHECK(*comparison.all.mean_rate_hz ==
          near((go.trials * *go.mean_rate_hz + nogo.trials * *nogo.mean_rate_hz) / 30.0, 1e-12));
    // A target of 0 has no onset.
    CHECK(nogo.onset.trials == 0);
    CHECK(nogo.peak.trials == 0);
    CHECK(go.peak.trials == go.trials);
  }

  TEST_CASE("onset and peak are those of the outputs at the rate network's steps") {
    const Comparison& comparison = go_nogo();
    const Task task("go-nogo");
    std::vector<double> onsets;
    std::vector<double> peaks;
    for (Eigen::Index k = 0; k < 30; ++k) {
      const Trial trial =
          task.random_trial(1, static_cast<std::uint32_t>(k), Purpose::evaluation_task);
      const double target = trial.target.maxCoeff();
      if (target == 0.0) {
        continue;
      }
      const auto of = [&](const Eigen::MatrixXd& outputs) {
        return SampledSignal{5.0, 5.0, outputs.row(k)};
      };
      const SampledSignal rate = of(comparison.traces.rate_output);
      const SampledSignal spiking = of(comparison.traces.spiking_output);
      const double from_ms = comparison_grid(task, 200.0).response_from_ms;
      const auto rate_onset = onset_time_ms(rate, from_ms, 0.5 * target);
      const auto spiking_onset = onset_time_ms(spiking, from_ms, 0.5 * target);
      if (rate_onset && spiking_onset) {
        onsets.push_back(*spiking_onset - *rate_onset);
      }
      peaks.push_back(peak_of(spiking, from_ms)->time_ms - peak_of(rate, from_ms)->time_ms);
    }
    REQUIRE(onsets.size() > 5);
    const auto mean = [](const std::vector<double>& values) {
      return std::accumulate(values.begin(), values.end(), 0.0) /
             static_cast<double>(values.size());
    };
    CHECK(comparison.all.onset.trials == static_cast<int>(onsets.size()));
    CHECK(comparison.all.onset.mean_ms == near(mean(onsets), 1e-9));
    CHECK(comparison.all.peak.trials == static_cast<int>(peaks.size()));
    CHECK(comparison.all.peak.mean_ms == near(mean(peaks), 1e-9));
  }

  TEST_CASE("averages, trajectories and examples belong to the trials") {
    const Comparison& comparison = go_nogo();
    const ComparisonTraces& traces = comparison.traces;
    CHECK(traces.step_ms == 5.0);
    CHECK(traces.rate_output.cols() == 199);
    REQUIRE(traces.rate_average.size() == 2);
    // The readout of the averages is the average of the outputs.
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    Eigen::VectorXd mean = Eigen::VectorXd::Zero(199);
    for (Eigen::Index k = 0; k < 30; ++k) {
      if (traces.conditions[static_cast<std::size_t>(k)] == 0) {
        mean += traces.rate_output.row(k).transpose() / comparison.conditions[0].trials;
      }
    }
    const Eigen::VectorXd readout =
        (model.w_out * traces.rate_average[0]).transpose().array() + model.b_out[0];
    CHECK(readout.isApprox(mean, 1e-10));
    CHECK(traces.rate_trajectory[0].rows() == 3);
    CHECK(traces.rate_trajectory[0].cols() == 160);
    std::multiset<int> examples;
    for (const TrialSpikes& spikes : traces.spikes) {
      examples.insert(traces.conditions[static_cast<std::size_t>(spikes.trial)]);
      CHECK(spikes.unit.size() == spikes.time_ms.size());
    }
    CHECK(examples == std::multiset<int>{0, 0, 0, 1, 1, 1});
  }

  TEST_CASE("any trial of a comparison can be replayed alone") {
    CompareOptions options = options_for(45.0, 1);
    options.simulation.trial = 7;
    const Comparison alone =
        compare(reference::network("go-nogo_N200_s1"), Task("go-nogo"), options);
    CHECK(alone.traces.rate_output.row(0) == go_nogo().traces.rate_output.row(7));
    CHECK(alone.traces.spiking_output.row(0) == go_nogo().traces.spiking_output.row(7));
    CHECK(alone.traces.conditions[0] == go_nogo().traces.conditions[7]);
    // The other condition has no trials and no figures.
    const std::size_t other = alone.traces.conditions[0] == 0 ? 1 : 0;
    CHECK(alone.conditions[other].trials == 0);
    CHECK_FALSE(alone.conditions[other].output_rmse.has_value());
    CHECK(alone.traces.rate_average[other].size() == 0);
  }

  TEST_CASE("a scaling factor must be given") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    CHECK_THROWS_AS(compare(model, Task("go-nogo"), options_for(0.0, 1)), InputError);
  }

  TEST_CASE("options that make no sense are refused") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    const auto refused = [&](auto change) {
      CompareOptions options = options_for(45.0, 1);
      change(options);
      CHECK_THROWS_AS(compare(model, Task("go-nogo"), options), InputError);
    };
    refused([](CompareOptions& o) { o.trials = 0; });
    refused([](CompareOptions& o) { o.scaling_factor = -1.0; });
    refused([](CompareOptions& o) { o.components = 0; });
    refused([](CompareOptions& o) { o.components = 201; });
    refused([](CompareOptions& o) { o.example_trials = -1; });
    refused([](CompareOptions& o) { o.rate_noise = -0.1; });
    refused([](CompareOptions& o) { o.analysis_start_ms = -1.0; });
    refused([](CompareOptions& o) { o.analysis_start_ms = 995.0; });
    refused([](CompareOptions& o) { o.analysis_start_ms = NAN; });
    refused([](CompareOptions& o) { o.simulation.engine = "none"; });
    CHECK_THROWS_AS(compare(model, Task("xor"), options_for(45.0, 1)), InputError);
  }

  TEST_CASE("a comparison that is asked to stop says so") {
    int reports = 0;
    RunControl control;
    control.report = [&](const Progress&) { ++reports; };
    control.cancelled = [&] { return reports >= 1; };
    CHECK_THROWS_AS(compare(reference::network("go-nogo_N200_s1"), Task("go-nogo"),
                            options_for(45.0, 40), control),
                    Cancelled);
    CHECK(reports == 1);
  }

  TEST_CASE("the fingerprint depends on everything a run depends on, and on nothing else") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    const std::string print = network_fingerprint(model);
    CHECK(print.size() == 16);
    const auto changed = [&](auto change) {
      RateNetwork other = model;
      change(other);
      return network_fingerprint(other) != print;
    };
    const auto connection = [](RateNetwork& m) -> double& {
      Eigen::Index row = 0;
      Eigen::Index column = 0;
      m.w.maxCoeff(&row, &column);
      return m.w(row, column);
    };
    CHECK(changed([&](RateNetwork& m) { connection(m) *= 1.0 + 1e-15; }));
    CHECK(changed([](RateNetwork& m) { m.w_in(3, 0) += 1e-9; }));
    CHECK(changed([](RateNetwork& m) { m.w_out(0, 0) += 1e-9; }));
    CHECK(changed([](RateNetwork& m) { m.b_out[0] += 1e-9; }));
    CHECK(changed([](RateNetwork& m) { m.tau_ms[5] += 1e-9; }));
    CHECK(changed([](RateNetwork& m) { m.transfer = "softplus"; }));
    CHECK(changed([](RateNetwork& m) { m.bias[2] = 1e-9; }));
    CHECK(changed([](RateNetwork& m) { m.step_ms = 1.0; }));
    CHECK_FALSE(changed([](RateNetwork& m) { m.w_initial.setZero(); }));
    CHECK_FALSE(changed([](RateNetwork& m) { m.unit_type.clear(); }));
    CHECK_FALSE(changed([](RateNetwork& m) { m.noise.factor = 0.0; }));
  }

  TEST_CASE("types are those of the model's masks") {
    DaleModel model = reference::model("go-nogo_N200_s1");
    model.som_units = 5;
    const std::vector<UnitType> types = unit_types(network_of(model));
    int som = 0;
    bool seen_other = false;
    for (std::size_t unit = 0; unit < types.size(); ++unit) {
      CHECK((types[unit] == UnitType::excitatory) == !model.inhibitory[unit]);
      som += types[unit] == UnitType::som ? 1 : 0;
      seen_other = seen_other || types[unit] == UnitType::inhibitory;
      CHECK_FALSE((types[unit] == UnitType::som && seen_other));
    }
    CHECK(som == 5);
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("rates from the spikes are the rates the engine's own readout filters") {
    for (const SynapseKind kind :
         {SynapseKind::double_exponential, SynapseKind::single_exponential}) {
      TransferOptions transfer;
      transfer.synapse = kind;
      const SpikingModel model =
          map_to_spiking(reference::network("go-nogo_N200_s1"), 45.0, transfer);
      SimulationOptions options;
      options.record.spikes = true;
      options.record.rate = true;
      options.output_period_ms = 5.0;
      const Trial trial = Task("go-nogo").trial_of(0, 1, 0, Purpose::evaluation_task);
      const SimulationResult run = simulate_evaluation_trial(model, trial, options, 0);
      std::vector<RateKernel> kernels;
      for (const double decay : model.synapse.decay_ms) {
        kernels.push_back({kind == SynapseKind::double_exponential ? KernelShape::double_exponential
                                                                   : KernelShape::exponential,
                           decay, model.synapse.rise_ms});
      }
      const Eigen::MatrixXd rates = firing_rates({run.spike_unit, run.spike_time_ms}, 200,
                                                 {5.0, 5.0, run.rate.cols()}, kernels);
      CHECK(max_abs(rates - run.rate) < 1e-9);
    }
  }

  TEST_CASE("without a settling time the output RMSE is the scaling search's distance") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    ScalingSearchOptions search;
    search.scaling_factors = {45.0};
    search.extend = false;
    search.trials = 8;
    CompareOptions options = options_for(45.0, 8);
    options.simulation.trial = kSearchTrials;
    options.analysis_start_ms = 0.0;
    const Comparison comparison = compare(model, Task("go-nogo"), options);
    const ScalingSearchResult result = search_scaling(model, Task("go-nogo"), search);
    CHECK(*comparison.all.output_rmse == near(result.points[0].output_rmse, 1e-4));
    CHECK(comparison.traces.spiking_correct == result.points[0].correct);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("the spiking network does what the rate network does") {
    const Comparison& comparison = go_nogo();
    CHECK(*comparison.all.rate_correlation > 0.9);
    CHECK(*comparison.all.output_correlation > 0.8);
    // s r predicts the mean firing rates of every type.
    for (const TypeComparison& type : comparison.types) {
      CHECK(type.spiking_hz.mean == near(type.rate_hz.mean, 0.15));
    }
    CHECK(comparison.subspaces.rate_explained.head(3).sum() > 0.95);
    CHECK(comparison.subspaces.angles_deg[0] < 25.0);
  }

  TEST_CASE("a wrong scaling factor, or weights from before the training, are told apart") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    CompareOptions options = options_for(45.0, 16);
    options.transfer.use_initial_weights = true;
    const Comparison untrained = compare(model, Task("go-nogo"), options);
    CHECK(untrained.all.paired.p_value < 0.05);
    CHECK(*untrained.all.output_rmse > *go_nogo().all.output_rmse);
  }
}
