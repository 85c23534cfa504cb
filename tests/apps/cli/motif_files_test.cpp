// What `info` says of files of motifs, what other commands say of a linear model, and what `motif
// targets` writes and refuses.
#include <algorithm>
#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "io/mat/motif_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

namespace motif_files_test {

using Words = std::vector<std::string>;

/// Two short motifs, and a small network for them with a trained module.
void make_files() {
  REQUIRE(run({"motif", "targets", "--kind", "oscillatory", "--count", "2", "--period", "120",
               "--harmonics", "2", "--chaos-units", "20", "-o", "targets.mat"})
              .code == 0);
  REQUIRE(run({"motif", "prepare", "--N", "24", "--P", "6", "--preparation", "2", "--batches", "3",
               "--batch", "8", "-o", "network.mat"})
              .code == 0);
}

void make_library() {
  make_files();
  const Outcome trained = run({"motif", "train", "network.mat", "--targets", "targets.mat",
                               "--batches", "10", "--batch", "8", "-o", "library.mat"});
  CAPTURE(trained.err);
  REQUIRE(trained.code == 0);
}

/// A training of the first of two motifs that was stopped at its first evaluation.
/// @returns the batches done
int make_stopped(int wanted) {
  io::MotifLibraryFile file = io::read_motif_library("network.mat");
  rate::add_motifs(file.library, io::read_motif_targets("targets.mat").targets);
  const rate::MotifTrainingOptions options{.batches = wanted, .batch = 8};
  rate::MotifLearner learner(file.library, {0}, options);
  learner.advance();
  io::take_training(file, learner, options, true);
  io::write_motif_library("stopped.mat", file);
  return learner.courses()[0].batches_done;
}

void make_linear() {
  REQUIRE(run({"motif", "targets", "--count", "2", "--samples", "200", "--longest", "150", "-o",
               "steps.mat"})
              .code == 0);
  const Outcome linear =
      run({"motif", "linear", "steps.mat", "--N", "30", "--P", "15", "--starts", "1", "--terms",
           "6", "--loop-iterations", "5", "--preparation-iterations", "20", "-o", "linear.mat"});
  CAPTURE(linear.err);
  REQUIRE(linear.code == 0);
}

}  // namespace motif_files_test

