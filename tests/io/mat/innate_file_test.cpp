#include "io/mat/innate_file.hpp"

#include <limits>

#include <doctest/doctest.h>

#include "core/field_table.hpp"
#include "core/random.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/capacity_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "tests/fuzz/mutate.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::rate;
using namespace rheobase::test;

namespace {

/// A brief training of two trajectories with all kinds of trials.
InnateFile small_innate(Precision precision = Precision::single_precision) {
  InnateFile file;
  file.kind = "words";
  file.names = {"one", "two"};
  file.drawn_with = ReservoirOptions{
      .units = 40, .connection_probability = 0.3, .gain = 1.4, .inputs = 4, .outputs = 2};
  file.start = make_reservoir(*file.drawn_with, 3);
  const TrialClock clock{.cue_start_ms = 10.0,
                         .cue_ms = 20.0,
                         .window_ms = 60.0,
                         .relaxation_ms = 5.0,
                         .perturbation_offset_ms = 30.0};
  for (const int k : {0, 1}) {
    InnateTrial trial = make_trial(clock, 2 * k, 2 * k + 1, 2, 1.0);
    trial.target.row(0) = Eigen::RowVectorXd::LinSpaced(trial.steps, -1.0, 1.0 / 3.0 + k);
    file.experiment.trials.push_back(trial);
  }
  file.experiment.recurrent_trials = 2;
  file.experiment.readout_trials = 1;
  file.experiment.perturbed_tests_before = file.experiment.perturbed_tests_after = 1;
  file.experiment.recorded_units = 7;
  file.experiment.precision = precision;
  file.experiment.seed = 3;
  file.experiment.rule.rls.delta = 0.75;
  file.experiment.rule.schedule = {.every = 3, .random = true, .seed = 3};
  file.experiment.start_state = StartState::carry;
  file.result = run_innate(file.start, file.experiment);
  file.exponents =
      TrainingExponents{30.5, -1.25, Eigen::Vector2d(40.0, 41.0), Eigen::Vector2d(-3.0, 1.0 / 3.0)};
  file.command = "rheobase innate words -o w.mat";
  return file;
}

void check_same(const Reservoir& a, const Reservoir& b) {
  CHECK(a.w == b.w);
  CHECK(a.w_in == b.w_in);
  CHECK(a.w_out == b.w_out);
  CHECK(a.presynaptic == b.presynaptic);
  CHECK(a.plastic_units == b.plastic_units);
  CHECK(a.tau_ms == b.tau_ms);
  CHECK(a.step_ms == b.step_ms);
}

void check_same(const Pulse& a, const Pulse& b) {
  CHECK(a.channel == b.channel);
  CHECK(a.amplitude == b.amplitude);
  CHECK(a.start == b.start);
  CHECK(a.steps == b.steps);
}

void check_same(const InnateFile& a, const InnateFile& b, bool with_state) {
  CHECK(a.kind == b.kind);
  CHECK(a.names == b.names);
  CHECK(a.command == b.command);
  CHECK(a.drawn_with.value().gain == b.drawn_with.value().gain);
  check_same(a.start, b.start);
  check_same(a.result.network, b.result.network);
  for (const auto& field : innate_fields()) {
    CAPTURE(field.name);
    CHECK(value_text(field.get(a.experiment)) == value_text(field.get(b.experiment)));
  }
  CHECK(a.experiment.rule.schedule.seed == b.experiment.rule.schedule.seed);
  REQUIRE(a.experiment.trials.size() == b.experiment.trials.size());
  for (std::size_t k = 0; k < a.experiment.trials.size(); ++k) {
    const InnateTrial& x = a.experiment.trials[k];
    const InnateTrial& y = b.experiment.trials[k];
    check_same(x.cue, y.cue);
    check_same(x.perturbation, y.perturbation);
    CHECK(x.steps == y.steps);
    CHECK(x.window_start == y.window_start);
    CHECK(x.window_stop == y.window_stop);
    CHECK(x.target == y.target);
    CHECK(a.result.innate[k] == b.result.innate[k]);
    CHECK(a.result.innate_output[k] == b.result.innate_output[k]);
  }
  CHECK(a.result.state.recurrent_loss == b.result.state.recurrent_loss);
  CHECK(a.result.state.readout_loss == b.result.state.readout_loss);
  REQUIRE(a.result.tests.size() == b.result.tests.size());
  for (std::size_t k = 0; k < a.result.tests.size(); ++k) {
    const InnateTest& x = a.result.tests[k];
    const InnateTest& y = b.result.tests[k];
    CHECK(x.trajectory == y.trajectory);
    CHECK(x.trained == y.trained);
    CHECK(x.perturbed == y.perturbed);
    CHECK(x.correlation == y.correlation);
    CHECK(x.path_rmse == y.path_rmse);
    CHECK(x.output == y.output);
    CHECK(x.rates == y.rates);
  }
  CHECK(a.exponents.value().free_after == b.exponents.value().free_after);
  CHECK(a.exponents.value().trial_after == b.exponents.value().trial_after);
  if (with_state) {
    REQUIRE(a.result.state.arrays.size() == b.result.state.arrays.size());
    for (std::size_t i = 0; i < a.result.state.arrays.size(); ++i) {
      CHECK(a.result.state.arrays[i].name == b.result.state.arrays[i].name);
      CHECK(a.result.state.arrays[i].values == b.result.state.arrays[i].values);
    }
  } else {
    CHECK(b.result.state.arrays.empty());
  }
}

/// The variables of a file, to be written with one of them changed.
MatFields fields_of(const std::filesystem::path& path) {
  MatFields fields;
  const MatFile file(path);
  for (const MatArray& array : file.arrays()) {
    if (array.class_name == "char") {
      fields.text(array.name, array.text);
    } else if (array.class_name != "struct") {
      fields.matrix(array.name, file.matrix(array.name, ""));
    }
  }
  return fields;
}

std::string message_with(const MatFields& fields, const std::string& name,
                         const Eigen::MatrixXd& values) {
  MatFields changed = without(fields, name);
  changed.matrix(name, values);
  const std::vector<std::byte> bytes = bytes_of(changed, MatVersion::level5);
  return input_error_of([&] { parse_innate_file(bytes, "m.mat"); });
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a network of innate training comes back bit for bit, in both precisions") {
    for (const Precision precision : {Precision::single_precision, Precision::double_precision}) {
      const TemporaryFolder folder;
      const InnateFile file = small_innate(precision);
      write_innate_file(folder / "m.mat", file, false);
      check_same(file, read_innate_file(folder / "m.mat"), false);
      write_innate_file(folder / "m.mat", file, true);
      const InnateFile back = read_innate_file(folder / "m.mat");
      check_same(file, back, true);
      require_state(back, "m.mat");
    }
  }

