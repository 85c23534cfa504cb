#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "io/mat/run_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

/// Operating point and copies on the command line and in files.
namespace rheobase {

using namespace cli_test;

TEST_SUITE("cli") {
  TEST_CASE(
      "a fitted mapping: the file has gain, bias, noise and copies, and all commands use it") {
    const WorkingFolder folder;
    copy_model();
    const Outcome outcome = run({"map", "model.mat", "--mapping", "fitted", "--scaling", "100",
                                 "--copies", "2", "--trials", "20", "-o", "fitted.mat"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.out.find("fit error") != std::string::npos);
    CHECK(outcome.out.find("trials that chose nothing") != std::string::npos);

    const io::ModelFile file = io::read_model("fitted.mat");
    REQUIRE(file.transfer);
    CHECK(file.transfer->mapping == mapping::Mapping::fitted);
    CHECK(file.transfer->gain > 1.0);
    CHECK(file.transfer->copies == 2);
    CHECK(file.transfer->noise_intensity > 0.2);
    CHECK(file.transfer->readout_bias);

    const auto eval = run({"eval", "fitted.mat", "--trials", "20", "--json"}).json();
    CHECK(eval["simulation"]["noise_mv2_per_ms"] == file.transfer->noise_intensity);
    CHECK(eval["spiking"]["accuracy"]["value"] >= 0.9);
    const auto louder = run({"eval", "fitted.mat", "--trials", "2", "--noise", "0.2", "--json"});
    CHECK(louder.json()["simulation"]["noise_mv2_per_ms"] == 0.2);

    REQUIRE(run({"simulate", "fitted.mat", "--condition", "go", "-o", "run.mat"}).code == 0);
    const io::RunFile saved = io::read_run("run.mat");
    CHECK(saved.result.copies == 2);
    CHECK(saved.result.spike_copy.size() == saved.result.spike_unit.size());
    CHECK(std::ranges::count(saved.result.spike_copy, 1) > 0);
    CHECK(saved.description.simulation.noise_intensity == file.transfer->noise_intensity);
    CHECK(std::abs(saved.result.mean_rate_hz().sum() -
                   saved.result.spike_count.sum() / (2e-3 * saved.result.duration_ms)) < 1e-6);

    CHECK(run({"info", "fitted.mat"}).out.find("2 copies of every unit,") != std::string::npos);
    CHECK(run({"compare", "fitted.mat", "--trials", "4"}).code == 0);
    CHECK(run({"export", "fitted.mat", "--format", "nir", "-o", "fitted.nir"}).code == 0);
  }

  TEST_CASE("mapping anew starts from the published operating point") {
    const WorkingFolder folder;
    copy_model();
    const std::vector<std::string> quick{"--trials", "4", "--scaling", "40"};
    REQUIRE(run(std::vector<std::string>{"map", "model.mat", "--mapping", "fitted", "-o",
                                         "fitted.mat"} +
                quick)
                .code == 0);
    const auto points = [&](const std::string& model) {
      return run(std::vector<std::string>{"map", model, "--mapping", "published", "-o", "out.mat",
                                          "--json"} +
                 quick)
          .json()["points"];
    };
    CHECK(points("fitted.mat") == points("model.mat"));
    CHECK(io::read_model("out.mat").transfer == mapping::TransferOptions{});
  }

  TEST_CASE("fit by type: every unit of a type has the same gain, which the file keeps") {
    const WorkingFolder folder;
    copy_model();
    REQUIRE(run({"map", "model.mat", "--mapping", "fitted", "--fit", "type", "--scaling", "60",
                 "--trials", "4", "-o", "typed.mat"})
                .code == 0);
    const auto transfer = io::read_model("typed.mat").transfer.value();
    REQUIRE(transfer.unit_gain.size() == 200);
    const std::set<double> gains(transfer.unit_gain.begin(), transfer.unit_gain.end());
    CHECK(gains.size() == 2);
    CHECK(run({"info", "typed.mat"}).out.find("around which every unit has its own") !=
          std::string::npos);
  }

  TEST_CASE("an engine that is asked for gets a neuron that it knows") {
    const WorkingFolder folder;
    copy_model();
    const Outcome outcome =
        run({"map", "model.mat", "--mapping", "fitted", "--engine", "clock", "--scaling", "7,40",
             "--trials", "4", "-o", "clock.mat", "--json"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.json()["simulation"]["engine"] == "clock");
    CHECK(outcome.json()["spiking_network"]["refractory_noise"] == true);
  }

  TEST_CASE("copies that differ in bias: files, runs and reports say so") {
    const WorkingFolder folder;
    copy_model();
    REQUIRE(run({"map", "model.mat", "--mapping", "fitted", "--fit", "copy", "--copies", "3",
                 "--scaling", "60", "--trials", "4", "-o", "copies.mat"})
                .code == 0);
    const auto transfer = io::read_model("copies.mat").transfer.value();
    REQUIRE(transfer.copy_bias_mv.size() == 3);
    CHECK(run({"info", "copies.mat"}).out.find("3 copies of every unit that differ in bias") !=
          std::string::npos);
    REQUIRE(run({"simulate", "copies.mat", "-o", "run.mat"}).code == 0);
    REQUIRE(
        run({"export", "run.mat", "--format", "csv", "--table", "spikes", "-o", "s.csv"}).code ==
        0);
    CHECK(read_text("s.csv").starts_with("unit,copy,time_ms\n"));
    // As many copies have a bias; a new search forgets them.
    for (const char* command : {"eval", "compare", "simulate", "report"}) {
      CAPTURE(command);
      std::vector<std::string> words{command, "copies.mat", "--copies", "8"};
      if (std::string(command) == "report" || std::string(command) == "simulate") {
        words.insert(words.end(), {"-o", "result"});
      }
      check_refused_in_a_line(
          words, {"--copies: found 8; must be left out or 3: MODEL was fitted with 3 copies"});
    }
    CHECK(run({"eval", "copies.mat", "--copies", "3", "--trials", "2"}).code == 0);
    CHECK(run({"map", "copies.mat", "--mapping", "fitted", "--copies", "2", "--scaling", "60",
               "--trials", "4", "-o", "other.mat"})
              .code == 0);
  }

  TEST_CASE("threshold, reset and bias on the command line; old files read as published") {
    const WorkingFolder folder;
    copy_model();
    const auto network = [](const std::vector<std::string>& more) {
      return run(std::vector<std::string>{"eval", "model.mat", "--scaling", "40", "--trials", "2",
                                          "--json"} +
                 more)
          .json()["spiking_network"];
    };
    CHECK(network({})["mapping"] == "published");
    CHECK(network({})["drive_gain"] == 1.0);
    const auto changed = network({"--threshold", "-50", "--reset", "-70", "--bias", "-48"});
    CHECK(changed["threshold_mv"] == -50.0);
    CHECK(changed["reset_mv"] == -70.0);
    CHECK(changed["bias_mv"] == -48.0);
  }

  TEST_CASE("what cannot be is refused in one line") {
    const WorkingFolder folder;
    copy_model();
    const auto refused = [&](const std::vector<std::string>& more, const std::string& words) {
      const Outcome outcome = run(
          std::vector<std::string>{"map", "model.mat", "--trials", "2", "--scaling", "40"} + more);
      CAPTURE(outcome.err);
      CHECK(outcome.code == 2);
      CHECK(outcome.err.find(words) != std::string::npos);
      CHECK(folder.files() == std::vector<std::string>{"model.mat"});
    };
    refused({"--target", "1"}, "--target: found 1; must be");
    refused({"--target", "0"}, "--target: found 0; must be");
    refused({"--copies", "0"}, "--copies: found 0; must be");
    refused({"--copies", "100000"}, "GB");
    refused({"--threshold", "-70"}, "--threshold: found -70 mV; must be above the reset, -65 mV");
    refused({"--mapping", "fitted", "--neuron", "qif"}, "no rate curve in closed form");
    refused({"--mapping", "fitted", "--noise", "0"}, "only noisy networks");
    refused({"--copies", "2", "--engine", "clock"}, "must be bridge");
    // What a mapping has no use for is not passed over.
    const std::string fitted = "--mapping published beside it; must come with --mapping fitted";
    refused({"--mapping", "published", "--fit", "unit"}, "--fit: found " + fitted);
    refused({"--mapping", "published", "--max-rate", "5"}, "--max-rate: found " + fitted);
    refused({"--mapping", "published", "--max-copies", "2"}, "--max-copies: found " + fitted);
    refused({"--mapping", "published", "--target", "0.9"}, "--target: found " + fitted);
    refused({"--max-copies", "2"}, "--max-copies: found --scaling beside it");
    refused({"--copies", "4", "--max-copies", "2"}, "--max-copies: found --copies beside it");
    const std::string published = "--mapping fitted beside it; must come with --mapping published";
    refused({"--mapping", "fitted", "--refine", "1"}, "--refine: found " + published);
    refused({"--mapping", "fitted", "--selection", "reference"}, "--selection: found " + published);
  }

  TEST_CASE(
      "a value under which units fire without end is one that fails, and the search goes on") {
    const WorkingFolder folder;
    copy_model();
    const Outcome outcome = run({"map", "model.mat", "--refractory", "0", "--mapping", "published",
                                 "--scaling", "2,40", "--trials", "2", "-o", "r.mat", "--json"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.json()["best"]["scaling_factor"] == 40);
    CHECK(outcome.json()["points"][0]["accuracy"]["successes"] == 0);
    const Outcome alone = run({"map", "model.mat", "--refractory", "0", "--mapping", "published",
                               "--scaling", "2", "--trials", "2", "-o", "r.mat"});
    CHECK(alone.code == 2);
    CHECK(says(alone.err, "every scaling factor"));
  }

  TEST_CASE("a rate above the limit is told, and what may be given where spikes do not suffice") {
    const WorkingFolder folder;
    copy_model();
    const std::vector<std::string> quick{"map", "model.mat", "--trials", "20",
                                         "-o",  "out.mat",   "--json"};
    const auto notes = [&](const std::vector<std::string>& more) {
      return run(quick + more).json()["notes"].dump();
    };
    // Published suffices at 7 Hz; below that the search goes on.
    CHECK(notes({}) == "[]");
    const auto slow = run(quick + std::vector<std::string>{"--max-rate", "5"}).json();
    CHECK(slow["reached"] == true);
    CHECK(slow["notes"].dump() == "[]");
    CHECK(slow["best"]["mean_rate_hz"] <= 5.1);
    const auto fast = run(quick + std::vector<std::string>{"--max-rate", "2", "--neuron", "qif",
                                                           "--scaling", "40"})
                          .json();
    CHECK(fast["reached"] == false);
    // Quadratic units cannot be fitted: nothing is offered that would be refused.
    const std::string quadratic = notes({"--max-rate", "2", "--neuron", "qif", "--scaling", "40"});
    CHECK(says(quadratic, "of --max-rate"));
    CHECK_FALSE(says(quadratic, "--mapping fitted"));
    CHECK(notes({"--mapping", "fitted", "--scaling", "40", "--target", "0.999"})
              .find("1000 fresh trials cannot show more than 99.6 %") != std::string::npos);
    const std::string few = notes({"--mapping", "fitted", "--scaling", "0.5"});
    CHECK(few.find("spikes that the values tried allow") != std::string::npos);
    CHECK(few.find("other --scaling and --copies, or leave --scaling out") != std::string::npos);
    // Values that miss, of whatever mapping: what to do next.
    CHECK(says(notes({"--mapping", "published", "--scaling", "200"}),
               "no value of --scaling gives 95 % with the published mapping: others may"));
    CHECK(says(notes({"--mapping", "fitted", "--scaling", "60", "--refractory", "100"}),
               "leave --scaling out"));
  }
}

}  // namespace rheobase
