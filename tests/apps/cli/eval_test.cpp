#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"
#include "tests/tolerances.hpp"

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

  TEST_CASE("of given trials the RMSE to the target is told, by eval as by compare") {
    const WorkingFolder folder;
    constexpr double kTarget = 0.25;
    Eigen::MatrixXd z = Eigen::MatrixXd::Constant(40, 1, kTarget);
    z.topRows(20).setConstant(std::numeric_limits<double>::quiet_NaN());  // not scored
    io::MatFields trials;
    trials.matrix("u", Eigen::MatrixXd::Ones(1, 40));
    trials.matrix("z", z);
    io::write_mat("trials.mat", trials, io::MatVersion::level73);
    REQUIRE(run(training_on("file", "trials.mat", "own.mat")).code == 0);
    const std::vector<std::string> compare{"compare", "own.mat",          "--scaling",
                                           "40",      "--analysis-start", "0"};
    const Outcome compared = run(compare + std::vector<std::string>{"-o", "c.mat", "--json"});
    CAPTURE(compared.err);
    REQUIRE(compared.code == 0);
    const auto all = compared.json()["all"];
    const auto evaluated = run({"eval", "own.mat", "--scaling", "40", "--json"}).json();
    for (const std::string network : {"rate", "spiking"}) {
      CAPTURE(network);
      const Eigen::MatrixXd output = io::MatFile("c.mat").matrix(network + "_output", 1, 39, "");
      const double rmse = std::sqrt((output.rightCols(19).array() - kTarget).square().mean());
      CHECK(all[network + "_target_rmse"].get<double>() == near(rmse, 1e-9));
      CHECK(compared.json()["conditions"][0][network + "_target_rmse"] ==
            all[network + "_target_rmse"]);
      // eval runs the rate network in single precision.
      CHECK(evaluated[network]["target_rmse"].get<double>() == near(rmse, 1e-3));
    }
    const auto kept = nlohmann::json::parse(io::MatFile("c.mat").text("summary", ""));
    CHECK(kept["all"] == all);
    REQUIRE(run(compare + std::vector<std::string>{"-o", "c.json"}).code == 0);
    CHECK(nlohmann::json::parse(read_text("c.json"))["all"] == all);
    CHECK(run(compare + std::vector<std::string>{"--baseline", "c.json"}).code == 0);
    const std::string text = run({"eval", "own.mat", "--scaling", "40"}).out;
    CHECK(says(text, "  RMSE to target  "));
    CHECK(says(text, "an RMSE to the target below 0.3 in a trial (--rms-limit)"));
    CHECK(says(run({"eval", "own.mat", "--network", "rate", "--rms-limit", "0.5"}).out,
               "below 0.5 in a trial"));
    const std::string tables = run(compare).out;
    CHECK(says(tables, "RMSE  RMSE, rate to target  RMSE, spiking to target  correlation"));
    CHECK(says(tables, "accuracy and RMSE to the target as in eval"));
    copy_model();  // whose task has no such limit
    CHECK_FALSE(says(run({"eval", "model.mat", "--trials", "2"}).out, "RMSE"));
  }

  TEST_CASE("options of spiking networks are not passed over where none is evaluated") {
    const WorkingFolder folder;
    copy_model();
    for (const char* option : {"--noise", "--copies", "--scaling", "--noise-sd"}) {
      check_refused_in_a_line({"eval", "model.mat", "--network", "rate", option, "4"},
                              {"--network: found rate", "must be both or spiking"});
    }
  }

  TEST_CASE("the single-precision model evaluates like the double one") {
    const WorkingFolder folder;
    copy_model("go-nogo_N200_s1_single");
    const auto json = run({"eval", "model.mat", "--trials", "20", "--json"}).json();
    CHECK(json["rate"]["accuracy"]["successes"] >= 19);
  }
}

}  // namespace rheobase
