#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "io/exchange/exporter.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/checkpoint_file.hpp"
#include "io/mat/internal/matio_writer.hpp"
#include "io/mat/run_file.hpp"
#include "io/mat/trials_file.hpp"
#include "rate/models/initialise.hpp"
#include "tests/fuzz/hostile_fields.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

RunFile good_run() {
  RunFile run;
  SimulationResult& result = run.result;
  result.spike_unit = {2, 0, 2};
  result.spike_time_ms = {0.25, 4.0, 9.5};
  result.spike_count = Eigen::VectorXi{{1, 0, 2}};
  result.output = {0.5, 0.5, Eigen::VectorXd::LinSpaced(20, 0.0, 1.9)};
  result.voltage = Eigen::MatrixXd::Constant(2, 40, -60.0);
  result.voltage_step_ms = 0.25;
  result.rate = Eigen::MatrixXd::Ones(3, 20);
  result.input = Eigen::MatrixXd::Ones(3, 20);
  result.duration_ms = 10.0;
  result.dt_ms = 0.25;
  result.engine = "clock";
  run.description.scaling_factor = 45.0;
  run.description.unit_type = {0, 1, 2};
  run.description.simulation.record.voltage_units = {0, 2};
  run.description.simulation.stimulation = Stimulation{StimulationMode::inhibit, {1, 2}, 2.0, 5.0};
  return run;
}

/// The message of a run that was changed, written and read again.
std::string refusal_of_run(const std::function<void(RunFile&)>& change) {
  const TemporaryFolder folder;
  RunFile run = good_run();
  change(run);
  write_run(folder / "run.mat", run.result, run.description);
  const std::string where = (folder / "run.mat").string();
  const std::string message = input_error_of([&] { read_run(where); });
  return message.starts_with(where + ": ") ? message.substr(where.size() + 2) : message;
}

NetworkOptions small_network() {
  NetworkOptions options;
  options.units = 5;
  options.som_units = 0;
  return options;
}

/// Four trials of a small network, as training hands them out.
Checkpoint good_checkpoint() {
  Checkpoint checkpoint;
  checkpoint.task = "go-nogo";
  checkpoint.options.max_trials = 8;
  checkpoint.options.batch = 2;
  checkpoint.options.evaluate_every = 2;
  checkpoint.options.evaluation_trials = 2;
  checkpoint.options.checkpoint_every = 4;
  const DaleModel model = make_dale_model(small_network(), 1, 3);
  const Task task("go-nogo");
  train(initial_state(model, checkpoint.options), task, checkpoint.options, {},
        [&](const TrainingState& state) {
          if (state.trials_done == 4) {
            checkpoint.state = state;
          }
        });
  REQUIRE(checkpoint.state.trials_done == 4);
  return checkpoint;
}

std::string refusal_of_checkpoint(const std::function<void(Checkpoint&)>& change) {
  const TemporaryFolder folder;
  Checkpoint checkpoint = good_checkpoint();
  change(checkpoint);
  write_checkpoint(folder / "c.mat", checkpoint);
  const std::string where = (folder / "c.mat").string();
  const std::string message = input_error_of([&] { read_checkpoint(where); });
  return message.starts_with(where + ": ") ? message.substr(where.size() + 2) : message;
}

