// The tables of options against the structs and the published defaults.
#include <cmath>
#include <map>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "io/mat/mat_file.hpp"
#include "rate/learning/innate/innate_capacity.hpp"
#include "rate/learning/innate/innate_experiment.hpp"
#include "rate/learning/innate/lyapunov.hpp"
#include "rate/learning/innate/trial_measures.hpp"
#include "tests/max_abs.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

template <class Options>
std::map<std::string, std::string> values_of(const FieldTable<Options>& table,
                                             const Options& options) {
  std::map<std::string, std::string> values;
  for (const auto& field : table) {
    values[field.name] = value_text(field.get(options));
  }
  return values;
}

/// Every field takes another value and gives it back, alone.
template <class Options>
void check_table(const FieldTable<Options>& table) {
  for (const auto& field : table) {
    CAPTURE(field.name);
    const Options before{};
    Options options{};
    FieldValue other = field.get(before);
    if (auto* truth = std::get_if<bool>(&other)) {
      *truth = !*truth;
    } else if (auto* word = std::get_if<std::string>(&other)) {
      *word = field.words.back() == *word ? field.words.front() : field.words.back();
    } else if (auto* integer = std::get_if<std::int64_t>(&other)) {
      *integer += 1;
    } else {
      other = std::get<double>(other) == 0.5 ? 0.25 : 0.5;
    }
    CHECK(!value_fault(field, other).has_value());
    field.set(options, other);
    auto expected = values_of(table, before);
    CHECK(expected[field.name] != value_text(other));
    expected[field.name] = value_text(other);
    CHECK(values_of(table, options) == expected);
  }
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("the published capacity curve is that of the replication's data") {
    const io::MatFile file(std::string(RHEOBASE_TEST_DATA) + "/rls/published_timing_capacity.mat");
    const Eigen::VectorXd delays = file.vector("delay_ms", 10, "");
    const Eigen::MatrixXd r = file.matrix("pearson_r", 10, 10, "");
    const auto points = published_capacity();
    REQUIRE(points.size() == 10);
    for (std::size_t i = 0; i < 10; ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      const Eigen::ArrayXd r2 = r.row(row).transpose().array().square();
      CHECK(points[i].delay_ms == delays[row]);
      CHECK(std::abs(points[i].mean_r2 - r2.mean()) <= 5.1e-6);
      const double error = std::sqrt((r2 - r2.mean()).square().mean() / 10.0);
      CHECK(std::abs(points[i].standard_error - error) <= 5.1e-6);
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("every field of innate training reads and writes a member of its own") {
    check_table(reservoir_fields());
    check_table(rls_fields());
    check_table(update_schedule_fields());
    check_table(trial_clock_fields());
    check_table(timing_target_fields());
    check_table(innate_fields());
    CHECK(reservoir_fields().size() == 8);
    CHECK(trial_clock_fields().size() == 8);
    CHECK(timing_target_fields().size() == 4);
    CHECK(innate_fields().size() == 19);
  }

  TEST_CASE("defaults are those of the published programs") {
    const InnateSetup timing = timing_setup();
    check(timing.network, reservoir_fields(), "network");
    check(timing.experiment, innate_fields(), "experiment");
    const auto network = values_of(reservoir_fields(), timing.network);
    CHECK(network.at("units") == "800");
    CHECK(network.at("gain") == "1.8");
    CHECK(network.at("plastic_fraction") == "0.6");
    const auto options = values_of(innate_fields(), timing.experiment);
    CHECK(options.at("delta") == "1");
    CHECK(options.at("update_every") == "2");
    CHECK(options.at("noise") == "0.001");
    CHECK(options.at("recurrent_trials") == "30");
    CHECK(options.at("precision") == "single");
    CHECK(words_clock().cue_amplitude == 2.0);
    CHECK(words_clock().perturbation_amplitude == 0.2);
    CHECK(capacity_clock().relaxation_ms == 150.0);
    CHECK(CapacityOptions{}.setup.network.gain == 1.5);
  }

  TEST_CASE("a window of 0 is that of the target; a given one has to fit") {
    const TimingTarget target{.delay_ms = 700.0, .width_ms = 10.0, .baseline = 0.0, .peak = 2.0};
    const TrialClock open{.window_ms = 0.0};
    const InnateTrial trial = timing_setup(target, open).experiment.trials.front();
    CHECK(trial.window_steps() == 850);
    CHECK(trial.target.maxCoeff() <= 2.0);
    CHECK(trial.target.maxCoeff() > 1.98);
    CHECK(trial.target.minCoeff() == 0.0);
    CHECK_THROWS_WITH_AS(timing_setup(target, {.window_ms = 700.0}),
                         "timing: delay_ms: found 700; must lie inside the window of 700 ms",
                         InputError);
    const std::vector<Eigen::MatrixXd> paths{Eigen::MatrixXd::Ones(2, 30),
                                             Eigen::MatrixXd::Ones(2, 40)};
    const InnateSetup words = words_setup(paths, words_clock());
    CHECK(words.experiment.trials[1].window_steps() == 40);
    TrialClock fixed = words_clock();
    fixed.window_ms = 30.0;
    CHECK_THROWS_WITH_AS(words_setup(paths, fixed),
                         "trial: target: found 40 steps; must have the window's 30", InputError);
    CHECK(capacity_setup(target, capacity_clock()).experiment.trials.front().steps == 1250);
  }

  TEST_CASE("memory is checked before a network is drawn, with the size it takes") {
    InnateExperiment experiment;
    // 0.6 N inputs^2 / 2 + N^2 / 2 floats of P and three dense matrices: 3.5 TB for N = 65536.
    const ReservoirOptions huge{.units = 65536};
    experiment.memory_gb = 1000.0;
    CHECK_THROWS_WITH_AS(require_memory(huge, experiment),
                         doctest::Contains("P, weights and innate trajectories: found 3490 GB"),
                         InputError);
    experiment.memory_gb = 0.1;
    require_memory(ReservoirOptions{}, experiment);
    // The expectation agrees with what a drawn network needs, weights and padding apart.
    const InnateSetup setup = timing_setup();
    const Reservoir drawn = make_reservoir(setup.network, 1);
    const double needed =
        static_cast<double>(innate_memory_bytes<float>(drawn, setup.experiment.trials));
    InnateExperiment tight = setup.experiment;
    tight.memory_gb = (0.7 * needed + 24.0 * 640000.0) / 1e9;
    CHECK_THROWS_AS(require_memory(setup.network, tight), InputError);
    tight.memory_gb = (1.05 * needed + 24.0 * 640000.0) / 1e9;
    require_memory(setup.network, tight);
  }

  TEST_CASE("the network of a state has its weights where the synapses are") {
    InnateSetup setup = timing_setup(50.0, {.cue_start_ms = 10.0,
                                            .window_ms = 80.0,
                                            .relaxation_ms = 5.0,
                                            .perturbation_offset_ms = 30.0});
    setup.network.units = 40;
    setup.network.connection_probability = 0.3;
    setup.experiment.recurrent_trials = setup.experiment.readout_trials = 1;
    const Reservoir start = make_reservoir(setup.network, 2);
    const InnateResult result = run_innate(start, setup.experiment);
    const Reservoir now = network_with(start, result.state);
    CHECK(now.w == result.network.w);
    CHECK(now.w_out == result.network.w_out);
    CHECK(max_abs(now.w - start.w) > 1e-6);
    InnateState broken = result.state;
    broken.arrays[0].values.pop_back();
    CHECK_THROWS_AS(network_with(start, broken), InputError);
    // The innate output is that of the readout before training.
    REQUIRE(result.innate_output.size() == 1);
    CHECK(result.innate_output[0].cols() == setup.experiment.trials[0].steps);
    TrialStart quiet = drawn_start(40, 0.0, setup.experiment.seed, 0);
    const TrialRecord record = record_trial<float>(start, setup.experiment.trials[0], quiet, 0);
    CHECK(max_abs(record.output - result.innate_output[0]) <= 1e-5);
  }

  TEST_CASE("exponents before and after are those of the networks, on any number of threads") {
    InnateSetup setup = timing_setup(50.0, {.cue_start_ms = 10.0,
                                            .window_ms = 80.0,
                                            .relaxation_ms = 5.0,
                                            .perturbation_offset_ms = 30.0});
    setup.network.units = 30;
    setup.network.connection_probability = 0.4;
    const Reservoir before = make_reservoir(setup.network, 2);
    Reservoir after = before;
    after.w *= 0.1;
    setup.experiment.seed = 5;
    const TrainingExponents one = training_exponents(before, after, setup.experiment, 1);
    const TrainingExponents two = training_exponents(before, after, setup.experiment, 2);
    CHECK(one.free_before == free_lyapunov_exponent(before, {.seed = 5}));
    CHECK(one.free_after == free_lyapunov_exponent(after, {.seed = 5}));
    CHECK(one.free_after == two.free_after);
    CHECK(one.trial_before == two.trial_before);
    CHECK(one.trial_after == two.trial_after);
    CHECK(one.trial_after[0] < one.trial_before[0]);
    CHECK(one.free_after < 0.0);
  }
}
