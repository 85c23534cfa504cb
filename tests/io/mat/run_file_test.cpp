#include "io/mat/run_file.hpp"

#include <map>

#include <doctest/doctest.h>

#include "core/version.hpp"
#include "tests/io/mat/fixtures.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

SimulationResult small_run() {
  SimulationResult result;
  result.spike_unit = {2, 0, 1, 2};
  result.spike_time_ms = {0.05, 1.0 / 3.0, 7.25, 9.95};
  result.spike_count = Eigen::VectorXi{{1, 1, 2}};
  result.output = {0.05, 0.05, Eigen::VectorXd::Random(200)};
  result.voltage = Eigen::MatrixXd::Random(2, 200);
  result.voltage_step_ms = 0.05;
  result.rate = Eigen::MatrixXd::Random(3, 200);
  result.input = Eigen::MatrixXd::Random(3, 200);
  result.duration_ms = 10.0;
  result.dt_ms = 0.05;
  result.engine = "clock";
  result.engine_reason = "noise is on";
  result.seed = 4294967295U;
  return result;
}

RunDescription small_description() {
  RunDescription description;
  description.scaling_factor = 45.0;
  description.command = "rheobase simulate model.mat";
  description.task = "go-nogo";
  description.condition = "go";
  description.correct = true;
  description.unit_type = {0, 2, 1};
  description.transfer = TransferOptions{};
  description.transfer->neuron = default_parameters(NeuronModel::qif);
  description.transfer->neuron.refractory_ms = 0.0;
  description.transfer->synapse = SynapseKind::single_exponential;
  description.transfer->readout_bias = true;
  description.simulation.record.voltage_units = {0, 2};
  description.simulation.trial = 7;
  description.simulation.noise_intensity = 0.1;
  description.simulation.parity = true;
  description.simulation.stimulation = Stimulation{StimulationMode::inhibit, {1, 2}, 2.0, 5.0};
  return description;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a run comes back as it was, in both levels") {
    const TemporaryFolder folder;
    const SimulationResult run = small_run();
    const RunDescription description = small_description();
    for (const MatVersion version : {MatVersion::level5, MatVersion::level73}) {
      write_run(folder / "run.mat", run, description, version);
      const RunFile back = read_run(folder / "run.mat");
      CHECK(back.result.spike_unit == run.spike_unit);
      CHECK(back.result.spike_time_ms == run.spike_time_ms);
      CHECK(back.result.spike_count == run.spike_count);
      CHECK(same(back.result.output.values, run.output.values));
      CHECK(back.result.output.start_ms == run.output.start_ms);
      CHECK(back.result.output.step_ms == run.output.step_ms);
      CHECK(same(back.result.voltage, run.voltage));
      CHECK(back.result.voltage_step_ms == run.voltage_step_ms);
      CHECK(same(back.result.rate, run.rate));
      CHECK(same(back.result.input, run.input));
      CHECK(back.result.duration_ms == run.duration_ms);
      CHECK(back.result.dt_ms == run.dt_ms);
      CHECK(back.result.engine == run.engine);
      CHECK(back.result.engine_reason == run.engine_reason);
      CHECK(back.result.seed == run.seed);
      CHECK(back.description.scaling_factor == description.scaling_factor);
      CHECK(back.description.command == description.command);
      CHECK(back.description.task == description.task);
      CHECK(back.description.condition == description.condition);
      CHECK(back.description.correct == description.correct);
      CHECK(back.description.unit_type == description.unit_type);
      REQUIRE(back.description.transfer);
      CHECK(*back.description.transfer == *description.transfer);
      const SimulationOptions& simulation = back.description.simulation;
      CHECK(simulation.record.voltage_units == description.simulation.record.voltage_units);
      CHECK(simulation.trial == 7);
      CHECK(simulation.noise_intensity == 0.1);
      CHECK(simulation.parity);
      REQUIRE(simulation.stimulation);
      CHECK(simulation.stimulation->mode == StimulationMode::inhibit);
      CHECK(simulation.stimulation->units == std::vector<Eigen::Index>{1, 2});
      CHECK(simulation.stimulation->start_ms == 2.0);
      CHECK(simulation.stimulation->stop_ms == 5.0);
      CHECK(back.description.version == kVersion);
    }
  }

  TEST_CASE(
      "units are counted from 1, times are those of the samples, rates are spikes per second") {
    const TemporaryFolder folder;
    write_run(folder / "run.mat", small_run(), small_description());
    const MatFile mat(folder / "run.mat");
    CHECK(same(mat.matrix("spike_unit", ""), Eigen::Vector4d(3, 1, 2, 3)));
    CHECK(same(mat.matrix("voltage_unit", ""), Eigen::Vector2d(1, 3)));
    CHECK(same(mat.matrix("mean_rate_hz", ""), Eigen::Vector3d(100, 100, 200)));
    const Eigen::MatrixXd times = mat.matrix("output_time_ms", 1, 200, "");
    CHECK(times(0) == 0.05);
    CHECK(times(199) == near(10.0, 1e-14));
    CHECK(mat.find("voltage")->describe() == "2 x 200 double");
    CHECK(mat.find("spike_unit")->describe() == "4 x 1 int32");
    CHECK(mat.text("engine", "") == "clock");
    CHECK(mat.text("rheobase_version", "") == kVersion);
  }

  TEST_CASE("a silent run without recordings comes back too") {
    const TemporaryFolder folder;
    SimulationResult run;
    run.spike_count = Eigen::VectorXi::Zero(2);
    run.output = {0.05, 0.05, Eigen::VectorXd::Zero(3)};
    run.duration_ms = 0.15;
    run.dt_ms = 0.05;
    run.engine = "clock";
    for (const MatVersion version : {MatVersion::level5, MatVersion::level73}) {
      write_run(folder / "run.mat", run, {}, version);
      const RunFile back = read_run(folder / "run.mat");
      CHECK(back.result.spike_unit.empty());
      CHECK(back.result.spike_count == run.spike_count);
      CHECK(back.result.voltage.size() == 0);
      CHECK(back.description.task.empty());
      CHECK(!MatFile(folder / "run.mat").has("voltage"));
    }
  }

  TEST_CASE("a run file with wrong fields is refused with the field's name") {
    const TemporaryFolder folder;
    write_run(folder / "run.mat", small_run(), small_description());
    const std::string where = (folder / "bad.mat").string();
    const auto refusal = [&](const std::string& name, double value) {
      MatFields fields;
      const MatFile good(folder / "run.mat");
      for (const MatArray& array : good.arrays()) {
        if (array.name == name) {
          fields.number(name, value);
        } else if (array.class_name == "struct") {
          continue;  // its members come as variables of their own
        } else if (array.class_name == "char") {
          fields.text(array.name, array.text);
        } else {
          fields.matrix(array.name, good.matrix(array.name, ""));
        }
      }
      write_mat(where, fields, MatVersion::level5);
      return input_error_of([&] { read_run(where); });
    };
    CHECK(refusal("spike_unit", 0.0) == where +
                                            ": field 'spike_unit': found 0; must be numbers of "
                                            "units, counted from 1");
    CHECK(refusal("spike_time_ms", 0.5) ==
          where + ": field 'spike_time_ms': found 1 x 1 double; must be one number per spike, 4");
    CHECK(refusal("seed", -1.0) ==
          where + ": field 'seed': found -1; must be an integer, 0 to 4294967295");
    CHECK(refusal("engine", 3.0) ==
          where + ": field 'engine': found 1 x 1 double; must be the name of an engine");
  }

  TEST_CASE("FILE.mat:name gives one matrix of a file") {
    const TemporaryFolder folder;
    const SimulationResult run = small_run();
    write_run(folder / "run.mat", run, small_description());
    const std::string file = (folder / "run.mat").string();
    CHECK(same(read_matrix(file + ":voltage"), run.voltage));
    CHECK(input_error_of([&] { read_matrix(file); }) ==
          file + ": found no field's name; must be FILE.mat:NAME");
    CHECK(input_error_of([&] { read_matrix(file + ":voltag"); }) ==
          file +
              ": field 'voltag': found no such field, the nearest is 'voltage'; must be a matrix "
              "of numbers");
    CHECK(input_error_of([&] { read_matrix(file + ":engine"); }) ==
          file + ": field 'engine': found 1 x 5 char; must be a matrix of numbers");
  }
}
