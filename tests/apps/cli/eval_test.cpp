#include <doctest/doctest.h>

#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

TEST_SUITE("cli") {
  TEST_CASE("eval compares both networks on the same trials") {
    const WorkingFolder folder;
    copy_model();
    const Outcome outcome =
        run({"eval", "model.mat", "--scaling", "50", "--trials", "20", "--json"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    const auto json = outcome.json();
    for (const char* key : {"command", "model", "task", "seed", "trials", "scaling_factor",
                            "simulation", "rate", "spiking", "conditions"}) {
      CAPTURE(key);
      CHECK(json.contains(key));
    }
    // The reference network does the task: 20 of 20 for the rate network, most for the LIF one.
    CHECK(json["rate"]["accuracy"]["successes"] >= 19);
    CHECK(json["spiking"]["accuracy"]["successes"] >= 15);
    int trials = 0;
    for (const auto& condition : json["conditions"]) {
      CHECK(condition["rate"]["trials"] == condition["spiking"]["trials"]);
      trials += condition["rate"]["trials"].get<int>();
    }
    CHECK(trials == 20);
    CHECK(folder.files() == std::vector<std::string>{"model.mat"});
  }

  TEST_CASE("a model without scaling factor is evaluated as a rate network, with a note") {
    const WorkingFolder folder;
    copy_model();
    const Outcome outcome = run({"eval", "model.mat", "--trials", "10"});
    CHECK(outcome.code == 0);
    CHECK(outcome.err.find("note: model.mat has no scaling factor") != std::string::npos);
    CHECK(outcome.out.find("\nrate ") != std::string::npos);
    CHECK(outcome.out.find("\nspiking ") == std::string::npos);
    CHECK(outcome.out.find("10, seed 1") != std::string::npos);
  }

  TEST_CASE("one network alone, other seeds and threads") {
    const WorkingFolder folder;
    copy_model();
    const auto spiking = [](const std::vector<std::string>& more) {
      return run(std::vector<std::string>{"eval", "model.mat", "--network", "spiking", "--scaling",
                                          "50", "--trials", "6", "--json"} +
                 more)
          .json();
    };
    const auto first = spiking({"--threads", "1"});
    CHECK_FALSE(first.contains("rate"));
    CHECK(first["spiking"]["mean_rate_hz"] ==
          spiking({"--threads", "4"})["spiking"]["mean_rate_hz"]);
    CHECK(first["spiking"]["mean_rate_hz"] != spiking({"--seed", "2"})["spiking"]["mean_rate_hz"]);
    CHECK_FALSE(run({"eval", "model.mat", "--network", "rate", "--trials", "5", "--json"})
                    .json()
                    .contains("spiking"));
  }

  TEST_CASE("the single-precision model evaluates like the double one") {
    const WorkingFolder folder;
    copy_model("go-nogo_N200_s1_single");
    const auto json = run({"eval", "model.mat", "--trials", "20", "--json"}).json();
    CHECK(json["rate"]["accuracy"]["successes"] >= 19);
  }
}

}  // namespace rheobase
