// Every engine and exporter of the registries.
#include <cstdlib>
#include <limits>
#include <string>

#include "core/error.hpp"
#include "io/exchange/exporter_registry.hpp"
#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/transfer.hpp"
#include "rate/tasks/task.hpp"
#include "spiking/engine_registry.hpp"
#include "tests/contract/contract.hpp"

using namespace rheobase;

namespace {

io::ModelFile model_file() {
  return io::read_model(std::string(RHEOBASE_DATA) + "/go-nogo_N200_seed1.lif.mat");
}

/// 150 ms of the stimulus of a go trial.
Eigen::MatrixXd short_input() {
  const rate::Task task("go-nogo");
  const rate::Trial trial = task.trial_of(0, 1, 0, Purpose::evaluation_task);
  return rate::spiking_input(trial).middleCols(45, 31);
}

spiking::SimulationOptions options_of(const std::string& engine, std::size_t number) {
  spiking::SimulationOptions options;
  options.engine = engine;
  // The engines of closed form and of adaptive steps have none.
  options.noise_intensity = engine == "clock" || engine == "bridge" ? 0.2 : 0.0;
  options.seed = static_cast<Seed>(number + 1);
  options.record.spikes = true;
  options.start_up = engine == "clock" ? spiking::StartUp::reference : spiking::StartUp::relaxed;
  return options;
}

/// Units and times of all spikes, then the readout.
std::vector<double> numbers_of(const spiking::SimulationResult& result) {
  std::vector<double> numbers(result.spike_unit.begin(), result.spike_unit.end());
  numbers.insert(numbers.end(), result.spike_time_ms.begin(), result.spike_time_ms.end());
  numbers.insert(numbers.end(), result.output.values.begin(), result.output.values.end());
  return numbers;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("contract of engines: finite, functions of the seed, stoppable, the same on threads") {
    const io::ModelFile file = model_file();
    const spiking::SpikingModel model = mapping::map_to_spiking(file.network, 50.0);
    const Eigen::MatrixXd input = short_input();
    for (const spiking::EngineDefinition* engine : spiking::registered_engines()) {
      CAPTURE(engine->name);
      CHECK(&spiking::find_engine(engine->name) == engine);
      CHECK(!engine->help.empty());
      CHECK(!engine->citation.empty());
      contract::check_threads<std::vector<double>>([&](std::size_t number) {
        return numbers_of(simulate(model, input, options_of(engine->name, number)));
      });
      const spiking::SimulationResult one = simulate(model, input, options_of(engine->name, 0));
      CHECK((one.engine == engine->name || engine->name == "auto"));  // which chooses another
      CHECK(one.spike_count.sum() == static_cast<int>(one.spike_unit.size()));
      CHECK(one.spike_count.sum() > 50);
      CHECK(one.output.values.allFinite());
      CHECK(std::is_sorted(one.spike_time_ms.begin(), one.spike_time_ms.end()));
      CHECK(one.spike_time_ms.front() >= 0.0);
      CHECK(one.spike_time_ms.back() <= one.duration_ms);
      CHECK(numbers_of(one) != numbers_of(simulate(model, input, options_of(engine->name, 1))));

      spiking::SimulationOptions stopped = options_of(engine->name, 0);
      stopped.stop = [] { return true; };
      CHECK_THROWS_AS(simulate(model, input, stopped), Cancelled);
    }
    CHECK_THROWS_AS(spiking::find_engine("no such engine"), InputError);
  }

  TEST_CASE("contract of engines: inputs that do not fit are refused") {
    const io::ModelFile file = model_file();
    const spiking::SpikingModel model = mapping::map_to_spiking(file.network, 50.0);
    const Eigen::MatrixXd input = short_input();
    for (const spiking::EngineDefinition* engine : spiking::registered_engines()) {
      CAPTURE(engine->name);
      const spiking::SimulationOptions options = options_of(engine->name, 0);
      CHECK_THROWS_AS(simulate(model, input.replicate(2, 1), options), InputError);
      CHECK_THROWS_AS(simulate(model, input.leftCols(1), options), InputError);
      Eigen::MatrixXd undefined = input;
      undefined(0, 3) = std::numeric_limits<double>::quiet_NaN();
      CHECK_THROWS_AS(simulate(model, undefined, options), Error);
      spiking::SimulationOptions short_voltage = options;
      short_voltage.initial_voltage = Eigen::VectorXd::Zero(3);
      CHECK_THROWS_AS(simulate(model, input, short_voltage), InputError);
    }
  }

  TEST_CASE("contract of exporters: something is written, twice the same, nothing is refused") {
    setenv("SOURCE_DATE_EPOCH", "1700000000", 1);  // NWB: when the session began
    const io::ModelFile file = model_file();
    const spiking::SpikingModel model = mapping::map_to_spiking(file.network, 50.0);
    io::RunFile run;
    run.result = simulate(model, short_input(), options_of("clock", 0));
    run.description.condition = "go";
    const io::ExportSource of_model{"model.mat", file, {}};
    const io::ExportSource of_run{"run.mat", std::nullopt, {run}};
    for (const io::ExporterDefinition* exporter : io::registered_exporters()) {
      CAPTURE(exporter->name);
      CHECK(&io::find_exporter(exporter->name) == exporter);
      int taken = 0;
      for (const io::ExportSource* source : {&of_model, &of_run}) {
        CAPTURE(source->where);
        try {
          const std::vector<std::byte> contents = exporter->make(*source, {}).contents;
          ++taken;
          CHECK(contents.size() > 100);
          CHECK((exporter->make(*source, {}).contents == contents));
        } catch (const InputError& error) {
          CHECK(std::string(error.what()).find(source->where) != std::string::npos);
        }
      }
      CHECK(taken >= 1);
      CHECK_THROWS_AS(exporter->make({"empty.mat", std::nullopt, {}}, {}), InputError);
    }
  }
}