TEST_SUITE("cli") {
  using namespace motif_files_test;

  TEST_CASE("info of a library names its motifs and says how far they are trained") {
    const WorkingFolder folder;
    make_library();
    const Outcome text = run({"info", "library.mat"});
    CAPTURE(text.out);
    REQUIRE(text.code == 0);
    for (const char* part :
         {"a library of `rheobase motif`", "\narchitecture  additive-preparation\n",
          "\nmotifs        2\n", "\npreparation   trained, 3 batches\n", "\ntraining      done\n",
          "\noscillation2 ", "lowest RMSE"}) {
      CAPTURE(part);
      CHECK(says(text.out, part));
    }
    // Of the network in the file, and of no motif.
    for (const char* wrong : {"not recorded", "\ninputs", "\ntask", "`rheobase map`"}) {
      CAPTURE(wrong);
      CHECK_FALSE(says(text.out, wrong));
    }
    const auto json = run({"info", "library.mat", "--json"}).json();
    CHECK(json["training"]["trials"].is_null());
    const auto library = json["motif_library"];
    CHECK(library["architecture"] == "additive-preparation");
    CHECK(library["preparation"] ==
          nlohmann::json{{"training", "done"}, {"batches", 3}, {"batches_wanted", nullptr}});
    CHECK(library["training"] == "done");
    REQUIRE(library["motifs"].size() == 2);
    const auto motif = library["motifs"][1];
    CHECK(motif["name"] == "oscillation2");
    CHECK(motif["samples"] == 120);
    CHECK(motif["batches"] == 10);
    CHECK(motif["batches_wanted"].is_null());
    CHECK(motif["rmse"].get<double>() > 0.0);
    const io::MotifLibraryFile file = io::read_motif_library("library.mat");
    CHECK(motif["rms"] == rate::rms(file.library.motifs[1].target));
  }

  TEST_CASE("info of a library says where a training was stopped, and what is not trained") {
    const WorkingFolder folder;
    make_files();
    CHECK(says(run({"info", "network.mat"}).out, "\ntraining      none\n"));
    CHECK(run({"info", "network.mat", "--json"}).json()["motif_library"]["motifs"].empty());
    const int done = make_stopped(20);
    const Outcome text = run({"info", "stopped.mat"});
    CAPTURE(text.out);
    CHECK(says(text.out, fmt::format("\ntraining      stopped at batch {} of 20, of 1 motif; motif "
                                     "train --resume goes on\n",
                                     done)));
    CHECK(says(text.out, fmt::format(" {} of 20 ", done)));
    const auto library = run({"info", "stopped.mat", "--json"}).json()["motif_library"];
    CHECK(library["training"] == "stopped");
    CHECK(library["motifs"][0]["batches"] == done);
    CHECK(library["motifs"][0]["batches_wanted"] == 20);
    CHECK(library["motifs"][1]["batches"].is_null());
    CHECK(library["motifs"][1]["rmse"].is_null());
    REQUIRE(run(tiny_training("model.mat")).code == 0);
    CHECK(run({"info", "model.mat", "--json"}).json()["motif_library"].is_null());
  }

  TEST_CASE("a linear motif model is known, and no network") {
    const WorkingFolder folder;
    make_linear();
    const Outcome text = run({"info", "linear.mat"});
    CAPTURE(text.err);
    REQUIRE(text.code == 0);
    CHECK(says(text.out, "a linear motif model of `rheobase motif linear`"));
    CHECK(says(text.out, "motif chain, motif plot"));
    CHECK(says(text.out, "lambda_2"));
    for (const Words& words : {Words{"map", "linear.mat", "--scaling", "50", "-o", "x.mat"},
                               Words{"export", "linear.mat", "--format", "hdf5", "-o", "x.h5"},
                               Words{"eval", "linear.mat"}}) {
      check_refused_in_a_line(
          words, {"linear.mat: found a linear motif model of `rheobase motif linear`; must be a "
                  "rate network"});
    }
  }

  TEST_CASE("motif targets prints JSON, and says where the figure is") {
    const WorkingFolder folder;
    const Words words{"motif",     "targets", "--count", "2", "--samples", "200",
                      "--longest", "150",     "--seed",  "3", "-o",        "steps.mat"};
    const Outcome drawn = run(words + Words{"--plot", "steps.svg"});
    CAPTURE(drawn.err);
    REQUIRE(drawn.code == 0);
    CHECK(says(drawn.out, "saved  steps.mat\nsaved  steps.svg\n"));
    const auto json = run(words + Words{"--plot", "steps.svg", "--json"}).json();
    CHECK(json["output"] == "steps.mat");
    CHECK(json["plot"] == "steps.svg");
    CHECK(json["kind"] == "step");
    CHECK(json["seed"] == 3);
    const std::vector<rate::MotifTarget> targets = io::read_motif_targets("steps.mat").targets;
    REQUIRE(json["motifs"].size() == targets.size());
    CHECK(json["motifs"][1] == nlohmann::json{{"name", "step2"},
                                              {"samples", targets[1].samples.size()},
                                              {"rms", rate::rms(targets[1])}});
    CHECK(run(words + Words{"--json"}).json()["plot"].is_null());
  }

  TEST_CASE("motif targets refuses options of the other kind") {
    const WorkingFolder folder;
    const auto refused = [](const std::string& kind, const std::string& option,
                            const std::string& value, const std::string& other) {
      check_refused_in_a_line(
          {"motif", "targets", "--kind", kind, option, value, "-o", "x.mat"},
          {option + ": found --kind " + kind, "must come with --kind " + other});
    };
    for (const char* option : {"--gamma", "--shortest", "--longest", "--samples", "--silence"}) {
      refused("oscillatory", option, "100", "step");
    }
    for (const char* option :
         {"--period", "--harmonics", "--chaos-units", "--chaos-gain", "--scale"}) {
      refused("step", option, "100", "oscillatory");
    }
    check_refused_in_a_line({"motif", "targets", "--period", "100", "-o", "x.mat"}, {"--period"});
    CHECK(folder.files().empty());
  }
}

}  // namespace rheobase
