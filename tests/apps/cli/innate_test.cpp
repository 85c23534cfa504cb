#include <algorithm>
#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "io/mat/innate_file.hpp"
#include "io/mat/mat_file.hpp"
#include "rate/learning/innate/stroke_path.hpp"
#include "tests/apps/cli/cli_harness.hpp"
#include "tests/max_abs.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace {

/// A small network that is trained in some ten milliseconds.
std::vector<std::string> small_network() {
  return {"--units",          "60",  "--connectivity",     "0.2",
          "--gain",           "1.5", "--recurrent-trials", "2",
          "--readout-trials", "2",   "--relaxation",       "20",
          "--no-lyapunov"};
}

std::vector<std::string> small_timing(const std::string& output) {
  return std::vector<std::string>{"innate", "timing", "-o", output, "--delay", "400"} +
         small_network();
}

std::string golden_start(const char* name) {
  return std::string(RHEOBASE_IO_TEST_DATA) + "/../rls/" + name + ".mat";
}

/// The fields of a file, read once.
class StoredFields {
 public:
  explicit StoredFields(const std::string& file) : file_(fs::path(file)) {}
  Eigen::MatrixXd operator()(const std::string& name) const {
    return file_.matrix(name, "must be a matrix");
  }

 private:
  io::MatFile file_;
};