  TEST_CASE("it is a rate network that every other command reads") {
    const TemporaryFolder folder;
    const InnateFile file = small_innate();
    write_innate_file(folder / "m.mat", file, true);
    CHECK(is_innate_file(folder / "m.mat"));
    const ModelFile model = read_model(folder / "m.mat");
    CHECK(model.network.w == file.result.network.w);
    CHECK(model.network.w_initial == file.start.w);
    CHECK(model.network.w_out == file.result.network.w_out);
    CHECK(model.network.transfer == "tanh");
    CHECK(model.network.step_ms == 1.0);
    CHECK(model.network.noise.factor == 0.001);
    CHECK(model.task == "innate-words");
    CHECK(model.provenance.trials == 6);
    CHECK(model.provenance.losses.size() == 6);
    CHECK(model.provenance.seed == 3U);
    write_model(folder / "other.mat", small_model_file());
    CHECK(!is_innate_file(folder / "other.mat"));
  }

  TEST_CASE("training resumed from a file makes the same bits as training in one go") {
    const TemporaryFolder folder;
    const InnateFile whole = small_innate();
    for (const int stop_after : {1, 5}) {
      CAPTURE(stop_after);
      InnateFile part = whole;
      int trials = 0;
      const RunControl control{{}, [&] { return trials++ == stop_after; }};
      const InnateCheckpoints checkpoints{0, [&](const InnateState& state) {
                                            part.result = {};
                                            part.result.state = state;
                                            part.result.network = network_with(part.start, state);
                                            part.exponents.reset();
                                            write_innate_file(folder / "c.mat", part, true);
                                          }};
      CHECK(run_innate(whole.start, whole.experiment, control, checkpoints).cancelled);
      const InnateFile checkpoint = read_innate_file(folder / "c.mat");
      CHECK(checkpoint.result.state.recurrent_done + checkpoint.result.state.readout_done ==
            stop_after);
      const InnateResult resumed =
          run_innate(checkpoint.start, checkpoint.experiment, {}, {}, &checkpoint.result.state);
      CHECK(resumed.network.w == whole.result.network.w);
      CHECK(resumed.network.w_out == whole.result.network.w_out);
      CHECK(resumed.state.recurrent_loss == whole.result.state.recurrent_loss);
      CHECK(resumed.state.readout_loss == whole.result.state.readout_loss);
      CHECK(resumed.state.arrays[2].values == whole.result.state.arrays[2].values);
      CHECK(resumed.tests.back().output == whole.result.tests.back().output);
    }
  }

