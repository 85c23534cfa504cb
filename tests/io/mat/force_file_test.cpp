#include "io/mat/force_file.hpp"

#include <filesystem>
#include <limits>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "io/mat/attractor_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "io/mat/session_file.hpp"
#include "io/mat/targets_file.hpp"
#include "tests/fuzz/hostile_fields.hpp"
#include "tests/io/mat/fixtures.hpp"
#include "tests/rate/learning/force/golden_force.hpp"
#include "tests/rate/learning/force/golden_session.hpp"

namespace rheobase::io {

namespace {

std::string data(const std::string& name) {
  return std::string(RHEOBASE_TEST_DATA) + "/rls/" + name;
}

/// Two iterations of training on the golden start.
ForceFile trained_file() {
  const golden::ForceFile golden;
  ForceFile file;
  file.initial = golden.network().recurrent;
  file.task = golden.task();
  file.selectivity = rate::selectivity_before_cue(file.task.target, 350, 300);
  file.targets = "golden";
  file.options.iterations = 2;
  rate::ForceTraining training(golden.network(), file.task, file.options);
  training.iterate();
  training.iterate();
  file.network = training.network();
  file.pvar = training.pvar();
  file.learner = training.state();
  file.seed = file.options.seed = 7;
  file.command = "rheobase force train";
  return file;
}

/// The variables of a file with one number replaced; one that it lacks comes last.
MatFields with_number(const std::filesystem::path& path, const std::string& name, double value) {
  MatFields fields;
  const MatFile file(path);
  for (const MatArray& array : file.arrays()) {
    if (array.name == name) {
      fields.number(name, value);
    } else if (array.numeric()) {
      fields.matrix(array.name, file.matrix(array.name, "must be there"));
    } else if (array.class_name == "char") {
      fields.text(array.name, array.text);
    }
  }
  if (!file.has(name)) {
    fields.number(name, value);
  }
  return fields;
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("a session in its published form holds what its flat copy holds") {
    const rate::Session expected = golden::synthetic_session();
    const rate::Session session = read_session(data("SYNTHETIC_session_inagaki_form.mat"));
    CHECK(session.edges_s == expected.edges_s);
    CHECK(session.trials.response == expected.trials.response);
    CHECK(session.trials.stimulation == expected.trials.stimulation);
    CHECK(session.trials.sample_s == expected.trials.sample_s);
    CHECK(session.trials.delay_s == expected.trials.delay_s);
    CHECK(session.trials.cue_s == expected.trials.cue_s);
    REQUIRE(session.units.size() == 12);
    for (std::size_t unit = 0; unit < 12; ++unit) {
      CHECK(session.units[unit].spike_times_s == expected.units[unit].spike_times_s);
      CHECK(session.units[unit].spike_trial == expected.units[unit].spike_trial);
      CHECK(session.units[unit].first_trial == expected.units[unit].first_trial);
      CHECK(session.units[unit].last_trial == expected.units[unit].last_trial);
      CHECK(session.units[unit].spike_width_ms == expected.units[unit].spike_width_ms);
    }
    CHECK(session.units[0].name == "1 (channel 1)");
    CHECK(holds_session(data("SYNTHETIC_session_inagaki_form.mat")));
    CHECK_FALSE(holds_session(data("targets_plain.mat")));
  }

  TEST_CASE("a start in the golden form is the golden start") {
    const golden::ForceFile golden;
    const ForceStart start = read_force_start(data("force_small_n24.mat"));
    const rate::ForceTask expected = golden.task();
    CHECK(start.network.recurrent == golden.network().recurrent);
    CHECK(start.h0 == 10.0);
    CHECK(start.task.epochs.sample == 50);
    CHECK(start.task.epochs.delay == 150);
    CHECK(start.task.epochs.cue == 350);
    CHECK(start.task.epochs.steps == 600);
    for (const std::size_t side : {0U, 1U}) {
      CHECK(start.task.input[side] == expected.input[side]);
      CHECK(start.task.target[side] == expected.target[side]);
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("a session with trial types as text alone and the older name of the sample's start") {
    const rate::Session session = read_session(data("session_small.mat"));
    CHECK(session.trials.stimulation == std::vector<int>{0, 0, 0, 0, 1, 0});
    CHECK(session.trials.sample_s == std::vector<double>(6, 0.3));
    CHECK(session.units[1].name == "2 (channel 4)");
    CHECK(session.units[1].spike_times_s.size() == 48);
    const rate::SessionRates rates = session_rates(session);
    CHECK(rates.trials[0] == std::vector<int>{0, 2});
    CHECK(rates.trials[1] == std::vector<int>{1, 3});
    CHECK(rates.events.delay == 699);  // the first of two bins that are as near
  }

  TEST_CASE("sessions that cannot be used are refused with what is wrong") {
    CHECK_THROWS_WITH_AS(session_rates(read_session(data("session_no_left.mat"))),
                         doctest::Contains("left trials: found none"), InputError);
    CHECK_THROWS_WITH_AS(
        rate::session_targets(session_rates(read_session(data("session_silent_unit.mat"))), 100,
                              100),
        doctest::Contains("units 2 (channel 4)"), InputError);
    CHECK_THROWS_WITH_AS(read_session(data("session_no_delay.mat")),
                         doctest::Contains("field 'unit(1).Behavior.Delay_start': found nothing"),
                         InputError);
    CHECK_THROWS_WITH_AS(read_session(data("session_two_trial_lists.mat")),
                         doctest::Contains("unit(2).Behavior.Trial_types_of_response_vector"),
                         InputError);
    CHECK_THROWS_WITH_AS(read_session(data("targets_plain.mat")),
                         doctest::Contains("field 'unit': found nothing; must be an array"),
                         InputError);
  }

  TEST_CASE("plain targets: units x time x conditions with their epochs") {
    const PlainTargets plain = read_plain_targets(data("targets_plain.mat"));
    REQUIRE(plain.rate.size() == 2);
    CHECK(plain.rate[0].rows() == 8);
    CHECK(plain.rate[0].cols() == 400);
    CHECK(plain.rate[0](0, 0) == 20.0);
    CHECK(plain.rate[0](0, 399) > plain.rate[1](0, 399));
    REQUIRE(plain.epochs);
    CHECK(plain.epochs->cue == 350);
    CHECK(plain.epochs->steps == 400);
    CHECK_THROWS_WITH_AS(read_plain_targets(data("targets_nan.mat")),
                         doctest::Contains("nan at unit 3, time 11, condition 2"), InputError);
    CHECK_THROWS_WITH_AS(read_plain_targets(data("targets_one_condition.mat")),
                         doctest::Contains("found 8 x 400 x 1 double; must be units x time x"),
                         InputError);
  }

  TEST_CASE("a trained network comes back bit for bit, and is a rate network for any reader") {
    const test::TemporaryFolder folder;
    const std::filesystem::path path = folder / "force.mat";
    const ForceFile file = trained_file();
    write_force(path, file);
    const ForceFile back = read_force(path);
    CHECK(back.network.recurrent == file.network.recurrent);
    CHECK(back.network.tau_ms == 10.0);
    CHECK(back.network.step_ms == 1.0);
    CHECK(back.initial == file.initial);
    CHECK(back.task.epochs.cue == 350);
    for (const std::size_t side : {0U, 1U}) {
      CHECK(back.task.input[side] == file.task.input[side]);
      CHECK(back.task.target[side] == file.task.target[side]);
    }
    CHECK(back.selectivity == file.selectivity);
    CHECK(back.pvar == file.pvar);
    CHECK(back.options.iterations == 2);
    CHECK(back.seed == 7);
    CHECK(back.command == "rheobase force train");
    REQUIRE(back.learner);
    CHECK(back.learner->size() == file.learner->size());
    // Training goes on bit for bit.
    rate::ForceTraining here({file.initial}, file.task, file.options);
    rate::ForceTraining there({back.initial}, back.task, back.options);
    here.restore(*file.learner);
    there.restore(*back.learner);
    here.iterate();
    there.iterate();
    CHECK(here.network().recurrent == there.network().recurrent);
    CHECK(here.inverse_correlation() == there.inverse_correlation());
    const ModelFile model = read_model(path);
    CHECK(model.network.w == file.network.recurrent);
    CHECK(model.network.w_initial == file.initial);
    CHECK(model.network.transfer == "sigmoid");
    CHECK(model.network.inputs() == 24);
    CHECK(model.network.outputs() == 1);
  }

  TEST_CASE("files that are no FORCE networks, and starts that do not fit, are refused") {
    CHECK_THROWS_WITH_AS(read_force(data("targets_plain.mat")),
                         doctest::Contains("must be a network trained by FORCE"), InputError);
    CHECK_THROWS_WITH_AS(read_force_start(data("targets_plain.mat")),
                         doctest::Contains("field 'N'"), InputError);
  }

  TEST_CASE("a damaged network is refused by file and field") {
    const test::TemporaryFolder folder;
    const std::filesystem::path whole = folder / "whole.mat";
    const std::filesystem::path damaged = folder / "damaged.mat";
    write_force(whole, trained_file());
    const auto refused = [&](const MatFields& fields, const char* words) {
      CAPTURE(words);
      write_mat(damaged, fields, MatVersion::level5, whole);
      CHECK_THROWS_WITH_AS(read_force(damaged), doctest::Contains(words), InputError);
      CHECK_THROWS_WITH_AS(read_force(damaged), doctest::Contains(damaged.c_str()), InputError);
    };
    MatFields activation;
    activation.text("activation", "relu");
    refused(activation, "field 'activation': found relu; must be sigmoid");
    MatFields unknown;
    unknown.text("activation", "sigmoidal");
    refused(unknown, "field 'activation': found 'sigmoidal'");
    refused(with_number(whole, "step_ms", 20.0), "must not be shorter than the step");
    refused(with_number(whole, "force.threshold", std::numeric_limits<double>::quiet_NaN()),
            "threshold: found nan; must be finite");
    MatFields tau;
    tau.column("tau_ms", std::vector<double>(24, -1.0));
    refused(tau, "tau_ms");
  }

  TEST_CASE("no field of a network can be damaged without file and field in the message") {
    const test::TemporaryFolder folder;
    write_force(folder / "whole.mat", trained_file());
    int activations = 0;
    for (const test::HostileFile& copy : test::hostile_copies(MatFile(folder / "whole.mat"))) {
      CAPTURE(copy.change);
      try {
        parse_force(copy.file);
      } catch (const InputError& error) {
        CHECK(error.where() == "bad.mat");
        CHECK(!error.field().empty());
        activations += error.field() == "field 'activation'" ? 1 : 0;
      }
    }
    CHECK(activations == 3);  // empty, a word that is none, bytes that are no text
  }

  TEST_CASE("trials of the structured model come back as they were") {
    AttractorFile file;
    file.model = rate::published_attractor("two-hemispheres-step");
    file.options.trials = 6;
    file.levels = {0.0, 2.5};
    for (const double level : file.levels) {
      file.options.photoinhibition = level;
      file.trials.push_back(simulate_attractor(file.model, file.protocol, file.options));
    }
    const test::TemporaryFolder folder;
    const std::filesystem::path path = folder / "attractor.mat";
    write_attractor(path, file);
    const AttractorFile back = read_attractor(path);
    CHECK(back.levels == file.levels);
    CHECK(back.model.across == file.model.across);
    CHECK(back.protocol.go_ms == 4499.0);
    REQUIRE(back.trials.size() == 2);
    CHECK(back.trials[1].side == file.trials[1].side);
    CHECK(back.trials[1].correct == file.trials[1].correct);
    CHECK(back.trials[1].rate[5] == file.trials[1].rate[5]);
    CHECK(back.trials[1].smoothed_endpoint_rate == file.trials[1].smoothed_endpoint_rate);
    CHECK_THROWS_WITH_AS(read_attractor(data("targets_plain.mat")),
                         doctest::Contains("rheobase attractor simulate"), InputError);
  }
}

}  // namespace rheobase::io
