#include <filesystem>

#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "io/mat/run_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kQuick{"--trials", "4", "--scaling", "40:10:60"};

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("map adds the scaling factor and leaves its input alone") {
    const WorkingFolder folder;
    copy_model();
    const std::string before = read_text("model.mat");
    const Outcome outcome = run(std::vector<std::string>{"map", "model.mat"} + kQuick);
    CAPTURE(outcome.err);
    CHECK(outcome.code == 0);
    CHECK(read_text("model.mat") == before);
    CHECK(folder.files() == std::vector<std::string>{"model.lif.mat", "model.mat"});
    CHECK(outcome.out.find("scaling  accuracy") != std::string::npos);
    CHECK(outcome.out.find("  best\n") != std::string::npos);
    CHECK(outcome.out.find("seed 1,") != std::string::npos);

    const io::ModelFile mapped = io::read_model("model.lif.mat");
    REQUIRE(mapped.scaling_factor);
    CHECK(mapped.provenance.scaling_factors == std::vector<double>{40, 50, 60});
    CHECK(mapped.provenance.accuracies.size() == 3);
    CHECK(mapped.task == "go-nogo");
    CHECK(mapped.provenance.map_command ==
          "rheobase map model.mat --trials 4 --scaling 40:10:60 --seed 1");
    CHECK(mapped.dale.value().w == io::read_model("model.mat").dale.value().w);
    const io::MatFile input("model.mat");
    const io::MatFile output("model.lif.mat");
    for (const io::MatArray& field : input.arrays()) {
      CAPTURE(field.name);
      CHECK(output.has(field.name));
    }
  }

  TEST_CASE("where the rate network fails its task the highest accuracy is no success") {
    const WorkingFolder folder;
    REQUIRE(run(tiny_training("model.mat")).code == 0);
    for (const char* mapping : {"published", "auto"}) {
      CAPTURE(mapping);
      const std::vector<std::string> map{"map",   "model.mat", "--trials", "20",       "--scaling",
                                         "40,50", "--mapping", mapping,    "--output", "out.mat"};
      const Outcome outcome = run(map);
      CAPTURE(outcome.err);
      REQUIRE(outcome.code == 0);
      CHECK(outcome.out.find("fails its task") != std::string::npos);
      CHECK(outcome.out.find("\nbest ") == std::string::npos);
      CHECK(outcome.out.find(" best\n") == std::string::npos);
      CHECK(outcome.out.find("highest") != std::string::npos);
      // Before anything is offered.
      CHECK(outcome.out.find("fails its task") < outcome.out.find("scaling"));
      CHECK(says(outcome.out, "task: the rate network itself gets"));
      CHECK_FALSE(says(outcome.out, "no value of --scaling"));
      const auto json = run(map + std::vector<std::string>{"--json"}).json();
      CHECK(json["rate_network_fails"] == true);
      CHECK(json["rate_accuracy"]["value"] < 0.9);
    }
    copy_model();
    const auto good = run(std::vector<std::string>{"map", "model.mat"} + kQuick +
                          std::vector<std::string>{"--json"})
                          .json();
    CHECK(good["rate_network_fails"] == false);
  }

  TEST_CASE("the table of what was tried says what its columns are, and one row is the best") {
    const WorkingFolder folder;
    copy_model();
    const auto rows_marked = [](const std::string& text) {
      int marked = 0;
      for (std::size_t at = text.find("  best\n"); at != std::string::npos;
           at = text.find("  best\n", at + 1)) {
        ++marked;
      }
      return marked;
    };
    const Outcome tried = run({"map", "model.mat", "--trials", "20", "--scaling", "150,200"});
    CAPTURE(tried.err);
    REQUIRE(tried.code == 0);
    CHECK(rows_marked(tried.out) == 1);
    CHECK(says(tried.out, "scaling: spikes a second at r = 1; gain, bias above the threshold"));
    CHECK(tried.out.find("What was tried") < tried.out.find("fit error  predicted"));
    const Outcome published =
        run({"map", "model.mat", "--trials", "20", "--scaling", "40", "--mapping", "published"});
    CHECK(rows_marked(published.out) == 1);
    CHECK_FALSE(says(published.out, "What was tried"));
    CHECK(says(published.out, "distance: RMS of the\nspiking readout"));
    CHECK(says(run({"map", "--help"}).out, "--compensate-delay"));
  }

  TEST_CASE(
      "the file remembers the spiking network, eval and simulate use it unless told otherwise") {
    const WorkingFolder folder;
    copy_model();
    const Outcome outcome = run(std::vector<std::string>{"map", "model.mat", "--refractory", "0",
                                                         "--synapse", "single", "--readout-bias"} +
                                kQuick);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.out.find("network  refractory 0 ms, single exponential synapse, readout bias") !=
          std::string::npos);
    const auto network = [](const std::vector<std::string>& more) {
      const Outcome eval =
          run(std::vector<std::string>{"eval", "model.lif.mat", "--trials", "2", "--json"} + more);
      CAPTURE(eval.err);
      REQUIRE(eval.code == 0);
      return eval.json()["spiking_network"];
    };
    const auto remembered = network({});
    CHECK(remembered["refractory_ms"] == 0.0);
    CHECK(remembered["synapse"] == "single");
    CHECK(remembered["readout_bias"] == true);
    CHECK(remembered["neuron"] == "lif");
    const auto overruled = network({"--refractory", "3", "--no-readout-bias"});
    CHECK(overruled["refractory_ms"] == 3.0);
    CHECK(overruled["synapse"] == "single");
    CHECK(overruled["readout_bias"] == false);
    CHECK(network({"--neuron", "qif"})["refractory_ms"] == 2.0);

    REQUIRE(run({"simulate", "model.lif.mat", "--condition", "go", "-o", "run.mat"}).code == 0);
    const io::RunFile saved = io::read_run("run.mat");
    REQUIRE(saved.description.transfer);
    CHECK(saved.description.transfer->neuron.refractory_ms == 0.0);
    CHECK(saved.description.correct.has_value());
    const Outcome parity = run({"eval", "model.lif.mat", "--parity"});
    CHECK(parity.code == 2);
    CHECK(parity.err.find("--parity: found a readout bias") != std::string::npos);
  }

  TEST_CASE("the search does not depend on the number of threads") {
    const WorkingFolder folder;
    copy_model();
    const auto points = [](const std::string& threads) {
      auto json =
          run(std::vector<std::string>{"map", "model.mat", "--threads", threads, "--json"} + kQuick)
              .json();
      return json["points"];
    };
    const auto one = points("1");
    CHECK(one.size() == 3);
    CHECK(one == points("3"));
  }

  TEST_CASE("--json holds a point for every value, with its interval") {
    const WorkingFolder folder;
    copy_model();
    const auto json =
        run(std::vector<std::string>{"map", "model.mat", "--seed", "5", "--json"} + kQuick).json();
    for (const char* key : {"command", "model", "output", "task", "seed", "simulation", "points",
                            "best", "at_edge", "seconds"}) {
      CAPTURE(key);
      CHECK(json.contains(key));
    }
    CHECK(json["seed"] == 5);
    CHECK(json["output"] == "model.lif.mat");
    for (const auto& point : json["points"]) {
      const auto& accuracy = point["accuracy"];
      CHECK(accuracy["trials"] == 4);
      CHECK(accuracy["low"] <= accuracy["value"]);
      CHECK(accuracy["high"] >= accuracy["value"]);
      CHECK(point["mean_rate_hz"] > 0.0);
      CHECK(accuracy["value"] <= json["best"]["accuracy"]["value"]);
    }
  }

  TEST_CASE("--in-place rewrites the model and keeps fields it does not know") {
    const WorkingFolder folder;
    copy_model();
    io::MatFields fields;
    fields.number("my_own_field", 42.0);
    io::write_mat("mine.mat", fields, io::MatVersion::level5, fs::path("model.mat"));
    const Outcome outcome = run(std::vector<std::string>{"map", "mine.mat", "--in-place"} + kQuick);
    CAPTURE(outcome.err);
    CHECK(outcome.code == 0);
    CHECK(folder.files() == std::vector<std::string>{"mine.mat", "model.mat"});
    CHECK(io::MatFile("mine.mat").number("my_own_field", "") == 42.0);
    CHECK(io::read_model("mine.mat").scaling_factor);
  }

  TEST_CASE("an older output is replaced") {
    const WorkingFolder folder;
    copy_model();
    write_text("out.mat", "old");
    CHECK(run(std::vector<std::string>{"map", "model.mat", "-o", "out.mat"} + kQuick).code == 0);
    CHECK(io::read_model("out.mat").scaling_factor);
  }

  TEST_CASE("selection, synapse, neuron and control weights reach the search") {
    const WorkingFolder folder;
    copy_model();
    const auto rate = [](const std::vector<std::string>& more) {
      const Outcome outcome =
          run(std::vector<std::string>{"map", "model.mat", "--trials", "2", "--scaling", "50",
                                       "--mapping", "published", "--json"} +
              more);
      CAPTURE(outcome.err);
      REQUIRE(outcome.code == 0);
      return outcome.json()["best"]["mean_rate_hz"].get<double>();
    };
    const double plain = rate({});
    CHECK(rate({"--selection", "reference"}) == plain);
    // The same spikes, by the published order of operations.
    CHECK(rate({"--parity"}) == rate({"--engine", "clock"}));
    for (const std::vector<std::string>& more :
         std::vector<std::vector<std::string>>{{"--synapse", "single"},
                                               {"--refractory", "10"},
                                               {"--noise", "0"},
                                               {"--use-initial-weights"},
                                               {"--neuron", "qif"},
                                               {"--tau-membrane", "20"},
                                               {"--rise", "5"},
                                               {"--dt", "0.1"}}) {
      CAPTURE(more.front());
      CHECK(rate(more) != plain);
    }
  }
}

}  // namespace rheobase