/// Reads every hostile copy: the reader refuses it in one line with the file's name, or what it
/// gives can be worked with.
template <class Use>
void check_hostile(const MatFile& good, int least_refused, const Use& use) {
  int refused = 0;
  for (const HostileFile& copy : hostile_copies(good)) {
    CAPTURE(copy.change);
    try {
      use(copy.file);
    } catch (const InputError& error) {
      const std::string message = error.what();
      CAPTURE(message);
      CHECK(message.starts_with("bad.mat"));
      CHECK(message.find('\n') == std::string::npos);
      ++refused;
    }
  }
  CHECK(refused >= least_refused);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a run whose parts fit each other is read") {
    CHECK(refusal_of_run([](RunFile&) {}) == "no exception");
  }

  TEST_CASE("a spike of a unit that the run does not have is refused") {
    for (const int beyond : {3, 22, 999999}) {
      const std::string message =
          refusal_of_run([&](RunFile& run) { run.result.spike_unit[1] = beyond; });
      CHECK(message == "field 'spike_unit': found unit " + std::to_string(beyond + 1) +
                           "; must be within 1 ... 3, the units of spike_count");
    }
  }

  TEST_CASE("runs whose parts do not fit each other are refused with the field's name") {
    const auto field = [](const std::function<void(RunFile&)>& change) {
      const std::string message = refusal_of_run(change);
      CAPTURE(message);
      CHECK(message.starts_with("field '"));
      return message.substr(7, message.find('\'', 7) - 7);
    };
    const auto result = [&](auto change) {
      return field([&](RunFile& run) { change(run.result); });
    };
    for (const double time : {kNaN, -1.0, 10.5, 1e300}) {
      CHECK(result([&](auto& r) { r.spike_time_ms[2] = time; }) == "spike_time_ms");
    }
    CHECK(result([](auto& r) { std::swap(r.spike_time_ms[0], r.spike_time_ms[1]); }) ==
          "spike_time_ms");
    CHECK(result([](auto& r) { r.spike_count[1] = 1; }) == "spike_count");
    CHECK(field([](RunFile& run) {
            run.description.unit_type.clear();
            run.result.spike_count.resize(0);
            run.result.spike_unit.clear();
            run.result.spike_time_ms.clear();
          }) == "spike_count");
    for (const double bad : {0.0, -1.0, kNaN, HUGE_VAL}) {
      CHECK(result([&](auto& r) { r.duration_ms = bad; }) == "duration_ms");
      CHECK(result([&](auto& r) { r.dt_ms = bad; }) == "dt_ms");
      CHECK(result([&](auto& r) { r.output.step_ms = bad; }) == "output_step_ms");
      CHECK(result([&](auto& r) { r.voltage_step_ms = bad; }) == "voltage_step_ms");
    }
    for (const double wrong : {1e-300, 1e9}) {
      CHECK(result([&](auto& r) { r.duration_ms = wrong; }) != "");
      CHECK(result([&](auto& r) { r.output.step_ms = wrong; }) == "output");
    }
    CHECK(result([](auto& r) { r.output.values[3] = kNaN; }) == "output");
    CHECK(result([](auto& r) { r.output.values = {}; }) == "output");
    CHECK(result([](auto& r) { r.voltage(1, 7) = kNaN; }) == "voltage");
    CHECK(result([](auto& r) { r.voltage = Eigen::MatrixXd::Ones(1, 40); }) == "voltage");
    CHECK(result([](auto& r) { r.rate = Eigen::MatrixXd::Ones(4, 20); }) == "rate");
    CHECK(result([](auto& r) { r.input = Eigen::MatrixXd::Ones(3, 19); }) == "input");
    CHECK(field([](RunFile& r) {
            r.description.simulation.record.voltage_units = {0, 3};
          }) == "voltage_unit");
    CHECK(field([](RunFile& r) {
            r.description.simulation.record.voltage_units = {2, 2};
          }) == "voltage_unit");
    CHECK(field([](RunFile& r) {
            r.description.simulation.stimulation->units = {1, 9};
          }) == "stimulation.unit");
    CHECK(field([](RunFile& r) { r.description.simulation.stimulation->stop_ms = 1.0; }) ==
          "stimulation.stop_ms");
    CHECK(field([](RunFile& r) { r.description.scaling_factor = 0.0; }) == "scaling_factor");
  }

  TEST_CASE("every hostile copy of a run is refused or can be exported") {
    const TemporaryFolder folder;
    const RunFile run = good_run();
    write_run(folder / "run.mat", run.result, run.description);
    check_hostile(MatFile(folder / "run.mat"), 60, [](const MatFile& file) {
      const ExportSource source{"bad.mat", std::nullopt, {parse_run(file)}};
      CHECK(!find_exporter("nwb").make(source, {}).contents.empty());
    });
  }

  TEST_CASE("a checkpoint needs no weights and no time constants from before the training") {
    const TemporaryFolder folder;
    Checkpoint checkpoint = good_checkpoint();
    checkpoint.state.model.w0.resize(0, 0);
    checkpoint.state.model.tau_gate0.resize(0);
    write_checkpoint(folder / "c.mat", checkpoint);
    const MatFile written(folder / "c.mat");
    write_mat(folder / "bare.mat", without(fields_of(written), "checkpoint.w0"),
              MatVersion::level5);
    const Checkpoint back = read_checkpoint(folder / "bare.mat");
    CHECK(back.state.model.w0.size() == 0);
    CHECK(back.state.model.tau_gate0.size() == 0);
    // Training goes on to the same parameters as from the whole checkpoint.
    const Task task("go-nogo");
    const TrainingResult a = train(back.state, task, back.options);
    const TrainingResult b = train(good_checkpoint().state, task, back.options);
    CHECK(a.state.trials_done == 8);
    CHECK(a.state.parameters == b.state.parameters);
  }

  TEST_CASE("a checkpoint of an earlier build: switches that it lacks are as that build was") {
    const TemporaryFolder folder;
    write_checkpoint(folder / "c.mat", good_checkpoint());
    const MatFile written(folder / "c.mat");
    MatFields old = fields_of(written);
    for (const char* name : {"spike_noise_throughout", "trains_w", "trains_w_out", "trains_b_out",
                             "trains_taus_gaus", "trains_w_in"}) {
      old = without(old, fmt::format("checkpoint.{}", name));
    }
    write_mat(folder / "old.mat", old, MatVersion::level5);
    const TrainingOptions options = read_checkpoint(folder / "old.mat").options;
    CHECK(!options.spike_noise_throughout);
    CHECK((options.trains_w && options.trains_w_out && options.trains_b_out && options.trains_tau));
    write_mat(folder / "bad.mat", without(fields_of(written), "checkpoint.spike_noise"),
              MatVersion::level5);
    CHECK(input_error_of([&] {
            read_checkpoint(folder / "bad.mat");
          }).find("field 'checkpoint.spike_noise': found no such field") != std::string::npos);
  }

  TEST_CASE("checkpoints whose parts do not fit each other are refused with the field's name") {
    const auto field = [](const std::function<void(Checkpoint&)>& change) {
      const std::string message = refusal_of_checkpoint(change);
      CAPTURE(message);
      CHECK(message.starts_with("field 'checkpoint."));
      return message.substr(18, message.find('\'', 18) - 18);
    };
    CHECK(refusal_of_checkpoint([](Checkpoint&) {}) == "no exception");
    const auto state = [&](auto change) {
      return field([&](Checkpoint& checkpoint) { change(checkpoint.state); });
    };
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), HUGE_VALF, 3.0F}) {
      CHECK(state([&](auto& s) { s.parameters[4] = bad; }) == "parameters");
    }
    CHECK(state([](auto& s) { s.parameters.pop_back(); }) == "parameters");
    CHECK(state([](auto& s) { s.moments[1][2] = HUGE_VALF; }) == "moment_2");
    CHECK(state([](auto& s) { s.moments[0].push_back(0.0F); }) == "moments");
    CHECK(state([](auto& s) { s.moments.pop_back(); }) == "moments");
    CHECK(state([](auto& s) { s.losses[1] = kNaN; }) == "losses");
    CHECK(state([](auto& s) { s.losses.push_back(1.0); }) == "trials_done");
    CHECK(state([](auto& s) { s.trials_done = 3; }) == "trials_done");
    CHECK(state([](auto& s) { s.evaluations[1].trial = 6; }) == "evaluations");
    CHECK(state([](auto& s) { s.evaluations[0].mean_loss = kNaN; }) == "evaluations");
    CHECK(state([](auto& s) { s.evaluations[0].accuracy = 1.5; }) == "evaluations");
    // The parameters are those of the model: its weights cannot be others.
    CHECK(state([](auto& s) { s.model.w(1, 2) = 1e300; }) == "parameters");
    CHECK(state([](auto& s) { s.model.w_out(1) += 0.5; }) == "parameters");
    for (const double bad : {kNaN, -1.0, 1e300}) {
      CHECK(field([&](Checkpoint& c) { c.options.noise = bad; }) == "noise");
      CHECK(field([&](Checkpoint& c) { c.options.learning_rate = bad; }) == "learning_rate");
      CHECK(field([&](Checkpoint& c) { c.options.l2_rates = bad; }) == "l2_rates");
    }
    CHECK(field([](Checkpoint& c) { c.options.stop_loss = kNaN; }) == "stop_loss");
    CHECK(field([](Checkpoint& c) { c.options.batch = 0; }) == "batch");
    CHECK(field([](Checkpoint& c) { c.options.rule = "newton"; }) == "rule");
  }

  TEST_CASE("numbers beyond single precision in a checkpoint are refused where they stand") {
    const TemporaryFolder folder;
    write_checkpoint(folder / "c.mat", good_checkpoint());
    const MatFile written(folder / "c.mat");
    for (const char* name : {"checkpoint.parameters", "checkpoint.moment_1"}) {
      MatFields fields = without(fields_of(written), name);
      Eigen::VectorXd values = written.vector(name, -1, "");
      values[2] = 1e300;
      fields.matrix(name, values);
      CHECK(input_error_of([&] {
              parse_checkpoint(bytes_of(fields, MatVersion::level5), "c.mat");
            }) == std::string("c.mat: field '") + name +
                      "': found 1e+300 at 3; must be finite in single precision");
    }
  }

  TEST_CASE("every hostile copy of a checkpoint is refused or training goes on from it") {
    const TemporaryFolder folder;
    write_checkpoint(folder / "c.mat", good_checkpoint());
    const Task task("go-nogo");
    check_hostile(MatFile(folder / "c.mat"), 150, [&](const MatFile& file) {
      Checkpoint checkpoint = parse_checkpoint(file);
      if (checkpoint.state.model.inputs() != task.inputs()) {
        return;  // a checkpoint of another task
      }
      checkpoint.options.max_trials = checkpoint.state.trials_done + 1;
      checkpoint.options.evaluation_trials = 1;
      checkpoint.options.batch = std::min(checkpoint.options.batch, 4);
      try {
        const TrainingResult result = train(checkpoint.state, task, checkpoint.options);
        CHECK(result.state.trials_done > 0);
      } catch (const NonFiniteError&) {
        // Too large a step is found where it happens.
      }
    });
  }

  TEST_CASE("every hostile copy of trials is refused or makes a task") {
    MatFields trials;
    trials.matrix("u", Eigen::MatrixXd::Ones(2, 12));
    trials.matrix("z", Eigen::VectorXd::Ones(12));
    trials.number("label", 3.0);
    trials.matrix("score_window_ms", Eigen::RowVector2d(20.0, 40.0));
    const MatFile good(bytes_of(trials, MatVersion::level5), "good.mat");
    check_hostile(good, 15, [](const MatFile& file) {
      RecordedTrials recorded = parse_trials(file);
      try {
        const Task task = recorded_task(std::move(recorded), {});
        CHECK(task.random_trial(1, 0, Purpose::task).input.allFinite());
      } catch (const InputError& error) {
        throw InputError("bad.mat", error.field(), error.found(), error.required());
      }
    });
  }
}
