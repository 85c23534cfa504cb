#include <algorithm>

#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "io/mat/run_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"
#include "tests/max_abs.hpp"
#include "tests/tolerances.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kBase{"simulate", "model.mat", "-o", "run.mat", "--scaling", "50"};

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("simulate writes the fields of a run file") {
    const WorkingFolder folder;
    copy_model();
    const Outcome outcome =
        run(kBase + std::vector<std::string>{"--condition", "go", "--record",
                                             "spikes,output,voltage,rate", "--voltage-units",
                                             "1,5:6", "--output-step", "1"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.out.find("condition go") != std::string::npos);
    CHECK(outcome.out.find("seed    1\n") != std::string::npos);
    const io::MatFile fields("run.mat");
    for (const char* name :
         {"spike_unit", "spike_time_ms", "output", "output_time_ms", "voltage", "mean_rate_hz",
          "scaling_factor", "dt_ms", "engine", "seed", "command"}) {
      CAPTURE(name);
      CHECK(fields.has(name));
    }
    const io::RunFile file = io::read_run("run.mat");
    CHECK(file.result.voltage.rows() == 3);
    CHECK(file.result.output.values.size() == 1000);
    CHECK(file.description.scaling_factor == 50.0);
    CHECK(file.description.condition == "go");
    CHECK(file.description.command.find("--seed 1") != std::string::npos);
    const Eigen::VectorXd unit = fields.vector("spike_unit", -1, "");
    CHECK(unit.minCoeff() >= 1.0);
    CHECK(unit.maxCoeff() <= 200.0);
  }

  TEST_CASE("the published trace, from its own input and initial voltages") {
    const WorkingFolder folder;
    copy_model();
    const fs::path golden =
        fs::path(RHEOBASE_TEST_DATA) / "reference/golden/go-nogo_N200_s1_go.mat";
    fs::copy_file(golden, "golden.mat");
    const io::MatFile reference("golden.mat");
    const double scaling = reference.number("scaling_factor", "");
    const Outcome outcome = run(
        {"simulate", "model.mat", "--input", "golden.mat:u", "--initial-voltage", "golden.mat:v0",
         "--scaling", std::to_string(scaling), "--noise", "0", "--parity", "-o", "run.mat"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    const io::MatFile made("run.mat");
    const Eigen::VectorXd unit = made.vector("spike_unit", -1, "");
    const Eigen::VectorXd time_ms = made.vector("spike_time_ms", -1, "");
    const Eigen::VectorXd expected_unit = reference.vector("spike_unit", -1, "");
    const Eigen::VectorXd expected_step = reference.vector("spike_step", -1, "");
    REQUIRE(unit.size() == expected_unit.size());
    CHECK(unit == expected_unit);
    CHECK(max_abs(time_ms - 0.05 * expected_step) < 1e-9);
  }

  TEST_CASE("a trial of eval can be replayed alone") {
    const WorkingFolder folder;
    copy_model();
    const auto spikes = [](const std::string& trial, const std::string& seed) {
      REQUIRE(run(kBase + std::vector<std::string>{"--trial", trial, "--seed", seed}).code == 0);
      return Eigen::VectorXd(io::MatFile("run.mat").vector("spike_time_ms", -1, ""));
    };
    CHECK(spikes("3", "1") == spikes("3", "1"));
    CHECK(spikes("3", "1") != spikes("4", "1"));
    CHECK(spikes("3", "1") != spikes("3", "2"));
    // The mean over trials 0 to 3 is what eval reports.
    double sum = 0.0;
    for (const char* trial : {"0", "1", "2", "3"}) {
      sum += static_cast<double>(spikes(trial, "1").size());
    }
    const auto evaluated = run({"eval", "model.mat", "--network", "spiking", "--scaling", "50",
                                "--trials", "4", "--json"})
                               .json();
    CHECK(evaluated["spiking"]["mean_rate_hz"].get<double>() == near(sum / 4.0 / 200.0, 1e-12));
  }

  TEST_CASE("stimulation moves the units it names") {
    const WorkingFolder folder;
    copy_model();
    const auto rate_of_first_units = [](const std::vector<std::string>& more) {
      const Outcome outcome =
          run(kBase + std::vector<std::string>{"--condition", "nogo", "--noise", "0"} + more);
      CAPTURE(outcome.err);
      REQUIRE(outcome.code == 0);
      return io::MatFile("run.mat").vector("mean_rate_hz", 200, "").head(20).mean();
    };
    const double plain = rate_of_first_units({});
    const auto stimulated = [&](const std::string& mode) {
      return rate_of_first_units(
          {"--stimulate", mode, "--stimulate-units", "1:20", "--stimulate-window", "200:800"});
    };
    CHECK(stimulated("exc") > plain + 1.0);
    CHECK(stimulated("inh") < plain + 1e-9);
  }

  TEST_CASE("the spikes alone, or nothing but the readout") {
    const WorkingFolder folder;
    copy_model();
    REQUIRE(run(kBase + std::vector<std::string>{"--record", "output"}).code == 0);
    CHECK(io::MatFile("run.mat").find("voltage") == nullptr);
    const Outcome uncounted = run({"export", "run.mat", "--format", "csv", "-o", "spikes.csv"});
    CHECK(uncounted.code == 2);
    CHECK(says(uncounted.err, "found no spikes recorded"));
    CHECK(run({"export", "run.mat", "--format", "csv", "--table", "output", "-o", "output.csv"})
              .code == 0);
    CHECK(run({"export", "run.mat", "--format", "hdf5", "-o", "run.h5"}).code == 0);
    REQUIRE(run(kBase + std::vector<std::string>{"--record", "spikes,input"}).code == 0);
    const auto json = run(kBase + std::vector<std::string>{"--json"}).json();
    for (const char* key :
         {"command", "model", "output", "seed", "trial", "scaling_factor", "simulation",
          "duration_ms", "spikes", "mean_rate_hz", "task", "condition", "correct", "seconds"}) {
      CAPTURE(key);
      CHECK(json.contains(key));
    }
    CHECK(json["duration_ms"] == 1000.0);
  }
}

}  // namespace rheobase
