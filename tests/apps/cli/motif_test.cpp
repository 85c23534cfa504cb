// rheobase motif: from targets to a chain that another command plays, and what it refuses.
#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "io/mat/linear_motif_file.hpp"
#include "io/mat/mat_file.hpp"
#include "io/mat/motif_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

namespace {

constexpr const char* kShort = "120";

/// Two short oscillations and a small prepared network.
void make_motif_files() {
  REQUIRE(run({"motif", "targets", "--kind", "oscillatory", "--count", "2", "--period", kShort,
               "--harmonics", "2", "--chaos-units", "20", "-o", "targets.mat"})
              .code == 0);
  const Outcome prepared = run({"motif", "prepare", "--N", "24", "--P", "6", "--preparation", "2",
                                "--batches", "3", "--batch", "8", "-o", "network.mat"});
  CAPTURE(prepared.err);
  REQUIRE(prepared.code == 0);
}

std::vector<std::string> quick_motifs(const std::string& library, const std::string& output) {
  return {"motif", "train", library, "--batches", "10", "--batch", "8", "-o", output};
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("motif: targets, network, training, chain, a trial that eval plays") {
    const WorkingFolder folder;
    make_motif_files();
    const Outcome trained = run(quick_motifs("network.mat", "library.mat") +
                                std::vector<std::string>{"--targets", "targets.mat", "--json"});
    CAPTURE(trained.err);
    REQUIRE(trained.code == 0);
    CHECK(trained.json().at("motifs").size() == 2);
    CHECK(trained.json().at("motifs")[0].at("name") == "oscillation1");

    const auto scores =
        run({"motif", "chain", "library.mat", "--fractions", "0.5,1", "--json"}).json();
    CHECK(scores.at("rmse_random")[0] == trained.json().at("motifs")[0].at("rmse_random"));
    CHECK(scores.at("interrupted").size() == 2);
    const auto& half = scores.at("interrupted")[0];
    const std::vector<double> next = half.at("rmse_of_motifs");
    const std::vector<double> random = scores.at("rmse_random");
    CHECK(std::abs(half.at("rmse").get<double>() - 0.5 * (next[0] + next[1])) < 1e-12);
    const bool same_sign = (next[0] > random[0]) == (next[1] > random[1]);
    CHECK(half.at("p_value") == (same_sign ? 0.5 : 1.0));  // of two pairs

    const Outcome chained =
        run({"motif", "chain", "library.mat", "--chain", "oscillation2,oscillation1,oscillation2",
             "-o", "chain.mat", "--trial", "trial.mat"});
    CAPTURE(chained.err);
    REQUIRE(chained.code == 0);
    const Outcome evaluated =
        run({"eval", "chain.mat", "--task", "file", "--trials-file", "trial.mat", "--trials", "2"});
    CAPTURE(evaluated.err);
    CHECK(evaluated.code == 0);
    // A comparison runs the rate network with the noise of its file, not that of other networks.
    const Outcome compared = run({"compare", "chain.mat", "--scaling", "80", "--task", "file",
                                  "--trials-file", "trial.mat", "--trials", "1", "--json"});
    CAPTURE(compared.err);
    REQUIRE(compared.code == 0);
    CHECK(compared.json().at("options").at("rate_noise") == 0.001);
    CHECK(run({"info", "library.mat"}).code == 0);
  }

  TEST_CASE("motif chain writes the noise and start it played with; names may have blanks apart") {
    const WorkingFolder folder;
    make_motif_files();
    REQUIRE(run(quick_motifs("network.mat", "library.mat") +
                std::vector<std::string>{"--targets", "targets.mat"})
                .code == 0);
    const Outcome chained =
        run({"motif", "chain", "library.mat", "--chain", "oscillation2, oscillation1",
             "--rate-noise", "0", "--std", "0.5", "-o", "chain.mat", "--trial", "trial.mat"});
    CAPTURE(chained.err);
    REQUIRE(chained.code == 0);
    CHECK(says(chained.out, "saved  chain.mat"));
    CHECK(says(chained.out, "saved  trial.mat"));
    const io::MatFile chain("chain.mat");
    CHECK(chain.number("noise", "") == 0.0);
    CHECK(chain.number("initial_scale", "") == 0.5);
    // Names in a row of text, in rows of characters and with blanks around them are the same.
    for (const char* names : {"reach,left turn", "reach, left turn ", "reach\nleft turn"}) {
      CAPTURE(names);
      io::MatFields fields;
      fields.matrix("motifs", Eigen::MatrixXd::Zero(60, 2));
      fields.text("names", names);
      io::write_mat("named.mat", fields, io::MatVersion::level5);
      const io::MotifTargets targets = io::read_motif_targets("named.mat");
      REQUIRE(targets.targets.size() == 2);
      CHECK(targets.targets[0].name == "reach");
      CHECK(targets.targets[1].name == "left turn");
    }
  }

  TEST_CASE("motif train leaves other motifs as they are, and its file as it was read") {
    const WorkingFolder folder;
    make_motif_files();
    REQUIRE(run(quick_motifs("network.mat", "library.mat") +
                std::vector<std::string>{"--targets", "targets.mat"})
                .code == 0);
    const rate::MotifLibrary before = io::read_motif_library("library.mat").library;
    REQUIRE(run(quick_motifs("library.mat", "again.mat") +
                std::vector<std::string>{"--motifs", "oscillation2", "--seed", "9"})
                .code == 0);
    const rate::MotifLibrary after = io::read_motif_library("again.mat").library;
    CHECK(after.motifs[0].b == before.motifs[0].b);
    CHECK(after.motifs[1].b != before.motifs[1].b);
    CHECK(after.j == before.j);
    CHECK(after.preparation_u == before.preparation_u);
    io::write_motif_library("copy.mat", io::read_motif_library("again.mat"));
    CHECK(read_text("copy.mat") == read_text("again.mat"));
  }

  TEST_CASE("motif linear and the figures") {
    const WorkingFolder folder;
    REQUIRE(run({"motif", "targets", "--count", "2", "--samples", "200", "--longest", "150", "-o",
                 "targets.mat", "--plot", "targets.svg"})
                .code == 0);
    CHECK(read_text("targets.svg").find("step2") != std::string::npos);
    const Outcome linear = run({"motif", "linear", "targets.mat", "--N", "30", "--P", "15",
                                "--starts", "1", "--terms", "6", "--loop-iterations", "5",
                                "--preparation-iterations", "5", "-o", "linear.mat", "--json"});
    CAPTURE(linear.err);
    REQUIRE(linear.code == 0);
    CHECK(linear.json().at("motifs").size() == 2);
    CHECK(io::MatFile("linear.mat").matrix("lambda_2", 6, 2, "").col(0).maxCoeff() < 0.0);
    make_motif_files();
    REQUIRE(run(quick_motifs("network.mat", "library.mat") +
                std::vector<std::string>{"--targets", "targets.mat"})
                .code == 0);
    const Outcome plotted = run({"motif", "plot", "library.mat", "-o", "library.svg"});
    CAPTURE(plotted.err);
    REQUIRE(plotted.code == 0);
    for (const char* part : {"oscillation2", "Eigenvalues", "Preparation", "after another motif"}) {
      CAPTURE(part);
      CHECK(read_text("library.svg").find(part) != std::string::npos);
    }
  }

  TEST_CASE("motif prepare --resume goes on bit for bit, and keeps its options") {
    const WorkingFolder folder;
    make_motif_files();  // network.mat: 3 batches of the module
    io::MotifLibraryFile file = io::read_motif_library("network.mat");
    const rate::MotifLibrary whole = file.library;
    file.library = rate::make_motif_library(whole.options);
    rate::PreparationLearner learner(file.library, file.preparation);
    learner.advance();
    file.library = learner.library();
    file.preparation_losses = learner.course().losses;
    file.preparation_state = learner.state();
    io::write_motif_library("stopped.mat", file);
    CHECK(
        run({"motif", "prepare", "--resume", "stopped.mat", "--gain", "1.2"}).err.find("--gain") !=
        std::string::npos);
    CHECK(run({"motif", "prepare", "--resume", "network.mat"}).code == 2);
    const Outcome resumed = run({"motif", "prepare", "--resume", "stopped.mat"});
    CAPTURE(resumed.err);
    REQUIRE(resumed.code == 0);
    CHECK(read_text("stopped.mat") == read_text("network.mat"));
    const Outcome longer =
        run({"motif", "prepare", "--resume", "stopped.mat", "--batches", "4", "-o", "longer.mat"});
    CHECK(longer.code == 2);  // complete files hold no state
    // Motifs may learn with the module as it is: that is said.
    io::write_motif_library("half.mat", file);
    const Outcome trained = run(quick_motifs("half.mat", "library.mat") +
                                std::vector<std::string>{"--targets", "targets.mat"});
    CHECK(trained.code == 0);
    CHECK(says(trained.err, "the preparatory module of half.mat is half trained: 1 batch done"));
    CHECK(says(trained.out, "half.mat, whose preparatory module is half trained"));
    // Then the module stays as they learnt with it.
    const Outcome late = run({"motif", "prepare", "--resume", "library.mat", "-o", "late.mat"});
    CHECK(late.code == 2);
    CHECK(says(late.err, "found 2 motifs; must be none"));
    const Outcome more =
        run({"motif", "prepare", "--resume", "half.mat", "--batches", "4", "-o", "more.mat"});
    REQUIRE(more.code == 0);
    CHECK(says(io::read_motif_library("more.mat").command, "; then: "));
  }

  TEST_CASE("motif train --resume takes a longer training, and no other option") {
    const WorkingFolder folder;
    make_motif_files();
    REQUIRE(run({"motif", "train", "network.mat", "--batches", "20", "--batch", "8", "--targets",
                 "targets.mat", "-o", "library.mat"})
                .code == 0);
    io::MotifLibraryFile file = io::read_motif_library("network.mat");
    rate::add_motifs(file.library, io::read_motif_targets("targets.mat").targets);
    const rate::MotifTrainingOptions options{.batches = 10, .batch = 8};
    rate::MotifLearner learner(file.library, {0, 1}, options);
    learner.advance();
    file.training = io::MotifTrainingFile{options, {0, 1}, learner.state()};
    io::write_motif_library("stopped.mat", file);
    for (const auto& [option, value] :
         {std::pair{"--learning-rate", "0.1"}, std::pair{"--seed", "2"},
          std::pair{"--targets", "targets.mat"}, std::pair{"--motifs", "oscillation1"}}) {
      const Outcome refused = run({"motif", "train", "stopped.mat", "--resume", option, value});
      CHECK(refused.code == 2);
      CHECK(refused.err.find(option) != std::string::npos);
      CHECK(std::count(refused.err.begin(), refused.err.end(), '\n') == 1);
    }
    CHECK(run({"motif", "train", "stopped.mat", "--resume", "--batches", "5"})
              .err.find("the batches done") != std::string::npos);
    const Outcome anew = run(quick_motifs("stopped.mat", "anew.mat"));
    CHECK(anew.code == 0);
    CHECK(
        says(anew.err, "a training of 2 motifs in stopped.mat was stopped; this one begins anew"));
    const Outcome resumed =
        run({"motif", "train", "stopped.mat", "--resume", "--batches", "20", "-o", "done.mat"});
    CHECK(resumed.err.empty());
    CAPTURE(resumed.err);
    REQUIRE(resumed.code == 0);
    const io::MotifLibraryFile whole = io::read_motif_library("library.mat");
    const io::MotifLibraryFile done = io::read_motif_library("done.mat");
    CHECK(done.library.motifs[1].b == whole.library.motifs[1].b);
    CHECK(!done.training.has_value());
    REQUIRE(done.courses.size() == 2);
    CHECK(done.courses[0].size() == 3);  // batches 0, 10 and 20
    CHECK(done.courses[0].back().rmse == whole.courses[0].back().rmse);
  }

  TEST_CASE("a linear model is read back, played and drawn") {
    const WorkingFolder folder;
    REQUIRE(run({"motif", "targets", "--count", "2", "--samples", "200", "--longest", "150", "-o",
                 "targets.mat"})
                .code == 0);
    const Outcome linear = run({"motif", "linear", "targets.mat", "--N", "30", "--P", "15",
                                "--starts", "1", "--terms", "6", "--loop-iterations", "5",
                                "--preparation-iterations", "20", "-o", "linear.mat", "--json"});
    CAPTURE(linear.err);
    REQUIRE(linear.code == 0);
    const rate::LinearModel model = io::read_linear_model("linear.mat");
    io::write_linear_model("copy.mat", model, io::MatFile("linear.mat").text("command", ""));
    CHECK(read_text("copy.mat") == read_text("linear.mat"));
    const auto scores = run({"motif", "chain", "linear.mat", "--json"}).json();
    CHECK(scores.at("rmse_others")[1] == linear.json().at("motifs")[1].at("rmse_others"));
    const Outcome chained =
        run({"motif", "chain", "linear.mat", "--chain", "step2,step1", "--plot", "chain.svg"});
    CAPTURE(chained.err);
    CHECK(chained.code == 0);
    CHECK(read_text("chain.svg").find("step1") != std::string::npos);
    CHECK(run({"motif", "plot", "linear.mat", "-o", "linear.svg"}).code == 0);
    CHECK(read_text("linear.svg").find("placed by") != std::string::npos);
    CHECK(run({"motif", "chain", "linear.mat", "--chain", "step2,step9"})
              .err.find("must be one of step1, step2") != std::string::npos);
    CHECK(run({"motif", "chain", "linear.mat", "--random", "2", "-o", "chain.mat"}).code == 2);
    rate::LinearModel unstable = model;
    unstable.a += 2.0 * Eigen::MatrixXd::Identity(30, 30);
    io::write_linear_model("unstable.mat", unstable, "");
    const Outcome refused = run({"motif", "chain", "unstable.mat"});
    CHECK(refused.code == 2);
    CHECK(refused.err.find("unstable preparation") != std::string::npos);
    CHECK(std::count(refused.err.begin(), refused.err.end(), '\n') == 1);
  }

  TEST_CASE("motif refuses in one line what cannot be") {
    const WorkingFolder folder;
    make_motif_files();
    const auto refused = [](const std::vector<std::string>& args, const std::string& part) {
      const Outcome outcome = run(args);
      CAPTURE(outcome.err);
      CHECK(outcome.code == 2);
      CHECK(outcome.err.find(part) != std::string::npos);
      CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    };
    refused({"motif", "train", "network.mat", "-o", "x.mat"}, "--targets");
    refused({"motif", "train", "targets.mat", "-o", "x.mat"}, "no library of motifs");
    refused({"motif", "train", "network.mat", "--resume"}, "none that was stopped");
    refused({"motif", "train", "network.mat", "--targets", "targets.mat", "-o", "network.mat"},
            "network.mat");
    refused({"motif", "prepare", "--N", "20", "--P", "30", "-o", "x.mat"}, "preparation_rank");
    refused({"motif", "chain", "network.mat"}, "motifs");
    io::MatFields fields;
    Eigen::MatrixXd motifs = Eigen::MatrixXd::Zero(60, 1);
    motifs(7, 0) = std::nan("");
    fields.matrix("motifs", motifs);
    io::write_mat("holes.mat", fields, io::MatVersion::level5);
    refused({"motif", "train", "network.mat", "--targets", "holes.mat", "-o", "x.mat"},
            "sample 8 of motif 1");
    io::write_motif_targets("other.mat", {{{"slow", Eigen::VectorXd::Zero(60)}}, 0.2});
    refused({"motif", "train", "network.mat", "--targets", "other.mat", "-o", "x.mat"}, "step_tau");
    io::write_motif_targets("short.mat", {{{"short", Eigen::VectorXd::Zero(20)}}, 0.1});
    refused({"motif", "train", "network.mat", "--targets", "short.mat", "-o", "x.mat"},
            "beyond the preparation");
    REQUIRE(run(quick_motifs("network.mat", "library.mat") +
                std::vector<std::string>{"--targets", "targets.mat"})
                .code == 0);
    refused({"motif", "chain", "library.mat", "--chain", "oscillation1,jump"}, "'jump'");
    refused({"motif", "chain", "library.mat", "-o", "x.mat"}, "--chain");
    refused({"motif", "chain", "library.mat", "--random", "2", "--trials", "3"}, "--trials");
    refused({"motif", "chain", "library.mat", "--fractions", "0.5,70"}, "--fractions: found 70");
    refused({"motif", "chain", "library.mat", "--random", "17", "-o", "x.mat"},
            "--output: x.mat: found a chain of 17 motifs; must be of at most 16");
    refused({"motif", "linear", "targets.mat", "--terms", "7", "-o", "x.mat"}, "even");
    refused({"motif", "linear", "library.mat", "-o", "x.mat"}, "motifs");
    refused({"motif", "plot", "library.mat", "--beside", "library.mat", "-o", "x.svg"}, "--beside");
    refused({"motif", "train", "network.mat", "--targets", "targets.mat", "--spike-noise", "100",
             "-o", "x.mat"},
            "spike_noise");
    io::MotifLibraryFile other_size = io::read_motif_library("library.mat");
    other_size.library.options.units = 20;
    io::write_motif_library("other_size.mat", other_size);
    refused({"motif", "chain", "other_size.mat"}, "must be 20 x 20");
  }
}

}  // namespace rheobase
