#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

TEST_SUITE("cli") {
  TEST_CASE("info of the reference network") {
    const WorkingFolder folder;
    copy_model();
    const Outcome outcome = run({"info", "model.mat"});
    CHECK(outcome.code == 0);
    CHECK(matches_golden(std::filesystem::path(RHEOBASE_TEST_DATA) / "cli/info_go-nogo.txt",
                         outcome.out));
    const auto json = run({"info", "model.mat", "--json"}).json();
    CHECK(json["units"] == 200);
    CHECK(json["excitatory"].get<int>() + json["inhibitory"].get<int>() == 200);
    CHECK(json["dale"] == true);
    CHECK(json["scaling_factor"].is_null());
    CHECK(json["decay_ms"]["smallest"] >= 20.0);
    CHECK(json["decay_ms"]["largest"] <= 100.0);
    CHECK(json["spectral_radius"] > 0.0);
  }

  TEST_CASE("info says what any of our files is, and other commands what they got in its place") {
    const WorkingFolder folder;
    REQUIRE(run(tiny_training("m.mat") + std::vector<std::string>{"--checkpoint", "c.mat"}).code ==
            0);
    REQUIRE(run({"simulate", "m.mat", "--scaling", "50", "-o", "run.mat"}).code == 0);
    REQUIRE(run({"simulate", "m.mat", "--scaling", "50", "--trials", "2", "-o", "runs.mat"}).code ==
            0);
    REQUIRE(run({"compare", "m.mat", "--scaling", "50", "--trials", "2", "-o", "cmp.mat"}).code ==
            0);
    io::MatFields trials;
    trials.matrix("u", Eigen::MatrixXd::Ones(1, 20));
    trials.matrix("z", Eigen::MatrixXd::Ones(20, 1));
    io::write_mat("trials.mat", trials, io::MatVersion::level73);
    const std::vector<std::pair<std::string, std::string>> kinds{
        {"run.mat", "a run of `rheobase simulate`"},
        {"runs.mat", "runs of `rheobase simulate --trials`"},
        {"cmp.mat", "a comparison of `rheobase compare`"},
        {"trials.mat", "trials of a task"}};
    for (const auto& [file, kind] : kinds) {
      CAPTURE(file);
      const Outcome text = run({"info", file});
      CHECK(text.code == 0);
      CHECK(says(text.out, kind));
      CHECK(run({"info", file, "--json"}).json()["kind"] == kind);
      const Outcome mapped = run({"map", file, "--scaling", "50", "-o", "x.mat"});
      CHECK(mapped.code == 2);
      CHECK(mapped.err.starts_with("rheobase: " + file + ": found " + kind +
                                   "; must be a rate network"));
    }
    CHECK(says(run({"info", "trials.mat"}).out, "1 x 20 double"));
    CHECK(says(run({"info", "trials.mat"}).out, "train, map, eval, compare, "));
    // A checkpoint is a network, too; its accuracy is that of the stop criteria.
    CHECK(says(run({"info", "c.mat"}).out, "trials, last check of the criteria: accuracy "));
    CHECK(says(run({"info", "m.mat"}).out, "trials, accuracy "));
    const auto checkpoint = run({"info", "c.mat", "--json"}).json();
    CHECK(checkpoint["kind"] == "a checkpoint of `rheobase train`");
    CHECK(checkpoint["units"] == run({"info", "m.mat", "--json"}).json()["units"]);
    REQUIRE(run({"compare", "m.mat", "--scaling", "50", "--trials", "2", "-o", "c.json"}).code ==
            0);
    CHECK(says(run({"info", "c.json"}).out, "a comparison of `rheobase compare`"));
  }

  TEST_CASE("info says what exports, pages and folders are and what is in them") {
    const WorkingFolder folder;
    const auto done = [](const std::vector<std::string>& words) {
      const Outcome outcome = run(words);
      CAPTURE(outcome.err);
      REQUIRE(outcome.code == 0);
    };
    for (const char* seed : {"1", "2"}) {
      done({"train", "--task", "go-nogo", "-N", "20", "--trials", "20", "--seeds", seed, "-o",
            "networks"});
    }
    const std::string model = "networks/go-nogo_N20_seed1.mat";
    REQUIRE(std::filesystem::exists(model));
    done({"simulate", model, "--scaling", "50", "-o", "run.mat"});
    done({"export", model, "--scaling", "50", "--format", "nir", "-o", "m.nir"});
    done({"export", model, "--format", "hdf5", "-o", "m.h5"});
    done({"export", "run.mat", "--format", "hdf5", "-o", "run.h5"});
    done({"export", "run.mat", "--format", "nwb", "-o", "run.nwb"});
    done({"export", "run.mat", "--format", "csv", "-o", "run.csv"});
    done({"export", model, "--format", "csv", "-o", "units.csv"});
    done({"network", "new", "net.toml"});
    struct Known {
      const char *file, *kind, *read_by, *part, *size;
    };
    for (const Known& known :
         {Known{"m.nir", "a NIR graph of `rheobase export`", "import", "rheobase/w",
                "20 x 20 numbers"},
          Known{"m.h5", "a model of `rheobase export --format hdf5`", "import", "rheobase/w",
                "20 x 20 numbers"},
          Known{"run.h5", "a run of `rheobase export --format hdf5`", "h5py", "spikes/count",
                "20 numbers"},
          Known{"run.nwb", "Neurodata Without Borders 2", "pynwb", "units/id", "20 numbers"},
          Known{"run.csv", "spikes of `rheobase export", "pandas", "columns", "unit,time_ms"},
          Known{"units.csv", "units of `rheobase export", "pandas", "rows", "20"},
          Known{"networks/summary.csv", "the summary of `rheobase train --seeds`", "pandas", "rows",
                "2"},
          Known{"networks", "a folder of networks of `rheobase train --seeds`", "info",
                "summary.csv", "byte"},
          Known{"net.toml", "a network of `rheobase network`", "network check", "[population.rnn]",
                "table"}}) {
      CAPTURE(known.file);
      const Outcome text = run({"info", known.file});
      CAPTURE(text.out);
      CAPTURE(text.err);
      CHECK(text.code == 0);
      for (const char* word : {known.kind, known.read_by, known.part, known.size}) {
        CHECK(says(text.out, word));
      }
      CHECK(
          says(run({"info", known.file, "--json"}).json()["kind"].get<std::string>(), known.kind));
    }
  }

  TEST_CASE("a damaged HDF5 file is refused by its name") {
    const WorkingFolder folder;
    write_text("cut.nwb", std::string("\x89HDF\r\n\x1a\n") + std::string(100, '\0'));
    const Outcome outcome = run({"info", "cut.nwb"});
    CHECK(outcome.code == 2);
    CHECK(outcome.err.starts_with("rheobase: cut.nwb: "));
  }

  TEST_CASE("units of a network without Dale's principle have no type") {
    const WorkingFolder folder;
    REQUIRE(run(tiny_training("signed.mat") + std::vector<std::string>{"--dale", "false"}).code ==
            0);
    const auto json = run({"info", "signed.mat", "--json"}).json();
    CHECK(json["mixed"] == json["units"]);
    CHECK(json["excitatory"] == 0);
    CHECK(json["inhibitory"] == 0);
    const std::string text = run({"info", "signed.mat"}).out;
    CHECK(text.find("of no type: weights of both signs") != std::string::npos);
    CHECK(text.find("excitatory") == std::string::npos);
    const Outcome compared =
        run({"compare", "signed.mat", "--scaling", "50", "--trials", "4", "--json"});
    CAPTURE(compared.err);
    REQUIRE(compared.code == 0);
    const auto types = compared.json()["types"];
    REQUIRE(types.size() == 1);
    CHECK(types[0]["type"] == "mixed");
  }

  TEST_CASE("info shows the commands that made a file, and its scaling factor") {
    const WorkingFolder folder;
    REQUIRE(run(tiny_training("model.mat")).code == 0);
    REQUIRE(run({"map", "model.mat", "--trials", "2", "--scaling", "40,50"}).code == 0);
    const auto json = run({"info", "model.lif.mat", "--json"}).json();
    CHECK(json["command"].get<std::string>().rfind("rheobase train --task go-nogo", 0) == 0);
    CHECK(json["map_command"] == "rheobase map model.mat --trials 2 --scaling 40,50 --seed 1");
    CHECK(json["training"]["seed"] == 3);
    CHECK(json["training"]["trials"] == 60);
    CHECK(json["scaling_factors"].size() == 2);
    const double factor = json["scaling_factor"];
    CHECK((factor == 40.0 || factor == 50.0));
    const std::string text = run({"info", "model.lif.mat"}).out;
    CHECK(text.find("made by") != std::string::npos);
    CHECK(text.find("best of 2 values from 40 to 50") != std::string::npos);
  }
}

}  // namespace rheobase
