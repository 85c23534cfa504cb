#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/mat/rate_model_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

namespace perturb_test {

using Words = std::vector<std::string>;

/// The trained Go-NoGo network of data/models.
std::string trained() {
  return std::string(RHEOBASE_DATA) + "/go-nogo_N200_seed1.lif.mat";
}

double accuracy(const Outcome& outcome, const char* network) {
  return outcome.json()[network]["accuracy"]["value"].get<double>();
}

}  // namespace perturb_test

TEST_SUITE("cli") {
  using namespace perturb_test;

  TEST_CASE("lesions and drives take the task from both networks, small ones do not") {
    const Words eval{"eval", trained(), "--trials", "20", "--json"};
    const Outcome whole = run(eval);
    REQUIRE(whole.code == 0);
    CHECK(accuracy(whole, "rate") > 0.9);
    CHECK(accuracy(whole, "spiking") > 0.9);
    const Outcome nothing = run(eval + Words{"--lesion", "all@0"});
    CHECK(nothing.json()["spiking"]["accuracy"] == whole.json()["spiking"]["accuracy"]);
    CHECK(nothing.json()["intervention"] == "lesion of 0 units (all@0)");
    for (const Words& words :
         {Words{"--lesion", "all"}, Words{"--lesion-connections", "all-all@1"},
          Words{"--drive", "all", "--drive-strength", "-30", "--drive-window", "200:1000"}}) {
      CAPTURE(words);
      const Outcome outcome = run(eval + words);
      CAPTURE(outcome.err);
      REQUIRE(outcome.code == 0);
      // NoGo alone is right when nothing happens.
      CHECK(accuracy(outcome, "rate") < 0.8);
      CHECK(accuracy(outcome, "spiking") < 0.8);
    }
  }

  TEST_CASE("simulate and compare take them too") {
    const WorkingFolder folder;
    const Words simulate{"simulate", trained(), "--condition", "go", "-o", "run.mat", "--json"};
    const auto spikes = [&](const Words& words) {
      return run(simulate + words).json()["spikes"].get<double>();
    };
    const Words drive{"--drive", "all", "--drive-strength", "-30"};
    CHECK(spikes(drive) < 0.5 * spikes({}));
    const Outcome compared =
        run({"compare", trained(), "--trials", "8", "--lesion", "inh@0.5", "--json"});
    CAPTURE(compared.err);
    REQUIRE(compared.code == 0);
    CHECK(compared.json()["intervention"].get<std::string>().starts_with("lesion of "));
  }

  TEST_CASE(
      "thresholds, biases and delays that differ: the same on any number of threads, kept by map") {
    const WorkingFolder folder;
    const Words eval{"eval", trained(),  "--network", "spiking", "--scaling",
                     "40",   "--trials", "20",        "--json"};
    const auto spiking = [](const Outcome& outcome) {
      CAPTURE(outcome.err);
      REQUIRE(outcome.code == 0);
      auto found = outcome.json()["spiking"];
      found.erase("seconds");
      return found;
    };
    const auto plain = spiking(run(eval));
    CHECK(spiking(run(eval + Words{"--threshold-sd", "0", "--bias-sd", "0", "--tau-membrane-sd",
                                   "0", "--refractory-sd", "0"})) == plain);
    for (const char* option : {"--tau-membrane-sd", "--refractory-sd"}) {
      const auto varied = spiking(run(eval + Words{option, "0.5", "--threads", "1"}));
      CHECK(varied["mean_rate_hz"] != plain["mean_rate_hz"]);
      CHECK(spiking(run(eval + Words{option, "0.5", "--threads", "4"})) == varied);
      const Outcome refused = run(eval + Words{"--neuron", "qif", option, "1"});
      CHECK(refused.code == 2);
      CHECK(says(refused.err, std::string(option) + ": found qif units; must come with lif"));
    }
    const Words differ{"--threshold-sd",    "1.5", "--bias-sd",       "0.5",
                       "--tau-membrane-sd", "1",   "--refractory-sd", "0.3"};
    const auto one = spiking(run(eval + differ + Words{"--threads", "1"}));
    CHECK(one["mean_rate_hz"] != plain["mean_rate_hz"]);
    CHECK(spiking(run(eval + differ + Words{"--threads", "2"})) == one);
    CHECK(spiking(run(eval + differ + Words{"--threads", "4"})) == one);
    CHECK(spiking(run(eval + differ + Words{"--unit-seed", "2"})) != one);
    // Units that fire all the time or never cannot tell a Go trial from a NoGo one.
    const auto broken = spiking(run(eval + Words{"--threshold-sd", "15"}));
    CHECK(broken["accuracy"]["value"].get<double>() < 0.8);

    REQUIRE(run(Words{"map", trained(), "--mapping", "published", "--scaling", "40", "--trials",
                      "2", "-o", "kept.mat"} +
                differ)
                .code == 0);
    Words kept = eval;
    kept[1] = "kept.mat";
    CHECK(spiking(run(kept)) == one);
    const Words delays{"--synaptic-delay", "1", "--delay-spread", "4"};
    const auto delayed = spiking(run(eval + delays + Words{"--threads", "1"}));
    CHECK(delayed["mean_rate_hz"] != plain["mean_rate_hz"]);
    CHECK(spiking(run(eval + delays + Words{"--threads", "4"})) == delayed);
    CHECK(spiking(run(eval + delays + Words{"--unit-seed", "2"})) != delayed);
    const Outcome refused = run(eval + Words{"--neuron", "qif", "--threshold-sd", "1"});
    CHECK(refused.code == 2);
    CHECK(says(refused.err, "--threshold-sd: found qif units; must come with lif units"));
  }

  TEST_CASE("perturb: accuracy over the size of a lesion, strength and time of a drive") {
    const Words perturb{"perturb", trained(), "--trials", "10", "--json"};
    const Outcome lesion =
        run(perturb + Words{"--lesion", "exc", "--fractions", "0,1", "--repeats", "2"});
    CAPTURE(lesion.err);
    REQUIRE(lesion.code == 0);
    const auto points = lesion.json()["points"];
    REQUIRE(points.size() == 2);
    REQUIRE(points[0]["repeats"].size() == 2);
    CHECK(points[0]["repeats"][0] == points[0]["repeats"][1]);
    CHECK(points[0]["repeats"][0]["spiking"]["value"] >
          points[1]["repeats"][0]["spiking"]["value"]);
    const Outcome spread =
        run(perturb + Words{"--vary", "threshold-sd", "--values", "0,15", "--repeats", "2"});
    CAPTURE(spread.err);
    REQUIRE(spread.code == 0);
    const auto spreads = spread.json()["points"];
    CHECK(spread.json()["varied"] == "Standard deviation of thresholds (mV)");
    // Without a spread there is nothing to draw; the rate network has no thresholds.
    CHECK(spreads[0]["repeats"][0] == spreads[0]["repeats"][1]);
    CHECK(spreads[0]["repeats"][0]["spiking"]["value"] > 0.9);
    CHECK(spreads[1]["repeats"][0]["spiking"]["value"] < 0.8);
    CHECK(spreads[0]["repeats"][0]["rate"] == spreads[1]["repeats"][1]["rate"]);
    const Outcome alone = run({"eval", trained(), "--trials", "10", "--threshold-sd", "15",
                               "--unit-seed", "2", "--json"});
    CHECK(alone.json()["spiking"]["accuracy"] == spreads[1]["repeats"][1]["spiking"]);
    for (const std::string option : {"tau-membrane-sd", "refractory-sd"}) {
      CAPTURE(option);
      const Outcome times =
          run(perturb + Words{"--vary", option, "--values", "0,30", "--repeats", "2"});
      CAPTURE(times.err);
      REQUIRE(times.code == 0);
      const auto at = times.json()["points"];
      CHECK(at[0]["repeats"][0] == at[0]["repeats"][1]);
      const Outcome second = run(
          {"eval", trained(), "--trials", "10", "--" + option, "30", "--unit-seed", "2", "--json"});
      CHECK(second.json()["spiking"]["accuracy"] == at[1]["repeats"][1]["spiking"]);
    }
    const Outcome strength = run({"perturb", trained(), "--trials", "10", "--drive", "all",
                                  "--drive-window", "200:1000", "--strengths", "-30,0"});
    REQUIRE(strength.code == 0);
    CHECK(strength.out.find("Strength of the drive") != std::string::npos);
    CHECK(strength.out.find("95 % interval") != std::string::npos);
    const Outcome times = run(perturb + Words{"--drive", "exc", "--drive-strength", "-30",
                                              "--times", "100,700", "--duration", "50"});
    CHECK(times.json()["points"].size() == 2);
  }

  TEST_CASE("perturb says what a fraction removes, how the networks run and what it replaces") {
    const WorkingFolder folder;
    const Words few{"--trials", "4", "--scaling", "40"};
    const Outcome lesion = run(Words{"perturb", trained(), "--lesion", "1,2,3", "--fractions",
                                     "0,0.5,1", "--engine", "clock"} +
                               few);
    CAPTURE(lesion.out);
    REQUIRE(lesion.code == 0);
    for (const char* part : {"changed  at 1: lesion of 3 units (1,2,3@1)",
                             "spiking  scaling factor 40, clock engine", "removed\n"}) {
      CHECK(says(lesion.out, part));
    }
    const std::string last = lesion.out.substr(lesion.out.find("\n1 "));
    CHECK(last.substr(last.find_last_not_of(" \n"), 1) == "3");

    REQUIRE(run({"map", trained(), "--mapping", "published", "--scaling", "40", "--trials", "2",
                 "-o", "own.mat"})
                .code == 0);
    io::ModelFile own = io::read_model("own.mat");
    own.transfer->unit_threshold_mv.assign(200, -40.0);
    own.transfer->unit_threshold_mv.front() = -39.0;
    own.transfer->unit_tau_membrane_ms.assign(200, 9.0);
    io::write_model("own.mat", own);
    const auto own_values = [](const Words& command) {
      return run(command + Words{"--json"}).json()["spiking_network"]["own_values"];
    };
    const auto both = nlohmann::json{"unit_threshold_mv", "unit_tau_membrane_ms"};
    CHECK(own_values({"info", "own.mat"}) == both);
    const Words eval{"eval", "own.mat", "--trials", "2"};
    CHECK(own_values(eval) == both);
    CHECK(own_values(eval + Words{"--threshold", "-40", "--tau-membrane", "10"}).empty());
    const Words varied{"perturb", "own.mat", "--vary", "threshold", "--values=-40,-39"};
    const Outcome replaced = run(varied + few);
    CHECK(says(replaced.err,
               "--vary threshold is in the place of the thresholds of the units in own.mat"));
    CHECK(!says(replaced.out, "thresholds of the units"));
    check_refused_in_a_line(
        Words{"perturb", trained(), "--vary", "threshold", "--values=-40,35"} + few,
        {"--values: found 35 mV; must be at most 30 mV, the voltage recorded at a spike"});
    CHECK(!says(run(Words{"perturb", "own.mat", "--vary", "reset", "--values=-65,-64"} + few).err,
                "in the place of"));
  }

  TEST_CASE("units of both signs are neither exc nor inh") {
    const WorkingFolder folder;
    REQUIRE(run(tiny_training("mixed.mat") + Words{"--dale", "false"}).code == 0);
    const auto refusal = [](const std::string& units) {
      const Outcome outcome =
          run({"eval", "mixed.mat", "--scaling", "25", "--trials", "2", "--lesion", units});
      CHECK(outcome.code == 2);
      return outcome.err;
    };
    CHECK(says(refusal("inh"), "--lesion: found 'inh'; must be units that the network has"));
    CHECK(says(refusal("exc"), "--lesion: found 'exc'; must be units that the network has"));
    CHECK(run({"eval", "mixed.mat", "--scaling", "25", "--trials", "2", "--lesion", "all"}).code ==
          0);
  }

  TEST_CASE("options of a drive or a draw without one are refused by every command that has them") {
    const WorkingFolder folder;
    const std::vector<Words> commands{{"eval", trained(), "--trials", "2"},
                                      {"compare", trained(), "--trials", "2"},
                                      {"simulate", trained(), "--condition", "go", "-o", "r.mat"}};
    for (const Words& command : commands) {
      CAPTURE(command);
      const Outcome strength = run(command + Words{"--drive-strength", "5"});
      CHECK(strength.code == 2);
      CHECK(says(strength.err, "--drive-strength: found 5; must come with --drive"));
      const Outcome seed = run(command + Words{"--lesion-seed", "3", "--lesion", "inh"});
      CHECK(seed.code == 2);
      CHECK(says(seed.err, "--lesion-seed: found 3; must come with a fraction to draw"));
    }
    const Words seeded{"--lesion-seed", "3", "--lesion", "inh@0.25"};
    CHECK(run(commands[0] + seeded).code == 0);
    const Outcome both = run({"perturb", trained(), "--drive", "all", "--drive-strength", "5",
                              "--strengths", "0,1", "--trials", "2"});
    CHECK(both.code == 2);
    CHECK(says(both.err, "--drive-strength: found 5; must be left out beside --strengths"));
    const Outcome type = run(commands[0] + Words{"--lesion", "pv"});
    CHECK(type.code == 2);
    CHECK(says(type.err, "or exc, inh, som, all"));
  }

  TEST_CASE("what is asked of perturb and lesions is refused in one line") {
    const auto refusal = [](const Words& words) {
      const Outcome outcome = run(Words{"perturb", trained()} + words);
      CHECK(outcome.code == 2);
      return outcome.err;
    };
    const auto has = [](const std::string& text, const char* part) {
      CAPTURE(text);
      CHECK(text.find(part) != std::string::npos);
    };
    has(refusal({"--lesion", "inh"}), "must be one: what is varied");
    has(refusal({"--lesion", "inh@0.5", "--fractions", "0,1"}), "without @");
    has(refusal({"--fractions", "0,1"}), "no lesion or two");
    has(refusal({"--lesion", "inh", "--strengths", "1,2"}), "must come with --drive");
    has(refusal({"--drive", "inh", "--times", "5000"}), "--times: found 5000; must start within");
    // Hours, were the first value tried in full before the second is looked at.
    has(refusal({"--vary", "threshold", "--values", "-40,-80", "--trials", "10000000"}), "reset");
    has(refusal({"--vary", "threshold", "--values", "-40,-39", "--repeats", "5"}),
        "--repeats: found 5; must be 1: nothing is drawn");
    has(refusal({"--vary", "bias-sd", "--values", "0,nan"}), "must be numbers, with commas");
    has(refusal({"--vary", "threshold-sd"}), "must be one: what is varied");
    has(refusal({"--values", "1,2"}), "must come with --vary");
    has(refusal({"--vary", "dance", "--values", "1,2"}), "must be one of tau-membrane");
    has(refusal({"--vary", "threshold-sd", "--values", "-1"}), "--values: found -1; must be");
    has(refusal({"--vary", "bias-sd", "--values", "1", "--bias-sd", "2"}), "must be left out");
    has(refusal({"--drive", "exc", "--strengths", "0,1e300"}),
        "--strengths: found '1e300'; must be numbers, -1000000 to 1000000");
    has(refusal({"--drive", "exc", "--strengths", "0,1", "--duration", "50"}),
        "--duration: found 50; must come with --times");
    has(refusal({"--drive", "exc", "--strengths", "0,1", "--repeats", "3"}),
        "--repeats: found 3; must be 1: nothing is drawn");
    has(refusal({"--lesion", "interneurons", "--fractions", "0"}), "--lesion");
    has(refusal({"--lesion-connections", "exc", "--fractions", "0"}), "FROM-TO@FRACTION");
    has(run({"eval", trained(), "--lesion", "1:3,2"}).err,
        "--lesion: found 1:3,2; must name unit 2 once");
    CHECK(run({"eval", trained(), "--trials", "2", "--lesion-connections", "exc-inh@1e-6"}).code ==
          0);  // a fraction that rounds to none
    has(run({"eval", trained(), "--drive-window", "0:100"}).err, "must come with --drive");
  }

  TEST_CASE("a drive without measure is the fault of its option, a strong one stays finite") {
    const WorkingFolder folder;
    for (const Words& words : {Words{"eval", trained(), "--trials", "2"},
                               Words{"simulate", trained(), "-o", "run.mat"}}) {
      const Outcome refused = run(words + Words{"--drive", "exc", "--drive-strength", "1e300"});
      CAPTURE(refused.err);
      CHECK(refused.code == 2);
      CHECK(says(refused.err, "--drive-strength: found 1e300; must be a number, -1000000 to "));
      for (const char* strongest : {"-1e6", "1e6"}) {
        const Outcome driven = run(words + Words{"--drive", "exc", "--drive-strength", strongest});
        CAPTURE(driven.err);
        CHECK(driven.code == 0);
      }
    }
  }

  TEST_CASE("an option that looks like volts is noted once in a sweep") {
    const WorkingFolder folder;
    CHECK(run({"perturb", trained(), "--trials", "2", "--threshold", "-0.04", "--vary",
               "threshold-sd", "--values", "0,1,2"})
              .err == "rheobase: note: --threshold of -0.04 mV: are these volts?\n");
  }

  TEST_CASE("thresholds that had to be drawn again are noted, once for every spread") {
    const WorkingFolder folder;
    const std::string noted = "units were drawn again, being at or below the reset";
    const Words eval{"eval", trained(), "--trials", "2", "--threshold-sd"};
    const Outcome wide = run(eval + Words{"30"});
    CAPTURE(wide.err);
    CHECK(wide.code == 0);
    // A fifth of a normal distribution is below -25 / 30 standard deviations.
    CHECK(says(wide.err, "--threshold-sd 30: the thresholds of 38 of 200 units"));
    CHECK(says(wide.err, noted));
    CHECK(!says(run(eval + Words{"1"}).err, noted));
    const Outcome simulated = run({"simulate", trained(), "--threshold-sd", "30", "-o", "run.mat"});
    CHECK(says(simulated.err, noted));
    const Outcome varied = run(
        {"perturb", trained(), "--vary", "threshold-sd", "--values", "0,30,60", "--trials", "2"});
    CHECK(says(varied.err, "--threshold-sd 30: "));
    CHECK(says(varied.err, "--threshold-sd 60: "));
    CHECK(!says(varied.err, "--threshold-sd 0: "));
  }

  TEST_CASE("perturb: units that differ are those of the model, and others in every repeat") {
    const WorkingFolder folder;
    REQUIRE(run({"map", trained(), "--mapping", "published", "--scaling", "40", "--trials", "2",
                 "--threshold-sd", "6", "--unit-seed", "7", "-o", "differ.mat"})
                .code == 0);
    const Words few{"--trials", "20", "--json"};
    std::vector<nlohmann::json> drawn;
    for (const char* seed : {"7", "8", "9"}) {
      drawn.push_back(run(Words{"eval", "differ.mat", "--unit-seed", seed} + few)
                          .json()["spiking"]["accuracy"]);
    }
    REQUIRE(drawn[0] != drawn[1]);
    REQUIRE(drawn[1] != drawn[2]);
    for (const Words& sweep : {Words{"--vary", "threshold-sd", "--values", "6"},
                               Words{"--drive", "exc", "--strengths", "0"}}) {
      CAPTURE(sweep);
      const Outcome swept = run(Words{"perturb", "differ.mat", "--repeats", "3"} + sweep + few);
      CAPTURE(swept.err);
      REQUIRE(swept.code == 0);
      const auto repeats = swept.json()["points"][0]["repeats"];
      for (std::size_t k = 0; k < drawn.size(); ++k) {
        CHECK(repeats[k]["spiking"] == drawn[k]);
      }
    }
  }
}

}  // namespace rheobase
