#include <numeric>

#include <doctest/doctest.h>

#include "io/exchange/exporter_registry.hpp"
#include "io/exchange/internal/hdf5_reader.hpp"
#include "tests/io/mat/fixtures.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

RunFile small_run(double first_spike_ms, bool correct) {
  RunFile run;
  SimulationResult& result = run.result;
  result.spike_unit = {2, 0, 2};
  result.spike_time_ms = {first_spike_ms, 4.0, 9.5};
  result.spike_count = Eigen::VectorXi{{1, 0, 2}};
  result.output = {0.5, 0.5, Eigen::VectorXd::LinSpaced(20, 0.0, 1.9)};
  result.duration_ms = 10.0;
  result.dt_ms = 0.05;
  result.engine = "clock";
  run.description.condition = correct ? "go" : "nogo";
  run.description.correct = correct;
  run.description.unit_type = {0, 1, 2};
  return run;
}

ExportSource two_runs() {
  return {"a.mat, b.mat", std::nullopt, {small_run(0.25, true), small_run(1.0, false)}};
}

std::string csv(const ExportSource& source, const std::string& table) {
  ExportOptions options;
  options.table = table;
  const auto bytes = find_exporter("csv").make(source, options).contents;
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("every exporter has a name, a help and a source, and is found by its name") {
    for (const ExporterDefinition* exporter : registered_exporters()) {
      CHECK(&find_exporter(exporter->name) == exporter);
      CHECK(!exporter->help.empty());
      CHECK(!exporter->source.empty());
    }
    CHECK(input_error_of([] { find_exporter("xml"); }) ==
          "export format: found 'xml'; must be one of nir, hdf5, csv, nwb");
  }

  TEST_CASE("NWB: spike times in seconds, one unit after the other, trials one after the other") {
    const Hdf5Reader file(find_exporter("nwb").make(two_runs(), {}).contents, "runs.nwb");
    // Trial 2 starts at 1.010 s: 10 ms of trial 1 and a pause of a second.
    const std::vector<double> times = file.values("/units/spike_times").numbers;
    const std::vector<double> expected{0.004, 1.014, 0.00025, 0.0095, 1.011, 1.0195};
    REQUIRE(times.size() == expected.size());
    for (std::size_t i = 0; i < times.size(); ++i) {
      CHECK(times[i] == near(expected[i], 1e-12));
    }
    CHECK(file.values("/units/spike_times_index").numbers == std::vector<double>{2, 2, 6});
    CHECK(file.values("/units/id").numbers == std::vector<double>{0, 1, 2});
    CHECK(file.values("/units/mean_rate_hz").numbers == std::vector<double>{100, 0, 200});
    CHECK(file.values("/intervals/trials/start_time").numbers == std::vector<double>{0.0, 1.01});
    CHECK(file.values("/intervals/trials/stop_time").numbers == std::vector<double>{0.01, 1.02});
    CHECK(file.values("/acquisition/output_0002/data").shape == std::vector<std::size_t>{20});
    for (const char* path : {"/identifier", "/session_start_time", "/session_description",
                             "/timestamps_reference_time", "/units/unit_type",
                             "/intervals/trials/condition", "/intervals/trials/outcome"}) {
      CAPTURE(path);
      CHECK(file.has(path));
    }
  }

  TEST_CASE("NWB: runs that do not belong together, or hold no spikes") {
    ExportSource source = two_runs();
    source.runs[1].result.spike_count = Eigen::VectorXi{{1, 1}};
    const auto refusal = [&] {
      return input_error_of([&] { find_exporter("nwb").make(source, {}); });
    };
    CHECK(refusal() == "a.mat, b.mat: found 3 and 2 units; must be runs of one network");
    source = two_runs();
    source.runs[0].result.spike_unit.clear();
    source.runs[0].result.spike_time_ms.clear();
    CHECK(refusal().find("--record spikes") != std::string::npos);
  }

  TEST_CASE("CSV: a header with units, units counted from 1") {
    ExportSource run = two_runs();
    run.runs.pop_back();
    CHECK(csv(run, "") == "unit,time_ms\n3,0.25\n1,4\n3,9.5\n");
    CHECK(csv(run, "rates") == "unit,spikes,mean_rate_hz\n1,1,100\n2,0,0\n3,2,200\n");
    CHECK(csv(run, "output").starts_with("time_ms,output\n0.5,0\n1,"));
    run.runs[0].result.voltage = Eigen::MatrixXd{{-60.5, -61.0}};
    run.runs[0].result.voltage_step_ms = 0.5;
    run.runs[0].description.simulation.record.voltage_units = {1};
    CHECK(csv(run, "voltage") == "time_ms,unit_2_mv\n0.5,-60.5\n1,-61\n");
    ExportSource model{"m.mat", small_model_file(), {}};
    model.model->transfer.reset();
    CHECK(csv(model, "scaling") == "scaling_factor,accuracy\n40,0.5\n45,1\n50,0.75\n");
    CHECK(csv(model, "").starts_with("unit,type,tau_ms,w_out,w_in_1,w_in_2\n1,"));
    CHECK(csv(model, "weights").starts_with("post,pre,weight\n"));
    Eigen::MatrixXd& w = model.model->network.w;
    w.setZero();
    w(0, 2) = -0.5;  // from unit 3 to unit 1
    w(2, 1) = 0.25;
    CHECK(csv(model, "weights") == "post,pre,weight\n1,3,-0.5\n3,2,0.25\n");
    ExportSource spiking = model;
    mapping::TransferOptions& transfer = spiking.model->transfer.emplace();
    const auto count = static_cast<std::size_t>(spiking.model->network.units());
    transfer.unit_threshold_mv.assign(count, -41.5);
    transfer.unit_bias_mv.assign(count, 0.25);
    transfer.unit_tau_membrane_ms.assign(count, 12.0);
    const std::string units = csv(spiking, "units");
    CHECK(
        units.starts_with("unit,type,tau_ms,w_out,w_in_1,w_in_2,threshold_mv,reset_mv,bias_mv,tau_"
                          "membrane_ms,refractory_ms"
                          "\n1,"));
    CHECK(units.substr(0, units.find('\n', units.find("\n1,") + 1))
              .ends_with(",-41.5,-65,-39.75,12,2"));
    CHECK(csv(spiking, "weights").starts_with("post,pre,weight\n"));
    // Columns of N x N, row = postsynaptic: the delay from unit 1 to unit 2 is the second.
    transfer.connection_delay_ms.resize(count * count);
    std::iota(transfer.connection_delay_ms.begin(), transfer.connection_delay_ms.end(), 1.0);
    spiking.model->network.w(1, 0) = 0.5;
    const std::string weights = csv(spiking, "weights");
    CHECK(weights.starts_with("post,pre,weight,delay_ms\n"));
    CHECK(weights.find("\n2,1,0.5,2\n") != std::string::npos);
  }

  TEST_CASE("a format that does not fit the source") {
    const ExportSource model{"m.mat", small_model_file(), {}};
    const auto refusal = [](const ExportSource& source, const std::string& format,
                            const std::string& table) {
      ExportOptions options;
      options.table = table;
      return input_error_of([&] { find_exporter(format).make(source, options); });
    };
    CHECK(refusal(model, "nwb", "") ==
          "m.mat: found a model; must be a run, from `rheobase simulate`: nwb holds activity");
    CHECK(refusal(two_runs(), "nir", "") ==
          "a.mat, b.mat: found a run; must be a model: nir holds networks");
    CHECK(refusal(two_runs(), "hdf5", "").find("must be one") != std::string::npos);
    CHECK(refusal(model, "csv", "spikes") ==
          "--table: found 'spikes'; must be, for a model, one of units, weights, scaling");
  }
}