  TEST_CASE("a file whose parts do not fit is refused in one line that names the field") {
    const TemporaryFolder folder;
    write_innate_file(folder / "m.mat", small_innate(), true);
    const MatFields fields = fields_of(folder / "m.mat");
    const auto constant = [](Eigen::Index rows, Eigen::Index columns, double value) {
      return Eigen::MatrixXd::Constant(rows, columns, value).eval();
    };
    CHECK(message_with(fields, "innate.version", constant(1, 1, 2.0)) ==
          "m.mat: field 'innate.version': found 2; must be 1, the version that this program reads");
    CHECK(message_with(fields, "innate.mask", constant(24, 39, 1.0)) ==
          "m.mat: field 'innate.mask': found 24 x 39 double; must be plastic units x N with N = "
          "40");
    CHECK(message_with(fields, "w", constant(40, 40, 0.5)) ==
          "m.mat: field 'w': found a weight where there was no synapse before training; must have "
          "the synapses of w0 and innate.mask");
    CHECK(message_with(fields, "innate_options.noise", constant(1, 1, -1.0)) ==
          "m.mat: field 'innate_options.noise': found -1; must be a number, 0 to 1000000");
    CHECK(message_with(fields, "innate_trial_1.window", Eigen::RowVector2d(31.0, 96.0)) ==
          "m.mat: field 'innate_trial_1.window': found 31 to 96; must be first and last step of "
          "the window, counted from 1, of the 95 of target");
    CHECK(message_with(fields, "innate_trial_2.cue", Eigen::RowVector4d(5.0, 1.0, 1.0, 2.0)) ==
          "m.mat: trajectory 1, cue channel: found 4; must be below 4, the input channels there "
          "are");
    CHECK(message_with(fields, "innate.recurrent_done", constant(1, 1, 5.0)) ==
          "m.mat: field 'innate.recurrent_done': found 5; must be at most 4, the trials there are");
    CHECK(message_with(fields, "innate.recurrent_loss", constant(1, 3, 1.0)) ==
          "m.mat: field 'innate.recurrent_loss': found 1 x 3 double; must have one loss for each "
          "of 4 trials done");
    const std::string p = message_with(fields, "learner_arrays.P_rec", constant(10, 1, 1.0));
    CHECK(p.starts_with("m.mat: field 'learner_arrays.P_rec': found 10 numbers; must have "));
    CHECK(message_with(fields, "innate_test_1.output",
                       constant(2, 95, std::numeric_limits<double>::quiet_NaN())) ==
          "m.mat: field 'innate_test_1.output': found a number that is not finite; must be finite");
    write_model(folder / "m.mat", small_model_file());
    CHECK(input_error_of([&] { parse_innate_file(read_bytes(folder / "m.mat"), "m.mat"); }) ==
          "m.mat: field 'innate': found a file without it; must be a network of innate training "
          "(rheobase innate timing or words)");
  }

  TEST_CASE("a model without P cannot be gone on with") {
    const TemporaryFolder folder;
    write_innate_file(folder / "m.mat", small_innate(), false);
    const InnateFile file = read_innate_file(folder / "m.mat");
    CHECK(input_error_of([&] { require_state(file, "m.mat"); }) ==
          "m.mat: field 'learner_state': found nothing; must hold P, as a checkpoint or a model "
          "saved with --keep-p does");
  }

  TEST_CASE("no damage to a network of innate training does more than a refusal") {
    const TemporaryFolder folder;
    write_innate_file(folder / "m.mat", small_innate(), true);
    const std::vector<std::byte> original = read_bytes(folder / "m.mat");
    int refused = 0;
    for (std::uint32_t i = 0; i < 60; ++i) {
      RandomStream random(21, i, Purpose::task);
      try {
        parse_innate_file(mutate(original, random), "mutant.mat");
      } catch (const InputError& error) {
        CHECK(std::string(error.what()).find('\n') == std::string::npos);
        ++refused;
      }
    }
    CHECK(refused > 6);
  }

  TEST_CASE("a cell of the capacity figure comes back, and only to the options that made it") {
    const TemporaryFolder folder;
    CapacityOptions options;
    options.setup.network.units = 60;
    const CapacityRow row{.delay_ms = 500.0,
                          .network = 2,
                          .seed = 4294967295U,
                          .correlation = -1.0 / 3.0,
                          .r2 = 1.0 / 9.0,
                          .first_loss = 0.1,
                          .last_loss = 1e-5,
                          .seconds = 1.5};
    write_capacity_row(folder / "c.mat", row, options);
    const std::vector<std::byte> bytes = read_bytes(folder / "c.mat");
    const CapacityRow back = parse_capacity_row(bytes, "c.mat", 500.0, 2, options);
    CHECK(back.seed == row.seed);
    CHECK(back.correlation == row.correlation);
    CHECK(back.r2 == row.r2);
    CHECK(back.last_loss == row.last_loss);
    CHECK(back.seconds == row.seconds);
    CapacityOptions other = options;
    other.setup.experiment.rule.threads = 5;  // without influence
    CHECK(parse_capacity_row(bytes, "c.mat", 500.0, 2, other).r2 == row.r2);
    other.setup.network.gain = 1.25;
    CHECK(input_error_of([&] { parse_capacity_row(bytes, "c.mat", 500.0, 2, other); }) ==
          "c.mat: field 'capacity_network.gain': found 1.5; must be 1.25 as now: the folder holds "
          "networks of other options, name another one");
    CHECK(input_error_of([&] { parse_capacity_row(bytes, "c.mat", 500.0, 3, options); }) ==
          "c.mat: field 'capacity.network': found 3; must be 4, as the name of the file says");
    CHECK(input_error_of([&] { parse_capacity_row(bytes, "c.mat", 250.0, 2, options); }) ==
          "c.mat: field 'capacity.delay_ms': found 500; must be 250, as the name of the file says");
  }
}