double largest_distance(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  return max_abs(a - b);
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("innate timing trains, tests, writes and prints") {
    const WorkingFolder folder;
    std::vector<std::string> args = small_timing("t.mat");
    args.pop_back();  // with Lyapunov exponents
    const Outcome outcome = run(args + std::vector<std::string>{"--plot", "t.svg"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    for (const char* word :
         {"60 units (36 plastic)", "loss of each recurrent trial", "loss of each readout trial",
          "pulse, before training", "pulse, after training, perturbed",
          "cue of 5 from 200 to 250 ms", "scored from 250 to 800 ms, pulse 400 ms after the cue",
          "perturbed by 0.5 from 700 to 710 ms\n", "free:", "along pulse:", "t.mat", "t.svg"}) {
      CAPTURE(word);
      CHECK(outcome.out.find(word) != std::string::npos);
    }
    CHECK(folder.files() == std::vector<std::string>{"t.mat", "t.svg"});
    const io::InnateFile file = io::read_innate_file("t.mat");
    CHECK(file.experiment.trials.front().window_steps() == 550);
    CHECK(file.result.tests.size() == 13);
    CHECK(file.result.state.arrays.empty());
    CHECK(file.exponents.has_value());
    CHECK(file.command.find("innate timing") != std::string::npos);
    CHECK(file.command.find("--seed 1") != std::string::npos);
    // The same command again makes the same network; another seed another one.
    REQUIRE(run(small_timing("again.mat") + std::vector<std::string>{"--threads", "1"}).code == 0);
    const Eigen::MatrixXd w = StoredFields("t.mat")("w");
    CHECK(StoredFields("again.mat")("w") == w);
    REQUIRE(run(small_timing("other.mat") + std::vector<std::string>{"--seed", "2"}).code == 0);
    CHECK(StoredFields("other.mat")("w") != w);
  }

  TEST_CASE("a perturbation behind the window is told; a loss that spikes keep up is no taming") {
    const WorkingFolder folder;
    std::vector<std::string> args = small_timing("t.mat");
    std::replace(args.begin(), args.end(), std::string("400"), std::string("300"));
    CHECK(run(args).out.find("perturbed by 0.5 from 700 to 710 ms, behind the window") !=
          std::string::npos);
    // The mean loss of the last third is 0.91 of the first's.
    const auto drowned = run({"innate",
                              "timing",
                              "--units",
                              "200",
                              "--connectivity",
                              "0.3",
                              "--delay",
                              "500",
                              "--recurrent-trials",
                              "20",
                              "--readout-trials",
                              "5",
                              "--spike-noise",
                              "100",
                              "--seed",
                              "2",
                              "--threads",
                              "1",
                              "--no-lyapunov",
                              "--json",
                              "-o",
                              "s.mat"})
                             .json();
    const auto losses = drowned.at("recurrent_loss").get<std::vector<double>>();
    const double first = std::accumulate(losses.begin(), losses.begin() + 7, 0.0);
    const double last = std::accumulate(losses.end() - 7, losses.end(), 0.0);
    CHECK(last < first);
    CHECK(last > 0.8 * first);
    CHECK_FALSE(drowned.at("loss_fell").get<bool>());
    CHECK(drowned.at("note").get<std::string>().find("not tamed") != std::string::npos);
  }

  TEST_CASE("innate timing --json has every number") {
    const WorkingFolder folder;
    const auto json =
        run(small_timing("t.mat") + std::vector<std::string>{"--json", "--noise", "0.002"}).json();
    CHECK(json.at("experiment") == "timing");
    CHECK(json.at("recurrent_loss").size() == 2);
    CHECK(json.at("readout_loss").size() == 2);
    CHECK(json.at("options").at("noise") == 0.002);
    CHECK(json.at("options").at("gain") == 1.5);
    CHECK(json.at("tests").size() == 13);
    CHECK(json.at("lyapunov_per_s").is_null());
    const auto& pulse = json.at("trajectories").at(0);
    CHECK(pulse.at("after_perturbed").at("trials") == 5);
    CHECK(pulse.at("before").at("trials") == 1);
  }

  TEST_CASE("training that was stopped goes on from its checkpoint bit for bit") {
    const WorkingFolder folder;
    REQUIRE(run(small_timing("whole.mat") + std::vector<std::string>{"--keep-p"}).code == 0);
    const io::InnateFile whole = io::read_innate_file("whole.mat");
    const StoredFields whole_fields("whole.mat");
    io::InnateFile part = whole;
    for (const int trials : {1, 3}) {
      CAPTURE(trials);
      int count = 0;
      run_innate(whole.start, whole.experiment, {{}, [&] { return count++ == trials; }},
                 {0, [&](const rate::InnateState& state) {
                    part.result = {};
                    part.result.state = state;
                    part.result.network = rate::network_with(part.start, state);
                    write_innate_file("part.checkpoint.mat", part, true);
                  }});
      const Outcome resumed =
          run({"innate", "timing", "--resume", "part.checkpoint.mat", "--no-lyapunov", "--keep-p"});
      CAPTURE(resumed.err);
      REQUIRE(resumed.code == 0);
      CHECK(!fs::exists("part.checkpoint.mat"));
      const StoredFields resumed_fields("part.mat");
      for (const char* name : {"w", "w_out", "losses", "learner_arrays.P_rec",
                               "learner_arrays.P_out", "innate_test_13.output"}) {
        CAPTURE(name);
        CHECK(resumed_fields(name) == whole_fields(name));
      }
    }
    check_refused_in_a_line(
        {"innate", "timing", "--resume", "whole.mat", "-o", "x.mat", "--gain", "2"},
        {"--gain: found --resume beside it", "the checkpoint has its options"});
    check_refused_in_a_line({"innate", "words", "--resume", "whole.mat", "-o", "x.mat"},
                            {"whole.mat", "'timing'", "rheobase innate timing"});
    check_refused_in_a_line({"innate", "timing", "--resume", "whole.mat"},
                            {"--output: found nothing", "whole.mat"});
  }

  TEST_CASE("innate --from replays the published program: one trajectory, and two") {
    const WorkingFolder folder;
    const std::string small = golden_start("innate_small_n100");
    const Outcome outcome = run({"innate",
                                 "timing",
                                 "--from",
                                 small,
                                 "--precision",
                                 "double",
                                 "--noise",
                                 "0",
                                 "--recurrent-trials",
                                 "6",
                                 "--readout-trials",
                                 "4",
                                 "--tests-before",
                                 "1",
                                 "--perturbed-before",
                                 "0",
                                 "--tests",
                                 "1",
                                 "--perturbed",
                                 "1",
                                 "--no-lyapunov",
                                 "-o",
                                 "r.mat"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    const StoredFields replayed("r.mat");
    const StoredFields published(small);
    constexpr double kTolerance = 1e-10;  // tests/data/rls/README.md
    CHECK(largest_distance(replayed("w"), published("W_rec_final")) <= kTolerance);
    CHECK(largest_distance(replayed("w_out"), published("W_out_final")) <= kTolerance);
    CHECK(largest_distance(replayed("innate.recurrent_loss"), published("rec_trial_loss")) <=
          kTolerance);
    CHECK(largest_distance(replayed("innate.readout_loss"), published("out_trial_loss")) <=
          kTolerance);
    CHECK(largest_distance(replayed("innate_test_1.output").transpose(), published("pretest_z")) <=
          kTolerance);
    CHECK(largest_distance(replayed("innate_test_2.output").transpose(), published("test_z")) <=
          kTolerance);
    CHECK(largest_distance(replayed("innate_test_3.output").transpose(), published("pert_z")) <=
          kTolerance);

    const std::string paths = golden_start("innate_two_paths_n100");
    REQUIRE(run({"innate", "words", "--from", paths, "--precision", "double", "--noise", "0",
                 "--recurrent-trials", "4", "--readout-trials", "3", "--tests", "1", "--perturbed",
                 "1", "--no-lyapunov", "-o", "p.mat"})
                .code == 0);
    const StoredFields two("p.mat");
    const StoredFields two_published(paths);
    CHECK(largest_distance(two("w"), two_published("W_rec_final")) <= kTolerance);
    const Eigen::MatrixXd rmse = two_published("path_rmse_test_a_b_pert_a_b");
    for (int k = 0; k < 4; ++k) {
      const std::string name = "innate_test_" + std::to_string(k + 1) + ".path_rmse";
      CHECK(std::abs(two(name)(0) - rmse(k)) <= kTolerance);
    }
    check_refused_in_a_line({"innate", "timing", "--from", small, "-o", "x.mat"},
                            {"field 'x0': found 14 start states", "one for each of 54 trials"});
    check_refused_in_a_line({"innate", "timing", "--from", small, "--units", "50", "-o", "x.mat"},
                            {"--units: found --from beside it"});
  }

  TEST_CASE("innate words writes paths of its own or of a file") {
    const WorkingFolder folder;
    io::MatFields targets;
    targets.matrix("chaos", rate::word_path("chaos").leftCols(150));
    targets.matrix("neuron", rate::word_path("neuron").leftCols(120));
    io::write_mat("targets.mat", targets, io::MatVersion::level5);
    const std::vector<std::string> words{"innate", "words", "-o", "w.mat"};
    const Outcome outcome =
        run(words + small_network() +
            std::vector<std::string>{"--targets", "targets.mat", "--perturbation-offset", "80",
                                     "--plot", "w.svg"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    const io::InnateFile file = io::read_innate_file("w.mat");
    CHECK(file.names == std::vector<std::string>{"chaos", "neuron"});
    CHECK(file.experiment.trials[0].window_steps() == 150);
    CHECK(file.experiment.trials[1].window_steps() == 120);
    CHECK(file.result.tests.size() == 20);
    CHECK(read_text("w.svg").find("neuron: perturbed tests") != std::string::npos);
    REQUIRE(run(words + small_network() +
                std::vector<std::string>{"--words", "neuron", "--tests", "1", "--perturbed", "0"})
                .code == 0);
    CHECK(io::read_innate_file("w.mat").experiment.trials.front().window_steps() == 1234);
    REQUIRE(run(words + small_network() +
                std::vector<std::string>{"--words", "neuron", "--tests", "1", "--perturbed", "0",
                                         "--step", "2"})
                .code == 0);
    CHECK(io::read_innate_file("w.mat").experiment.trials.front().window_steps() == 617);
  }

  TEST_CASE("a network trained without a perturbation is tested without one, however short") {
    const WorkingFolder folder;
    REQUIRE(run(std::vector<std::string>{"innate", "timing", "-o", "t.mat", "--delay", "100",
                                         "--perturbation", "0"} +
                small_network())
                .code == 0);
    const Outcome outcome = run({"innate", "run", "t.mat", "--trials", "1", "--json"});
    CAPTURE(outcome.err);
    CHECK(outcome.code == 0);
  }

  TEST_CASE("innate run tests a network with any noise and perturbation") {
    const WorkingFolder folder;
    REQUIRE(run(small_timing("t.mat")).code == 0);
    const Outcome text = run({"innate", "run", "t.mat", "--trials", "2", "--noise-levels", "0,0.01",
                              "--amplitudes", "0,0.5,1", "--lyapunov", "--plot", "t.svg"});
    CAPTURE(text.err);
    REQUIRE(text.code == 0);
    for (const char* word : {"mean R^2", "pulse, after training, perturbed", "amplitude",
                             "free:", "along pulse:", "0.5 on input 2, 700 to 710 ms", "t.svg"}) {
      CAPTURE(word);
      CHECK(text.out.find(word) != std::string::npos);
    }
    const std::vector<std::string> same{"innate",  "run",  "t.mat",          "--trials", "3",
                                        "--noise", "0.01", "--perturbation", "1",        "--json"};
    const auto json = run(same).json();
    CHECK(json.at("tests").size() == 6);
    CHECK(json.at("noise") == 0.01);
    CHECK(json.at("robustness").empty());
    CHECK(run(same + std::vector<std::string>{"--threads", "1"}).json().at("tests") ==
          json.at("tests"));
    CHECK(run(same + std::vector<std::string>{"--seed", "2"}).json().at("tests") !=
          json.at("tests"));
    const auto calm =
        run({"innate", "run", "t.mat", "--trials", "2", "--perturbation", "0", "--json"}).json();
    CHECK(calm.at("tests").size() == 2);
    check_refused_in_a_line({"innate", "run", "t.mat", "--perturbation-offset", "5000"},
                            {"--perturbation-offset", "must lie inside the trial of"});
    check_refused_in_a_line({"innate", "run", "t.mat", "--noise-levels", "0,x"},
                            {"--noise-levels", "x"});
  }

  TEST_CASE("innate capacity fills a folder, goes on where it was and sums up") {
    const WorkingFolder folder;
    const std::vector<std::string> args = std::vector<std::string>{"innate",
                                                                   "capacity",
                                                                   "-o",
                                                                   "c",
                                                                   "--units",
                                                                   "50",
                                                                   "--connectivity",
                                                                   "0.2",
                                                                   "--recurrent-trials",
                                                                   "1",
                                                                   "--readout-trials",
                                                                   "2",
                                                                   "--delays",
                                                                   "100,200",
                                                                   "--networks",
                                                                   "2"};
    const Outcome first = run(args + std::vector<std::string>{"--plot", "c.svg"});
    CAPTURE(first.err);
    REQUIRE(first.code == 0);
    CHECK(first.out.find("4 networks, 0 of them there before") != std::string::npos);
    for (const char* file : {"c/delay_100_network_1.mat", "c/delay_200_network_2.mat",
                             "c/summary.csv", "c/summary.mat", "c.svg"}) {
      CAPTURE(file);
      CHECK(fs::exists(file));
    }
    const StoredFields summary("c/summary.mat");
    const Eigen::MatrixXd r2 = summary("r2");
    CHECK(r2.rows() == 2);
    CHECK(r2.cols() == 2);
    CHECK(std::abs(summary("mean_r2")(0) - r2.row(0).mean()) <= 1e-12);
    fs::remove("c/delay_200_network_1.mat");
    const auto again = run(args + std::vector<std::string>{"--json"}).json();
    CHECK(again.at("networks").at(0).at("kept") == true);
    CHECK(again.at("networks").at(2).at("kept") == false);
    CHECK(StoredFields("c/summary.mat")("r2") == r2);
    // Of another delay alone: the rows of the others stay.
    std::vector<std::string> shorter = args;
    std::ranges::replace(shorter, std::string("100,200"), std::string("50"));
    const auto one = run(shorter + std::vector<std::string>{"--json"}).json();
    CHECK(one.at("networks").size() == 2);
    const StoredFields grown("c/summary.mat");
    CHECK(grown("delay_ms") == Eigen::RowVector3d(50.0, 100.0, 200.0));
    CHECK(grown("r2").bottomRows(2) == r2);
    CHECK(grown("mean_r2").cols() == 3);
    CHECK(read_text("c/summary.csv").find("delay_200_network_2.mat") != std::string::npos);
    check_refused_in_a_line(
        args + std::vector<std::string>{"--gain", "1.2"},
        {"c/delay_100_network_1.mat", "capacity_network.gain", "found 1.5", "must be 1.2 as now"});
    check_refused_in_a_line({"innate", "capacity"}, {"--output", "the folder of the results"});
    check_refused_in_a_line({"innate", "capacity", "-o", "d", "--delays", "5,-1"}, {"--delays"});
  }

  TEST_CASE("other commands take a network of innate training or say why not") {
    const WorkingFolder folder;
    REQUIRE(run(small_timing("t.mat")).code == 0);
    const auto info = run({"info", "t.mat", "--json"}).json();
    CHECK(info.at("task") == "innate-timing");
    CHECK(info.at("units") == 60);
    CHECK(info.at("activation") == "tanh");
    CHECK(info.at("training").at("trials") == 4);
    REQUIRE(run({"export", "t.mat", "--format", "csv", "--table", "weights", "-o", "w.csv"}).code ==
            0);
    const Outcome report =
        run({"report", "t.mat", "-o", "t.html", "--figures", "f", "--format", "png"});
    CAPTURE(report.err);
    REQUIRE(report.code == 0);
    const std::string page = read_text("t.html");
    for (const char* word : {"Innate training: timing", "<svg", "path RMSE", "id=\"rates\"",
                             "id=\"loss\"", "made by"}) {
      CAPTURE(word);
      CHECK(page.find(word) != std::string::npos);
    }
    CHECK(fs::exists("f/rates.png"));
    CHECK(fs::exists("f/loss.png"));
    check_refused_in_a_line({"report", "t.mat", "--trials", "5"},
                            {"--trials", "a network of innate training"});
    check_refused_in_a_line({"compare", "t.mat"}, {"t.mat", "scaling"});
    check_refused_in_a_line({"eval", "t.mat", "--min-r2", "2"}, {"min-r2", "found 2"});
    copy_model();
    check_refused_in_a_line({"innate", "run", "model.mat"},
                            {"model.mat: field 'innate'", "must be a network of innate training"});
    check_refused_in_a_line({"innate", "timing", "--resume", "model.mat", "-o", "x.mat"},
                            {"model.mat: field 'innate'"});
    check_refused_in_a_line({"innate", "timing", "--resume", "t.mat", "-o", "x.mat"},
                            {"t.mat: field 'learner_state': found nothing", "--keep-p"});
  }

  TEST_CASE("a network of innate training does its trials as a task, as rates and as spikes") {
    const WorkingFolder folder;
    REQUIRE(run({"innate",
                 "timing",
                 "-o",
                 "t.mat",
                 "--units",
                 "60",
                 "--connectivity",
                 "0.2",
                 "--tau",
                 "50",
                 "--cue",
                 "250",
                 "--delay",
                 "200",
                 "--width",
                 "60",
                 "--relaxation",
                 "0",
                 "--perturbation-offset",
                 "300",
                 "--spike-noise",
                 "2000",
                 "--recurrent-trials",
                 "5",
                 "--readout-trials",
                 "5",
                 "--no-lyapunov"})
                .code == 0);
    // The rate network does what the tests of its training say.
    const auto tests =
        run({"innate", "run", "t.mat", "--trials", "8", "--spike-noise", "0", "--json"}).json();
    double mean = 0.0;
    for (const auto& test : tests.at("tests")) {
      mean += test.at("r2").get<double>() / static_cast<double>(tests.at("tests").size());
    }
    CHECK(mean > 0.9);
    const auto rates = run({"eval", "t.mat", "--trials", "8", "--perturbed", "1", "--json"}).json();
    CHECK(rates.at("rate").at("accuracy").at("value") == 1.0);
    const auto strict = run({"eval", "t.mat", "--trials", "8", "--min-r2", "1", "--json"}).json();
    CHECK(strict.at("rate").at("accuracy").at("value") == 0.0);
    REQUIRE(run({"map",        "t.mat", "-o",           "s.mat", "--mapping",      "fitted",
                 "--scaling",  "70",    "--refractory", "12",    "--tau-membrane", "2",
                 "--noise-sd", "20",    "--copies",     "8",     "--trials",       "4",
                 "--min-r2",   "0.1",   "--perturbed",  "1"})
                .code == 0);
    const auto both = run({"eval", "s.mat", "--trials", "4", "--json"}).json();
    CHECK(both.at("task").at("name") == "innate-timing");
    CHECK(both.at("task").at("parameters").at("min-r2") == 0.1);
    CHECK(both.at("conditions").size() == 2);
    CHECK(both.at("spiking").at("mean_rate_hz").get<double>() > 1.0);
    REQUIRE(run({"compare", "s.mat", "--trials", "2", "-o", "c.mat"}).code == 0);
    REQUIRE(run({"report", "c.mat", "-o", "c.html"}).code == 0);
    REQUIRE(run({"report", "s.mat", "--trials", "2", "-o", "s.html"}).code == 0);
    CHECK(read_text("s.html").find("Innate training:") == std::string::npos);
    REQUIRE(run({"simulate", "s.mat", "--condition", "pulse-perturbed", "-o", "run.mat"}).code ==
            0);
    CHECK(run({"innate", "run", "s.mat", "--trials", "1"}).code == 0);
    // The trials are in the model: without it a comparison says so.
    fs::remove("s.mat");
    check_refused_in_a_line({"report", "c.mat", "-o", "d.html"}, {"s.mat"});
    std::vector<std::string> words{"innate", "words", "-o", "w.mat"};
    REQUIRE(run(words + small_network()).code == 0);
    CHECK(run({"eval", "w.mat", "--trials", "2"}).code == 0);
    // Two readouts, the pen's coordinates, become spikes as one does.
    CHECK(run({"map", "w.mat", "--trials", "4", "-o", "m.mat"}).code == 0);
  }
}

}  // namespace rheobase
