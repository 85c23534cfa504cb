// Trials of one's own: what is held out, what is said of it, and which file is meant. The files are
// made by tests/data/io/own/make_own.py.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/comparison/comparison_file.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "io/mat/run_file.hpp"
#include "io/mat/run_trials_file.hpp"
#include "io/mat/trials_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"
#include "tests/tolerances.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace own_task_test {

using Words = std::vector<std::string>;

Words training(const std::string& trials, const std::string& output) {
  return training_on("file", trials, output);
}

}  // namespace own_task_test

TEST_SUITE("cli") {
  using namespace own_task_test;

  TEST_CASE("seconds for milliseconds and transposed trials are noted") {
    const WorkingFolder folder;
    const auto noted = [](const io::MatFields& fields) {
      io::write_mat("odd.mat", fields, io::MatVersion::level5);
      const Outcome shown = run({"task", "file", "--trials-file", "odd.mat"});
      CAPTURE(shown.err);
      CHECK(shown.code == 0);
      return shown.err;
    };
    io::MatFields seconds;
    seconds.matrix("u", Eigen::MatrixXd::Ones(2, 40));
    seconds.matrix("z", Eigen::MatrixXd::Zero(1, 40));
    io::MatFields right = seconds;
    seconds.number("step_ms", 0.005);
    CHECK(says(noted(seconds), "step_ms is 0.005, in milliseconds: 0.005 s would be 5"));
    CHECK(!says(noted(right), "milliseconds"));
    CHECK(!says(noted(right), "transposed"));
    right.row("stimulus_window_ms", std::vector<double>{0.05, 0.15});
    CHECK(says(noted(right),
               "odd.mat: field 'stimulus_window_ms' is not known and has no effect; "
               "did you mean 'stimulus_windows_ms'?"));
    right.row("stimulus_windows_ms", std::vector<double>{0.05, 0.15});
    CHECK(says(noted(right),
               "odd.mat: stimulus_windows_ms is 0.05 to 0.15, in milliseconds: 0.05 "
               "to 0.15 s would be 50 to 150"));
    io::MatFields transposed;  // forty trials of one input
    transposed.matrix("u", Eigen::MatrixXd::Ones(40, 30));
    transposed.matrix("z", Eigen::MatrixXd::Zero(40, 30));
    CHECK(says(noted(transposed), "40 inputs, as many outputs and 1 trial"));
  }

  TEST_CASE("a misspelt label is noted by all that look at the trials") {
    const WorkingFolder folder;
    copy_trials("misspelt.mat");
    copy_trials("words.mat");
    const std::string noted =
        "misspelt.mat: condition 'lfet' has one trial, none to hold out; did you mean 'left'?";
    const Words misspelt{"--trials-file", "misspelt.mat"};
    CHECK(says(run(Words{"task", "file"} + misspelt).err, noted));
    CHECK(!says(run({"task", "file", "--trials-file", "words.mat"}).err, "condition"));
    const Outcome trained = run(training("misspelt.mat", "own.mat"));
    REQUIRE(trained.code == 0);
    CHECK(says(trained.err, noted));
    CHECK(says(run(Words{"eval", "own.mat"} + misspelt).err,
               "misspelt.mat: condition 'lfet' has one trial; did you mean 'left'?"));
    CHECK(says(run(Words{"map", "own.mat", "--mapping", "published", "--scaling", "40", "-o",
                         "own.lif.mat"} +
                   misspelt)
                   .err,
               noted));
    const Outcome tested =
        run(training("words.mat", "own.mat") + Words{"--test-file", "misspelt.mat"});
    CHECK(says(tested.err,
               "misspelt.mat: condition 'lfet' has no trial to learn from; did you mean 'left'?"));
  }

  TEST_CASE("the worked example: looked at, learnt, mapped, evaluated on held-out trials") {
    const WorkingFolder folder;
    copy_trials("choice.mat");
    const Outcome shown = run({"task", "file", "--trials-file", "choice.mat"});
    CAPTURE(shown.err);
    REQUIRE(shown.code == 0);
    for (const char* part :
         {"Which input is stronger?", "inputs      2 (left, right)", "100 to 300 ms", "strength",
          "held out (0.2 of every condition)", "SHA-256"}) {
      CHECK(says(shown.out, part));
    }
    const Outcome trained = run({"train", "--task", "file", "--trials-file", "choice.mat", "-N",
                                 "60", "--seed", "1", "-o", "choice.net.mat", "--json"});
    CAPTURE(trained.err);
    REQUIRE(trained.code == 0);
    const auto json = trained.json();
    CHECK(json["trained"] == true);
    CHECK(json["unmet"].empty());
    const auto split = json["task"]["trials"];
    CHECK(split["sha256"] == io::read_trials("choice.mat").split->hash);
    CHECK(split["evaluated"] == "held_out");
    CHECK(split["training"].get<int>() + split["held_out"].get<int>() == 60);
    CHECK(json["accuracy"]["trials"] == split["held_out"]);

    // The file is found again by itself, and what was held out stays held out.
    const Outcome mapped = run({"map", "choice.net.mat", "-o", "choice.lif.mat"});
    CAPTURE(mapped.err);
    REQUIRE(mapped.code == 0);
    CHECK(says(mapped.err, "the trials are those of choice.mat, which choice.net.mat names"));
    CHECK(says(mapped.out, "held out"));
    const Outcome evaluated = run({"eval", "choice.lif.mat"});
    REQUIRE(evaluated.code == 0);
    CHECK(says(evaluated.out, "held-out trials of 60 (choice.mat)"));
    const auto eval = run({"eval", "choice.lif.mat", "--json"}).json();
    CHECK(eval["trials"] == split["held_out"]);
    CHECK(eval["rate"]["accuracy"]["trials"] == split["held_out"]);
    CHECK(eval["spiking"]["accuracy"]["trials"] == split["held_out"]);
    CHECK(eval["task"]["trials"] == split);
    CHECK(eval["rate"]["accuracy"]["value"] > 0.9);
  }

  TEST_CASE("page and README show the program that made the worked example, word for word") {
    const std::string made = read_text(fs::path(RHEOBASE_IO_TEST_DATA) / "own/make_own.py");
    const std::size_t start = made.find("import numpy");
    const std::string example =
        made.substr(start, made.find("rng = np.random.default_rng(3)") - start);
    CHECK(example.size() > 500);
    for (const char* page : {"bring-your-own.md", "../README.md"}) {
      CHECK(read_text(fs::path(RHEOBASE_DOCS) / page).find("```python\n" + example + "```") !=
            std::string::npos);
    }
  }

  TEST_CASE("noise with random labels is not learnt, and nobody says so") {
    const WorkingFolder folder;
    copy_trials("noise.mat");
    const Outcome outcome =
        run({"train", "--task", "file", "--trials-file", "noise.mat", "-N", "40", "--spike-noise",
             "0", "--stop-margin", "0", "--trials", "6000", "-o", "noise.net.mat", "--json"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    const auto json = outcome.json();
    CHECK(json["accuracy"]["trials"] == 2);
    CHECK(json["task"]["trials"]["training"] == 8);
    CHECK(json["accuracy"]["high"].get<double>() - json["accuracy"]["low"].get<double>() > 0.5);
    const auto eval = run({"eval", "noise.net.mat", "--trials", "1000", "--json"}).json();
    CHECK(eval["rate"]["accuracy"]["trials"] == 2);
    // Whoever wants the training trials gets them, by name.
    const Outcome all = run({"train", "--task", "file", "--trials-file", "noise.mat", "-N", "20",
                             "--trials", "40", "--test-fraction", "0", "-o", "all.mat"});
    REQUIRE(all.code == 0);
    CHECK(says(all.out, "10 training trials, none held out (noise.mat)"));
    CHECK(says(run({"eval", "all.mat"}).out, "10 training trials, none held out (noise.mat)"));
  }

  TEST_CASE("another split, another file, a changed file, a lost file") {
    const WorkingFolder folder;
    copy_trials("noise.mat");
    REQUIRE(run(training("noise.mat", "own.mat")).code == 0);
    const Words eval{"eval", "own.mat"};
    CHECK(says(run(eval + Words{"--test-fraction", "0.5"}).err,
               "--test-fraction: found 0.5; must be left out: own.mat was made with other held-out "
               "trials of the same file"));
    CHECK(run(eval + Words{"--test-fraction", "0.2"}).code == 0);
    fs::copy_file("noise.mat", "renamed.mat");
    const Outcome renamed = run(eval + Words{"--trials-file", "renamed.mat"});
    CHECK(says(renamed.out, "2 held-out trials of 10 (renamed.mat)"));
    fs::remove("noise.mat");
    const Outcome lost = run(eval);
    CHECK(lost.code == 2);
    CHECK(says(lost.err,
               "--trials-file: found nothing; must name the file with the trials: own.mat "
               "names noise.mat (SHA-256 "));
    CHECK(says(lost.err, "which is not there"));
    copy_trials("single.mat", "noise.mat");
    CHECK(says(run(eval).err, "and noise.mat is another by now"));
    const Outcome other = run(eval + Words{"--trials-file", "noise.mat", "--json"});
    CHECK(says(other.err, "noise.mat is not the file that own.mat was made with"));
    CHECK(other.json()["task"]["trials"]["evaluated"] == "given");
  }

  TEST_CASE("trials that a model names are an input: no output replaces them") {
    const WorkingFolder folder;
    copy_trials("noise.mat");
    REQUIRE(run(training("noise.mat", "own.mat")).code == 0);
    const std::vector<std::byte> before = io::read_bytes("noise.mat");
    for (const Words& words :
         {Words{"map", "own.mat", "--scaling", "40"},
          Words{"compare", "own.mat", "--scaling", "40"},
          Words{"report", "own.mat", "--scaling", "40"},
          Words{"simulate", "own.mat", "--scaling", "40"},
          Words{"simulate", "own.mat", "--scaling", "40", "--trials", "2"},
          Words{"train", "--resume", "own.checkpoint.mat", "--trials", "80"}}) {
      CAPTURE(words);
      const Outcome refused = run(words + Words{"-o", "noise.mat"});
      CHECK(refused.code == 2);
      CHECK(says(refused.err, "--output: noise.mat: found an input file; must be another file"));
      CHECK(io::read_bytes("noise.mat") == before);
    }
  }

  TEST_CASE("simulate takes a held-out trial of a condition once") {
    const WorkingFolder folder;
    copy_trials("noise.mat");
    REQUIRE(run(training("noise.mat", "own.mat")).code == 0);
    const Words simulate{"simulate", "own.mat", "--scaling", "40",     "--condition",
                         "trial",    "-o",      "runs.mat",  "--json", "--trials"};
    CHECK(run(simulate + Words{"5"}).json()["trials"] == 2);
  }

  TEST_CASE("the trials to learn from are no held-out ones under another name") {
    const WorkingFolder folder;
    copy_trials("noise.mat");
    fs::copy_file("noise.mat", "same.mat");
    const Outcome refused =
        run(training("noise.mat", "own.mat") + Words{"--test-file", "same.mat"});
    CHECK(refused.code == 2);
    CHECK(says(refused.err, "--test-file: same.mat: found the trials to learn from"));
  }

  TEST_CASE("trials that a network learnt from are never held out by another file") {
    const WorkingFolder folder;
    copy_trials("noise.mat");
    copy_trials("single.mat");
    REQUIRE(run(training("noise.mat", "own.mat")).code == 0);
    const Outcome mapped = run({"map", "own.mat", "--trials-file", "single.mat", "--mapping",
                                "published", "--scaling", "40", "-o", "own.lif.mat"});
    CAPTURE(mapped.err);
    REQUIRE(mapped.code == 0);
    CHECK(says(mapped.err, "it learnt from none of these 3 trials"));
    CHECK(io::read_model("own.lif.mat").provenance.split->file == "noise.mat");
    CHECK(says(run({"eval", "own.lif.mat"}).out, "2 held-out trials of 10 (noise.mat)"));
    const Outcome resumed = run({"train", "--resume", "own.checkpoint.mat", "--trials", "80",
                                 "--trials-file", "single.mat"});
    CHECK(resumed.code == 2);
    CHECK(says(resumed.err,
               "--trials-file: found single.mat; must hold the trials that "
               "own.checkpoint.mat was made with: those of noise.mat"));
  }

  TEST_CASE("mean outputs over a number of trials that differ in length") {
    const WorkingFolder folder;
    copy_trials("lengths.mat");
    REQUIRE(run(training("lengths.mat", "own.mat")).code == 0);
    const Outcome compared = run(
        {"compare", "own.mat", "--scaling", "40", "--over", "strength", "--analysis-start", "0"});
    CAPTURE(compared.err);
    CAPTURE(compared.out);
    REQUIRE(compared.code == 0);
    CHECK(says(compared.out, "-0.5"));
    CHECK(!says(compared.out, "nan"));
  }

  TEST_CASE("mean of every output over a number of the trials, by name and over named steps") {
    const WorkingFolder folder;
    copy_trials("two_values.mat");
    REQUIRE(run(training("two_values.mat", "own.mat")).code == 0);
    const Words compare = {"compare",  "own.mat",          "--scaling", "40",     "--over",
                           "strength", "--analysis-start", "0",         "--plot", "over.svg"};
    const Outcome shown = run(compare);
    CAPTURE(shown.err);
    REQUIRE(shown.code == 0);
    for (const char* header : {"rate a", "spiking a", "rate b", "spiking b"}) {
      CHECK(says(shown.out, header));
    }
    CHECK(says(shown.out, "means over all steps where z is a number (no score_window_ms: also"));
    const std::string plot = read_text("over.svg");
    CHECK(says(plot, "Mean a"));
    CHECK(says(plot, "Mean b"));
    const Outcome made = run(compare + Words{"--json", "-o", "both.mat"});
    REQUIRE(made.code == 0);
    const mapping::ComparisonTraces traces = io::read_comparison("both.mat").traces;
    const auto point = made.json()["over"]["points"][0];
    const bool odd = point["low"].get<double>() > 0.0;
    REQUIRE(point["outputs"].size() == 2);
    CHECK(point["outputs"][1]["name"] == "b");
    // z of trial k is a number from column 20 to its end, 30 + 5 (k mod 3).
    const Eigen::Index samples = traces.rate_output.cols() / 2;
    double sum = 0.0;
    int count = 0;
    for (std::size_t row = 0; row < traces.index.size(); ++row) {
      const int trial = traces.index[row];
      if ((trial % 2 == 1) == odd) {
        const Eigen::Index scored = 30 + 5 * (trial % 3) - 1 - 20;
        sum += traces.rate_output.row(static_cast<Eigen::Index>(row))
                   .segment(samples + 20, scored)
                   .mean();
        ++count;
      }
    }
    REQUIRE(count > 0);
    CHECK(point["outputs"][1]["rate"].get<double>() == near(sum / count, 1e-9));
  }

  TEST_CASE("an output that is never scored has no panel, and the rest is shown") {
    const WorkingFolder folder;
    copy_trials("unscored.mat");
    REQUIRE(run(training("unscored.mat", "own.mat")).code == 0);
    const Outcome shown = run({"compare", "own.mat", "--scaling", "40", "--over", "strength",
                               "--analysis-start", "0", "--plot", "over.svg", "-o", "both.mat"});
    CAPTURE(shown.err);
    REQUIRE(shown.code == 0);
    CHECK(says(read_text("over.svg"), "Mean a"));
    CHECK(!says(read_text("over.svg"), "Mean b"));
    CHECK(fs::exists("both.mat"));
  }

  TEST_CASE("a mean output is that of the score window") {
    const WorkingFolder folder;
    copy_trials("choice.mat");
    REQUIRE(run(training("choice.mat", "own.mat")).code == 0);
    const Words compare = {"compare", "own.mat", "--scaling", "40", "--over", "strength"};
    CHECK(
        says(run(compare).out, "means over the steps of score_window_ms, 350 to 495 ms, where z"));
    CHECK(run(compare + Words{"--json"}).json()["over"]["scored_window_ms"][0] == 350.0);
    // The title of the file is that of the page.
    REQUIRE(run({"report", "own.mat", "--scaling", "40", "--trials", "4", "-o", "p.html"}).code ==
            0);
    CHECK(says(read_text("p.html"), "<h1>Which input is stronger? (choice.mat), 20 units</h1>"));
  }

  TEST_CASE("more of the same trials is no advice where the held-out ones are the trouble") {
    const WorkingFolder folder;
    copy_trials("single.mat");
    const io::MatArray inputs = *io::MatFile("single.mat").find("u");
    const auto steps = static_cast<Eigen::Index>(inputs.dims[1]);
    io::MatFields hard;  // one trial with a target out of reach
    hard.matrix("u", Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(inputs.dims[0]), steps));
    hard.matrix("z", Eigen::MatrixXd::Constant(steps, 1, 100.0));
    io::write_mat("hard.mat", hard, io::MatVersion::level5);
    const Words easy{"--test-file",      "hard.mat", "--stop-loss",      "20",
                     "--stop-accuracy",  "-1",       "--stop-margin",    "0",
                     "--spike-noise",    "0",        "--minimum-trials", "0",
                     "--evaluate-every", "4",        "--batch",          "4"};
    const Outcome ended = run(training("single.mat", "own.mat") + easy);
    CAPTURE(ended.out);
    REQUIRE(ended.code == 0);
    CHECK(says(ended.out, "not met: loss of held-out trials"));
    CHECK(says(ended.out, "go on     not by more of these trials"));
    CHECK(!says(ended.out, "--resume"));
  }

  TEST_CASE("a file of held-out trials; conditions of one trial") {
    const WorkingFolder folder;
    copy_trials("noise.mat");
    copy_trials("single.mat");
    const Outcome separate =
        run(training("single.mat", "own.mat") + Words{"--test-file", "noise.mat", "--json"});
    CAPTURE(separate.err);
    REQUIRE(separate.code == 0);
    CHECK(separate.json()["task"]["trials"]["test_file"] == "noise.mat");
    CHECK(separate.json()["accuracy"]["trials"] == 10);
    CHECK(says(run({"eval", "own.mat"}).out, "10 of 10 held-out trials (noise.mat)"));
    CHECK(run(training("single.mat", "x.mat") +
              Words{"--test-file", "noise.mat", "--test-fraction", "0.1"})
              .code == 2);
    const Outcome none = run(training("single.mat", "one.mat"));
    REQUIRE(none.code == 0);
    CHECK(says(none.err, "every condition has one trial in single.mat: none is held out"));
    CHECK(says(none.out, "3 training trials, none held out (single.mat)"));
    CHECK(says(run(training("single.mat", "x.mat") + Words{"--test-fraction", "0.3"}).err,
               "--test-fraction: found 0.3; must be 0: every condition has one trial"));
    CHECK(says(run({"train", "--task", "xor", "--test-fraction", "0.3", "-o", "x.mat"}).err,
               "--test-fraction: 0.3: found task xor beside it; must come with --task file"));
  }

  TEST_CASE("two outputs, steps of 10 ms, trials of different lengths") {
    const WorkingFolder folder;
    copy_trials("two_outputs.mat");
    const Outcome trained =
        run({"train", "--task", "file", "--trials-file", "two_outputs.mat", "-N", "40",
             "--spike-noise", "0", "--stop-margin", "0", "-o", "two.mat", "--json"});
    CAPTURE(trained.err);
    REQUIRE(trained.code == 0);
    CHECK(trained.json()["trained"] == true);
    const io::ModelFile file = io::read_model("two.mat");
    CHECK(file.network.outputs() == 2);
    CHECK(file.network.step_ms == 10.0);
    // Time constants stay what --taus says in ms: 20 to 100.
    CHECK(file.network.tau_ms.minCoeff() >= 20.0);
    CHECK(file.network.tau_ms.maxCoeff() <= 100.0);
    CHECK(run({"eval", "two.mat", "--json"}).json()["rate"]["accuracy"]["value"] == 1.0);
    CHECK(run({"info", "two.mat"}).code == 0);
    // The spiking network's trials are scored by both outputs, one by one and many at once.
    const Words spiking{"two.mat", "--scaling", "25", "--trials", "2", "--json"};
    const Outcome eval = run(Words{"eval"} + spiking);
    CAPTURE(eval.err);
    const Outcome many = run(Words{"simulate"} + spiking + Words{"-o", "runs.mat"});
    CAPTURE(many.err);
    REQUIRE(many.code == 0);
    CHECK(many.json()["accuracy"] == eval.json()["spiking"]["accuracy"]);
    const Outcome one =
        run({"simulate", "two.mat", "--scaling", "25", "--trial", "1", "-o", "run.mat", "--json"});
    CAPTURE(one.err);
    REQUIRE(one.code == 0);
    const io::RunFile saved = io::read_run("run.mat");
    CHECK(saved.result.outputs() == 2);
    CHECK(one.json()["correct"] == *saved.description.correct);
    const std::vector<io::RunFile> runs = io::read_run_trials("runs.mat");
    CHECK(runs[1].description.correct == saved.description.correct);
    CHECK(runs[1].result.all_outputs() == saved.result.all_outputs());
    CHECK(runs[1].result.duration_ms == saved.result.duration_ms);
    // 30 to 40 steps of 10 ms, filled up to 40: as long as it was. Trials of other lengths fit
    // beside each other.
    CHECK(saved.result.duration_ms == 300.0);
    std::vector<io::RunFile> uneven = runs;
    spiking::SimulationResult& cut = uneven[0].result;
    const Eigen::Index samples = 2 * cut.output.values.size() / 3;
    cut.duration_ms = 200.0;
    cut.output.values.conservativeResize(samples);
    cut.more_outputs.conservativeResize(Eigen::NoChange, samples);
    cut.spike_unit.clear();
    cut.spike_time_ms.clear();
    cut.spike_count.setZero();
    io::write_run_trials("uneven.mat", uneven);
    const std::vector<io::RunFile> back = io::read_run_trials("uneven.mat");
    CHECK(back[0].result.duration_ms == 200.0);
    CHECK(back[1].result.duration_ms == 300.0);
    CHECK(back[0].result.all_outputs() == cut.all_outputs());
    CHECK(back[1].result.all_outputs() == saved.result.all_outputs());
    // Readouts have the names that the file gives them.
    const Outcome compared = run({"compare", "two.mat", "--scaling", "25", "--trials", "4",
                                  "--analysis-start", "50", "-o", "compared.mat"});
    CAPTURE(compared.err);
    REQUIRE(compared.code == 0);
    const std::size_t table = compared.out.find("\nreadout ");
    REQUIRE(table != std::string::npos);
    CHECK(compared.out.find("\na ", table) < compared.out.find("\nb ", table));
    CHECK(compared.out.find("\nb ", table) != std::string::npos);
    const auto readouts =
        run({"compare", "two.mat", "--scaling", "25", "--trials", "4", "--json"}).json()["outputs"];
    CHECK(readouts[0]["name"] == "a");
    CHECK(readouts[1]["name"] == "b");
    CHECK(io::read_comparison("compared.mat").outputs[1].name == "b");
    REQUIRE(run({"report", "compared.mat", "-o", "page.html"}).code == 0);
    CHECK(says(read_text("page.html"), "<title>two_outputs.mat, 40 units"));
    REQUIRE(
        run({"export", "runs.mat", "--format", "csv", "--table", "output", "-o", "o.csv"}).code ==
        0);
    CHECK(read_text("o.csv").starts_with("trial,time_ms,output,output_2\n1,"));
    // A table has one row of names: runs of other numbers of outputs do not go into it.
    REQUIRE(run({"simulate", std::string(RHEOBASE_DATA) + "/go-nogo_N200_seed1.lif.mat", "-o",
                 "other.mat"})
                .code == 0);
    const Outcome mixed =
        run({"export", "run.mat", "other.mat", "--format", "csv", "-o", "mixed.csv"});
    CHECK(mixed.code == 2);
    CHECK(says(mixed.err, "runs of 2 outputs of 1 copy and of 1 output of 1 copy"));
    const Outcome task = run({"task", "file", "--trials-file", "two_outputs.mat"});
    CHECK(says(task.out, "2 (a, b)"));
    CHECK(says(task.out, "30 to 40"));
    const Outcome fast = run(training("two_outputs.mat", "x.mat") + Words{"--taus", "1"});
    CHECK(says(fast.err, "--taus: found 1; must be at least 2 (in steps of 5 ms) for steps of 10"));
  }

  TEST_CASE("what does not fit is the fault of the file of trials") {
    const WorkingFolder folder;
    for (const char* name : {"bad_step.mat", "step4.mat", "two_outputs.mat", "choice.mat"}) {
      copy_trials(name);
    }
    CHECK(says(run(training("bad_step.mat", "x.mat")).err,
               "bad_step.mat: field 'step_ms': found nan; must be one positive number"));
    REQUIRE(run(tiny_training("model.mat")).code == 0);
    const auto refusal = [](const char* trials) {
      return run({"eval", "model.mat", "--task", "file", "--trials-file", trials}).err;
    };
    CHECK(says(refusal("step4.mat"),
               "step4.mat: field 'step_ms': found 4 ms; must have 5 ms, as the network in "
               "model.mat"));
    CHECK(says(refusal("two_outputs.mat"), "two_outputs.mat: field 'z': found 2 output(s)"));
    CHECK(says(refusal("choice.mat"), "choice.mat: field 'u': found 2 input(s)"));
  }
}

}  // namespace rheobase
