#include <csignal>
#include <filesystem>
#include <sstream>

#include <doctest/doctest.h>

#include "apps/cli/interrupt.hpp"
#include "core/error.hpp"
#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/scaling_search.hpp"
#include "rate/learning/evaluate.hpp"
#include "rate/learning/train.hpp"
#include "rate/models/initialise.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace {

void write_input(const std::string& name, Eigen::Index columns) {
  io::MatFields fields;
  fields.matrix("u", Eigen::MatrixXd::Zero(1, columns));
  io::write_mat(name, fields, io::MatVersion::level5);
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("memory is estimated before a run and named with what takes it") {
    const WorkingFolder folder;
    copy_model();
    write_input("long.mat", 2'000'001);
    const Outcome voltages = run({"simulate", "model.mat", "--scaling", "50", "--input",
                                  "long.mat:u", "--record", "voltage", "-o", "run.mat"});
    CHECK(voltages.code == 2);
    CHECK(says(voltages.err, "voltages of 200 units at "));
    CHECK(says(voltages.err, "--voltage-units"));
    const Outcome trials =
        run({"eval", "model.mat", "--network", "rate", "--trials", "1000000000"});
    CHECK(trials.code == 2);
    CHECK(says(trials.err, "trials: found 1000000000 of "));
    CHECK(says(trials.err, "must fit into memory"));
    const Outcome spiking = run(
        {"eval", "model.mat", "--scaling", "50", "--network", "spiking", "--trials", "1000000000"});
    CHECK(spiking.code == 2);
    const Outcome units =
        run({"train", "--task", "go-nogo", "-N", "65536", "--trials", "10", "-o", "x.mat"});
    CHECK(units.code == 2);
    CHECK(says(units.err, "65536"));
    CHECK(folder.files() == std::vector<std::string>{"long.mat", "model.mat"});
  }

  TEST_CASE("one and two units, one type of unit: trained, mapped, compared, reported") {
    const WorkingFolder folder;
    for (const char* units : {"1", "2", "3"}) {
      for (const char* inhibitory : {"0", "1"}) {
        CAPTURE(units);
        CAPTURE(inhibitory);
        const Outcome trained =
            run({"train", "--task", "go-nogo", "-N", units, "--P_inh", inhibitory, "--init",
                 "balanced", "--trials", "4", "--evaluation-trials", "4", "-o", "m.mat"});
        CAPTURE(trained.err);
        REQUIRE(trained.code == 0);
        CHECK(says(trained.err, "all units are of one type"));
        REQUIRE(run({"map", "m.mat", "--trials", "2", "--scaling", "50", "-o", "l.mat"}).code == 0);
        const Outcome compared = run({"compare", "l.mat", "--trials", "4", "-o", "c.mat"});
        CAPTURE(compared.err);
        CHECK(compared.code == 0);
        const Outcome reported = run({"report", "l.mat", "--trials", "4", "-o", "r.html"});
        CAPTURE(reported.err);
        CHECK(reported.code == 0);
      }
    }
  }

  TEST_CASE("-o -: exports go to standard output, nothing else does") {
    const WorkingFolder folder;
    copy_model();
    const Outcome weights =
        run({"export", "model.mat", "--format", "csv", "--table", "weights", "-o", "-"});
    REQUIRE(weights.code == 0);
    CHECK(weights.out.starts_with("post,pre,weight\n"));
    REQUIRE(run({"export", "model.mat", "--format", "hdf5", "-o", "model.h5"}).code == 0);
    CHECK(run({"export", "model.mat", "--format", "hdf5", "-o", "-"}).out == read_text("model.h5"));
    const Outcome simulated = run({"simulate", "model.mat", "--scaling", "50", "-o", "-"});
    CHECK(simulated.code == 2);
    CHECK(says(simulated.err, "only `rheobase export` writes to standard output"));
    CHECK(!fs::exists("-"));
  }

  TEST_CASE("a hang-up asks to stop, unless the program was started to ignore it") {
    {
      const cli::InterruptGuard guard;
      CHECK(!guard.interrupted());
      std::raise(SIGHUP);
      CHECK(guard.interrupted());
    }
    const auto before = std::signal(SIGHUP, SIG_IGN);
    {
      const cli::InterruptGuard guard;
      std::raise(SIGHUP);
      CHECK(!guard.interrupted());
    }
    std::signal(SIGHUP, before);
  }

  TEST_CASE(
      "a request to stop is heard in the rate part of an evaluation, and in map's first phase") {
    const WorkingFolder folder;
    copy_model();
    const rate::RateNetwork network = io::read_model("model.mat").network;
    const rate::Task task("go-nogo");
    int asked = 0;
    const RunControl control{{}, [&] { return ++asked >= 1; }};
    CHECK_THROWS_AS(rate::evaluate_rate(network, task, {.trials = 200, .threads = 1}, control),
                    Cancelled);
    CHECK(asked == 1);
    mapping::ScalingSearchOptions options;
    options.trials = 200;
    options.threads = 1;
    options.scaling_factors = {50.0};
    asked = 0;
    CHECK_THROWS_AS(mapping::search_scaling(network, task, options, control), Cancelled);
    CHECK(asked == 1);  // before any spiking trial
  }

  TEST_CASE("a request to stop within a large batch leaves the state before it") {
    const rate::Task task("go-nogo");
    rate::NetworkOptions network;
    network.units = 10;
    rate::TrainingOptions options;
    options.batch = 4000;
    options.max_trials = 8000;
    options.threads = 1;
    const rate::TrainingState start =
        rate::initial_state(rate::make_dale_model(network, task.inputs(), 1), options);
    int asked = 0;
    const RunControl control{{}, [&] { return ++asked == 5; }};
    int saved = 0;
    const rate::TrainingResult result =
        rate::train(start, task, options, control, [&](const rate::TrainingState& state) {
          ++saved;
          CHECK(state.trials_done == 0);
          CHECK(state.parameters == start.parameters);
        });
    CHECK(result.outcome == rate::TrainingOutcome::cancelled);
    CHECK(asked == 5);
    CHECK(saved == 1);
  }

  TEST_CASE("weights beyond all bounds: exit code 2, the file and what to change") {
    const WorkingFolder folder;
    copy_model();
    io::ModelFile file = io::read_model("model.mat");
    file.dale->w *= 1e300;
    io::write_model("huge.mat", file);
    for (const std::vector<std::string>& args :
         {std::vector<std::string>{"map", "huge.mat", "--trials", "2", "--scaling", "50"},
          {"eval", "huge.mat", "--network", "rate", "--trials", "2"},
          {"compare", "huge.mat", "--scaling", "50", "--trials", "4"}}) {
      const Outcome outcome = run(args);
      CAPTURE(args.front());
      CAPTURE(outcome.err);
      CHECK(outcome.code == 2);
      CHECK(outcome.err.starts_with("rheobase: huge.mat: found "));
      CHECK(says(outcome.err, "must stay finite: smaller weights"));
    }
  }

  TEST_CASE("a scaling factor under which the noise of spikes has no bound, and silence") {
    const WorkingFolder folder;
    REQUIRE(run(tiny_training("model.mat")).code == 0);
    const Outcome mapped = run(
        {"map", "model.mat", "--trials", "2", "--scaling", "1e-300,50", "-o", "l.mat", "--json"});
    CAPTURE(mapped.err);
    CHECK(mapped.code == 0);
    // Spikes of the start alone, before the window: what they leave in the filters is no synchrony.
    const Outcome silent =
        run({"compare", "model.mat", "--scaling", "50", "--bias", "-1e6", "--trials", "4"});
    REQUIRE(silent.code == 0);
    std::istringstream lines(silent.out);
    int rows = 0;
    for (std::string line; std::getline(lines, line);) {
      if (says(line, "0.00 Hz") && !says(line, " to ")) {
        CHECK(line.ends_with("  -"));
        ++rows;
      }
    }
    CHECK(rows == 3);  // two conditions and all
  }

  TEST_CASE("info --no-spectrum leaves the eigenvalues out") {
    const WorkingFolder folder;
    copy_model();
    const Outcome text = run({"info", "model.mat", "--no-spectrum"});
    CHECK(text.code == 0);
    CHECK(says(text.out, "not computed (--no-spectrum)"));
    const auto json = run({"info", "model.mat", "--no-spectrum", "--json"}).json();
    CHECK(json["spectral_radius"].is_null());
    CHECK(json["outlier_eigenvalues"].is_null());
    CHECK(json["units"] == 200);
  }

  TEST_CASE("control characters of a file are shown, not sent to the terminal") {
    const WorkingFolder folder;
    copy_model();
    io::ModelFile file = io::read_model("model.mat");
    file.provenance.command =
        "rheobase \x1b[31mtrain\x07 \xc2\x9b"
        "2J";
    io::write_model("odd.mat", file);
    const Outcome info = run({"info", "odd.mat", "--no-spectrum"});
    CHECK(info.code == 0);
    CHECK(says(info.out, "\\x1b[31mtrain\\x07 \\x9b2J"));
    CHECK(!says(info.out, "\x1b"));
    CHECK(!says(info.out, "\xc2\x9b"));
    const Outcome name = run({"info", "no\x1b[2J.mat"});
    CHECK(name.code == 2);
    CHECK(!says(name.err, "\x1b"));
  }

  TEST_CASE("a foreign NIR graph is imported with notes and simulated") {
    const WorkingFolder folder;
    copy_model();
    REQUIRE(
        run({"export", "model.mat", "--format", "nir", "--scaling", "50", "-o", "m.nir"}).code ==
        0);
    const Outcome imported = run({"import", "m.nir", "-o", "again.mat"});
    CHECK(imported.code == 0);
    CHECK(io::read_model("again.mat").network.w == io::read_model("model.mat").network.w);
    CHECK(run({"export", "model.mat", "--format", "csv", "--spike-step", "1", "-o", "x"}).code ==
          2);
  }
}

}  // namespace rheobase
