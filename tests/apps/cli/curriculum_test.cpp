// Several tasks in one network, and trainings in stages.
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace curriculum_test {

using Words = std::vector<std::string>;

/// Criteria that any network meets: 4 trials a stage, whatever it learns.
constexpr const char* kStages =
    "[[stage]]\n"
    "task = \"timing\"\n"
    "interval = 100\n"
    "[[stage]]\n"
    "task = \"timing\"\n"
    "interval = 150\n"
    "learning-rate = 0.005\n"
    "[[stage]]\n"
    "rule = \"sgd\"\n";

Words staged(const std::string& file = "stages.toml") {
  return {"train", "--curriculum",
          file,    "-N",
          "12",    "--trials",
          "8",     "--batch",
          "4",     "--evaluate-every",
          "4",     "--evaluation-trials",
          "4",     "--spike-noise",
          "0",     "--stop-accuracy",
          "-1",    "--stop-loss",
          "1e9",   "--stop-margin",
          "0",     "-o",
          "m.mat"};
}

}  // namespace curriculum_test

TEST_SUITE("cli") {
  using namespace curriculum_test;

  TEST_CASE("with --no-clobber a curriculum goes on with its stages and refuses other files") {
    const WorkingFolder folder;
    write_text("stages.toml", kStages);
    const Words careful = staged() + Words{"--no-clobber"};
    REQUIRE(run(careful).code == 0);
    fs::remove("m.mat");
    const Outcome again = run(careful);
    CAPTURE(again.err);
    CHECK(again.code == 0);
    CHECK(says(again.out, "kept      m.stage2.mat"));
    CHECK_FALSE(says(again.err, "replaces"));
    // A later stage's file is in the way: no stage is begun.
    fs::remove("m.stage1.mat");
    check_refused_in_a_line(careful, {"m.stage2.mat", "must be a new one with --no-clobber"});
    CHECK_FALSE(fs::exists("m.stage1.mat"));
  }

  TEST_CASE("stages go on from each other, and what is there is kept") {
    const WorkingFolder folder;
    write_text("stages.toml", kStages);
    const Outcome first = run(staged());
    CAPTURE(first.err);
    REQUIRE(first.code == 0);
    CHECK(says(first.out, "stage 1 of 3"));
    CHECK(says(first.out, "stage 3 of 3"));
    CHECK(folder.files() == Words{"m.mat", "m.stage1.mat", "m.stage2.mat", "stages.toml"});
    const io::ModelFile middle = io::read_model("m.stage2.mat");
    CHECK(middle.provenance.task_parameters.at("interval") == 150.0);
    CHECK(says(middle.provenance.trained_from, "m.stage1.mat"));
    const io::ModelFile last = io::read_model("m.mat");
    CHECK(last.task == "timing");
    CHECK(says(last.provenance.trained_from, "m.stage2.mat"));
    // What a stage does not name is as in the one before it.
    CHECK(says(last.provenance.command, "--learning-rate 0.005"));
    CHECK(says(last.provenance.command, "--interval 150"));
    CHECK(!says(middle.provenance.command, "--interval 100"));
    // What is missing is made again, with the same bits.
    const auto weights = io::MatFile("m.stage2.mat").find("w")->values;
    fs::remove("m.mat");
    fs::remove("m.stage2.mat");
    const Outcome again = run(staged());
    REQUIRE(again.code == 0);
    CHECK(says(again.out, "kept      m.stage1.mat"));
    CHECK(io::MatFile("m.stage2.mat").find("w")->values == weights);
    CHECK(fs::exists("m.mat"));
    // A stage that is changed is trained again, and all behind it.
    write_text("stages.toml", std::string(kStages) + "learning-rate = 0.02\n");
    const Outcome changed = run(staged() + Words{"--json"});
    REQUIRE(changed.code == 0);
    const auto json = changed.json();
    CHECK(json.at("trained") == true);
    REQUIRE(json.at("stages").size() == 3);
    CHECK(json.at("stages")[0].at("kept") == true);
    CHECK(json.at("stages")[1].at("kept") == true);
    CHECK(json.at("stages")[2].at("model") == "m.mat");
    // Behind a stage whose network is another one nothing is kept.
    io::ModelFile other = io::read_model("m.stage1.mat");
    other.dale->w_out *= 2.0;
    io::write_model("m.stage1.mat", other);
    const auto from_other = run(staged() + Words{"--json"}).json();
    CHECK(from_other.at("stages")[0].at("kept") == true);
    CHECK_FALSE(from_other.at("stages")[1].contains("kept"));
    CHECK_FALSE(from_other.at("stages")[2].contains("kept"));
  }

  TEST_CASE("a stage takes a flag of the task back") {
    const WorkingFolder folder;
    write_text("stages.toml",
               "[[stage]]\ntask = \"timing\"\nbalanced = true\n[[stage]]\nbalanced = false\n");
    REQUIRE(run(staged()).code == 0);
    CHECK(io::read_model("m.stage1.mat").provenance.task_parameters.at("balanced") == 1.0);
    CHECK(io::read_model("m.mat").provenance.task_parameters.at("balanced") == 0.0);
  }

  TEST_CASE("stages of trials that are others by now are trained again") {
    const WorkingFolder folder;
    copy_trials("noise.mat", "t.mat");
    write_text("stages.toml",
               "[[stage]]\ntask = \"file\"\ntrials-file = \"t.mat\"\n[[stage]]\nrule = \"sgd\"\n");
    REQUIRE(run(staged()).code == 0);
    CHECK(says(run(staged()).out, "kept      m.stage1.mat"));
    copy_trials("single.mat", "t.mat");
    const Outcome again = run(staged());
    CAPTURE(again.err);
    REQUIRE(again.code == 0);
    CHECK_FALSE(says(again.out, "kept"));
  }

  TEST_CASE("a stage whose criteria are not met ends the curriculum") {
    const WorkingFolder folder;
    write_text(
        "stages.toml",
        "[[stage]]\ntask = \"go-nogo\"\nstop-accuracy = 0.99\nstop-loss = 1e-6\n[[stage]]\n");
    const Outcome ended = run(staged());
    CAPTURE(ended.err);
    CHECK(ended.code == 0);
    CHECK(says(ended.err, "stage 1 of 2 did not meet its criteria: the next one is not begun"));
    CHECK(fs::exists("m.stage1.mat"));
    CHECK_FALSE(fs::exists("m.mat"));
    // What it learnt is not lost to the same command again, nor to other options.
    const std::string checkpoint = read_text("m.stage1.checkpoint.mat");
    check_refused_in_a_line(
        staged(), {"m.stage1.checkpoint.mat", "8 trials", "did not meet its criteria", "--resume"});
    check_refused_in_a_line(staged() + Words{"--learning-rate", "0.02"},
                            {"m.stage1.checkpoint.mat", "or be removed"});
    CHECK(read_text("m.stage1.checkpoint.mat") == checkpoint);
    fs::remove("m.stage1.checkpoint.mat");
    CHECK(run(staged()).code == 0);
  }

  TEST_CASE("what is wrong with a stage is said before the first one is trained") {
    const WorkingFolder folder;
    const auto refused = [&](const std::string& text, const Words& words) {
      write_text("stages.toml", text);
      check_refused_in_a_line(staged(), words);
      CHECK(folder.files() == Words{"stages.toml"});
    };
    const std::string first = "[[stage]]\ntask = \"timing\"\n";
    refused("\n", {"stages.toml", "[[stage]]"});
    refused("[[stages]]\n", {"stages.toml: line 1", "'stages'", "stage"});
    refused(first + "[[stage]]\nintervall = 3\n",
            {"stages.toml: line 4, column 1", "'intervall'", "interval"});
    refused(first + "[[stage]]\ninterval = 1\n", {"stages.toml, stage 2 of 2", "interval"});
    refused(first + "[[stage]]\nunits = 5\n", {"line 4", "'units'", "first stage"});
    write_text("stages.toml", first + "[[stage]]\nqqqqqqq = 5\n");
    const Outcome unknown = run({"train", "--curriculum", "stages.toml", "-o", "x.mat"});
    CHECK(says(unknown.err, "must be one of "));
    for (const char* elsewhere : {"help", "output", "resume", "seeds", "jobs", "units", "mask"}) {
      CAPTURE(unknown.err);
      CHECK(!says(unknown.err, fmt::format(" {},", elsewhere).c_str()));
    }
    CHECK(says(unknown.err, " trials, "));
    CHECK(!says(unknown.err, "n_trials"));
    CHECK(!says(unknown.err, "loss_fn"));
    refused(first + "[[stage]]\nstop-acuracy = 0.9\n",
            {"did you mean 'stop-accuracy'?", "; stop-accuracy: ... and the fraction of correct"});
    refused(first + "output = \"a.mat\"\n", {"line 3", "'output'", "command line"});
    refused(first + "[[stage]]\ntask = \"xor\"\n",
            {"stage 2 of 2", "xor (2 inputs, 1 outputs)", "must have 1 and 1"});
    refused("[[stage]]\n", {"stage 1 of 1", "--task"});
    refused(first + "learning-rate = \"fast\"\n", {"stage 1 of 1", "learning-rate"});
    refused(first + "balanced = 3\n", {"line 3", "--balanced takes no value"});
    check_refused_in_a_line(staged("none.toml"), {"none.toml"});
    write_text("stages.toml", first);
    check_refused_in_a_line(staged() + Words{"--seeds", "1:3"}, {"--curriculum beside it"});
  }

  TEST_CASE("a network of two tasks is trained, mapped, evaluated by task, compared and reported") {
    const WorkingFolder folder;
    const Outcome trained =
        run({"train", "--task", "go-nogo+xor", "-N", "60", "--trials", "8", "--evaluate-every", "4",
             "--evaluation-trials", "10", "-o", "both.mat"});
    CAPTURE(trained.err);
    REQUIRE(trained.code == 0);
    CHECK(says(trained.out, "accuracy of the task it does least well"));
    const Outcome shown = run({"eval", "both.mat", "--trials", "21", "--json"});
    REQUIRE(shown.code == 0);
    const auto tasks = shown.json().at("tasks");
    CHECK(tasks[0].at("name") == "go-nogo");
    CHECK(tasks[0].at("rate").at("trials") == 11);
    CHECK(tasks[1].at("rate").at("trials") == 10);
    CHECK(shown.json().at("conditions").size() == 6);
    REQUIRE(run({"map", "both.mat", "--mapping", "published", "--scaling", "40", "--trials", "4",
                 "-o", "both.lif.mat"})
                .code == 0);
    REQUIRE(run({"compare", "both.lif.mat", "--trials", "6", "-o", "c.mat"}).code == 0);
    const Outcome page = run({"report", "c.mat", "-o", "page.html"});
    CAPTURE(page.err);
    CHECK(page.code == 0);
    const Outcome simulated =
        run({"simulate", "both.lif.mat", "--condition", "xor: same-plus", "-o", "r.mat"});
    CAPTURE(simulated.err);
    CHECK(simulated.code == 0);
    CHECK(says(run({"task", "xor+dms", "--dms-delay", "20"}).out, "--xor-delay"));
  }
}
}  // namespace rheobase
