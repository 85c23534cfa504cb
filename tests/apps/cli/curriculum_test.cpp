// Several tasks in one network, and trainings in stages.
#include <algorithm>
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
    CHECK(says(first.out, "criteria  met: loss below 1e+09\n"));
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

  TEST_CASE("another share of held-out trials is refused before the first stage") {
    const WorkingFolder folder;
    copy_trials("noise.mat", "t.mat");
    write_text("stages.toml",
               "[[stage]]\ntask = \"file\"\ntrials-file = \"t.mat\"\n"
               "[[stage]]\ntrials-file = \"t.mat\"\ntest-fraction = 0.5\n");
    check_refused_in_a_line(staged(), {"stage 2 of 2", "--test-fraction", "0.5"});
    CHECK(folder.files() == Words{"stages.toml", "t.mat"});
    // Nor behind a stage of another task.
    write_text("stages.toml",
               "[[stage]]\ntask = \"file\"\ntrials-file = \"t.mat\"\n[[stage]]\ntask = \"timing\"\n"
               "[[stage]]\ntask = \"file\"\ntrials-file = \"t.mat\"\ntest-fraction = 0.5\n");
    check_refused_in_a_line(staged(), {"stage 3 of 3", "--test-fraction", "0.5",
                                       "what the network learnt from in stage 1 of 3: 0.2"});
    copy_trials("single.mat", "other.mat");
    write_text("stages.toml",
               "[[stage]]\ntask = \"file\"\ntrials-file = \"t.mat\"\n[[stage]]\ntask = \"timing\"\n"
               "[[stage]]\ntask = \"file\"\ntrials-file = \"other.mat\"\ntest-file = \"t.mat\"\n");
    check_refused_in_a_line(staged(), {"stage 3 of 3", "--test-file", "t.mat", "stage 1 of 3"});
    CHECK(folder.files() == Words{"other.mat", "stages.toml", "t.mat"});
  }

  TEST_CASE("options of the first stage's network do not go with --from") {
    const WorkingFolder folder;
    write_text("stages.toml", "[[stage]]\ntask = \"timing\"\n");
    REQUIRE(run(staged()).code == 0);
    Words other = staged() + Words{"--from", "m.mat"};
    std::ranges::replace(other, std::string("m.mat"), std::string("n.mat"));
    other.back() = "m.mat";
    check_refused_in_a_line(other, {"stage 1 of 1", "--units", "--from beside it"});
  }

  TEST_CASE("a task that is named again goes on as it was") {
    const WorkingFolder folder;
    write_text("stages.toml",
               "[[stage]]\ntask = \"timing\"\ninterval = 150\n[[stage]]\ntask = \"timing\"\n");
    REQUIRE(run(staged()).code == 0);
    CHECK(io::read_model("m.mat").provenance.task_parameters.at("interval") == 150.0);
  }

  TEST_CASE("a parameter of one task goes before that of all of them") {
    const WorkingFolder folder;
    write_text("stages.toml",
               "[[stage]]\ntask = \"xor+dms\"\ndelay = 5\n[[stage]]\ndms-delay = 7\n");
    REQUIRE(run(staged()).code == 0);
    const auto of = [](const char* file, const char* name) {
      return io::read_model(file).provenance.task_parameters.at(name);
    };
    CHECK(of("m.stage1.mat", "dms-delay") == 5.0);
    CHECK(of("m.mat", "dms-delay") == 7.0);
    CHECK(of("m.mat", "xor-delay") == 5.0);
    const auto task = run({"eval", "m.mat", "--trials", "4", "--delay", "9", "--json"}).json();
    CHECK(task["task"]["parameters"]["dms-delay"] == 9.0);
  }

  TEST_CASE("an option of the command line is for the stages whose task takes it") {
    const WorkingFolder folder;
    write_text("stages.toml", "[[stage]]\ntask = \"timing\"\n[[stage]]\ntask = \"go-nogo\"\n");
    const Outcome done = run(staged() + Words{"--interval", "150", "--balanced"});
    CAPTURE(done.err);
    REQUIRE(done.code == 0);
    CHECK(io::read_model("m.stage1.mat").provenance.task_parameters.at("interval") == 150.0);
    const auto of_last = io::read_model("m.mat").provenance.task_parameters;
    CHECK_FALSE(of_last.contains("interval"));
    CHECK(of_last.at("balanced") == 1.0);
    check_refused_in_a_line(staged() + Words{"--rms-limit", "0.2"},
                            {"stage 1 of 2", "'rms-limit'"});
  }

  TEST_CASE("a list of what is trained is an array as well") {
    const WorkingFolder folder;
    write_text("stages.toml",
               "[[stage]]\ntask = \"timing\"\n[[stage]]\ntrain = [\"w_out\", \"b_out\"]\n");
    REQUIRE(run(staged()).code == 0);
    const io::ModelFile before = io::read_model("m.stage1.mat");
    const io::ModelFile after = io::read_model("m.mat");
    CHECK(after.network.w == before.network.w);
    CHECK(after.network.w_out != before.network.w_out);
  }

  TEST_CASE("what changes no result trains no stage again") {
    const WorkingFolder folder;
    write_text("stages.toml", kStages);
    REQUIRE(run(staged() + Words{"--threads", "1"}).code == 0);
    Words other = staged() + Words{"--threads", "2", "--checkpoint-every", "100"};
    std::ranges::replace(other, std::string("m.mat"), std::string("./m.mat"));
    const Outcome again = run(other);
    CAPTURE(again.err);
    REQUIRE(again.code == 0);
    for (const char* kept :
         {"kept      m.stage1.mat", "kept      m.stage2.mat", "kept      m.mat"}) {
      CHECK(says(again.out, kept));
    }
  }

  TEST_CASE("a stage is kept for what it is, not for how its options are spelt") {
    const WorkingFolder folder;
    // Gone on with by itself, beyond the largest number of trials of the curriculum.
    write_text("stages.toml", "[[stage]]\ntask = \"timing\"\n[[stage]]\nminimum-trials = 9\n");
    REQUIRE(run(staged()).code == 0);
    const Outcome longer = run({"train", "--resume", "m.checkpoint.mat", "--trials", "20"});
    CAPTURE(longer.err);
    REQUIRE(says(longer.out, "after 12 trials"));
    const io::ModelProvenance made = io::read_model("m.mat").provenance;
    CHECK(made.command.ends_with("--trials 20"));
    CHECK(!says(made.command, "--trials 8"));
    REQUIRE(made.training_options.has_value());
    CHECK(made.training_options->max_trials == 20);
    const std::string network = read_text("m.mat");
    fs::create_directory("moved");
    for (const char* file : {"m.mat", "m.stage1.mat", "stages.toml"}) {
      fs::copy_file(file, fs::path("moved") / file);
    }
    Words spelt = staged() + Words{"--seed", "1", "--gain", "1.5", "--stop-margin", "0.0"};
    std::ranges::replace(spelt, std::string("-N"), std::string("--units"));
    std::ranges::replace(spelt, std::string("--trials"), std::string("--n_trials"));
    std::ranges::replace(spelt, std::string("1e9"), std::string("1000000000"));
    std::ranges::replace(spelt, std::string("m.mat"), fs::absolute("moved/m.mat").string());
    spelt.erase(std::ranges::find(spelt, "--stop-margin"),
                std::ranges::find(spelt, "--stop-margin") + 2);
    const Outcome again = run(spelt);
    CAPTURE(again.err);
    REQUIRE(again.code == 0);
    CHECK(says(again.out, "kept      " + fs::absolute("moved/m.mat").string()));
    CHECK(read_text("moved/m.mat") == network);
    // Another value is another training.
    CHECK(!says(run(spelt + Words{"--learning-rate", "0.02"}).out, "kept"));
  }

  TEST_CASE("a value that hangs on a short option is that option's") {
    const WorkingFolder folder;
    write_text("stages.toml", "[[stage]]\ninterval = 100\n[[stage]]\ninterval = 150\n");
    Words words = staged();
    words.erase(std::ranges::find(words, "-N"), std::ranges::find(words, "-N") + 2);
    words.erase(std::ranges::find(words, "-o"), words.end());
    const Outcome outcome = run(words + Words{"-N12", "--task", "timing", "-om.mat"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(folder.files() == Words{"m.mat", "m.stage1.mat", "stages.toml"});
    const io::ModelFile last = io::read_model("m.mat");
    CHECK(last.task == "timing");
    CHECK(last.network.units() == 12);
  }

  TEST_CASE("another mask is another network") {
    const WorkingFolder folder;
    write_text("stages.toml", "[[stage]]\ntask = \"timing\"\n");
    const Words masked = staged() + Words{"--mask", "mask.mat:m"};
    Eigen::MatrixXd mask = Eigen::MatrixXd::Ones(12, 12);
    const auto write_mask = [&] {
      io::MatFields fields;
      fields.matrix("m", mask);
      io::write_mat("mask.mat", fields, io::MatVersion::level5);
    };
    write_mask();
    REQUIRE(run(masked).code == 0);
    CHECK(says(run(masked).out, "kept"));
    mask(3, 4) = 0.0;
    write_mask();
    CHECK(!says(run(masked).out, "kept"));
  }

  TEST_CASE("a curriculum grows and is cut: what was trained stays") {
    const WorkingFolder folder;
    const std::string two = "[[stage]]\ntask = \"timing\"\n[[stage]]\ninterval = 150\n";
    write_text("stages.toml", two);
    REQUIRE(run(staged()).code == 0);
    const auto of_two = io::MatFile("m.mat").find("w")->values;
    write_text("stages.toml", two + "[[stage]]\ninterval = 200\n");
    const Outcome grown = run(staged());
    REQUIRE(grown.code == 0);
    CHECK(says(grown.out, "kept      m.stage2.mat"));
    CHECK(io::MatFile("m.stage2.mat").find("w")->values == of_two);
    write_text("stages.toml", two);
    const Outcome cut = run(staged());
    REQUIRE(cut.code == 0);
    CHECK(says(cut.out, "kept      m.mat"));
    CHECK(io::MatFile("m.mat").find("w")->values == of_two);
  }

  TEST_CASE("the checkpoint of a later stage is kept before an earlier one is trained") {
    const WorkingFolder folder;
    const std::string hard = "[[stage]]\nstop-accuracy = 0.99\nstop-loss = 1e-6\n";
    write_text("stages.toml", "[[stage]]\ntask = \"timing\"\n" + hard);
    REQUIRE(run(staged()).code == 0);
    REQUIRE(fs::exists("m.checkpoint.mat"));
    fs::remove("m.stage1.mat");
    write_text("stages.toml", "[[stage]]\ntask = \"timing\"\n" + hard + "rule = \"sgd\"\n");
    check_refused_in_a_line(staged(), {"m.checkpoint.mat", "8 trials", "or be removed"});
    CHECK_FALSE(fs::exists("m.stage1.mat"));
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
            {"stage 2 of 2", "the network of stage 1 of 2 field 'w_in'", "1 column", "must have 2",
             "task xor"});
    refused(first + "[[stage]]\ntrain = \"all\"\n",
            {"stage 2 of 2", "--train", "'all'", "must be made of w, w_out, b_out"});
    refused(
        "[[stage]]\ntask = \"go-nogo+timing\"\n[[stage]]\n[[stage]]\ntask = \"timing+go-nogo\"\n",
        {"stage 3 of 3", "--task", "timing+go-nogo", "must be go-nogo+timing, the order"});
    refused(
        "[[stage]]\ntask = \"go-nogo+timing\"\n[[stage]]\ntask = \"xor\"\n"
        "[[stage]]\ntask = \"timing+go-nogo\"\n",
        {"stage 2 of 3", "the network of stage 1 of 3"});
    refused(
        "[[stage]]\ntask = \"xor+dms\"\n[[stage]]\ntask = \"mante\"\n"
        "[[stage]]\ntask = \"dms+xor\"\n",
        {"stage 3 of 3", "--task", "must be xor+dms, the order"});
    refused(first + "interval = [200, 300]\n", {"line 3", "'interval' with 2 values"});
    refused(first + "[[stage]]\ntrain = []\n", {"line 4", "'train' without a value"});
    refused(first + "seed = 1.5\n", {"stages.toml, stage 1 of 1: --seed: found 1.5"});
    write_text("m.stage1.mat", "junk");
    write_text("stages.toml", first + "[[stage]]\n");
    check_refused_in_a_line(staged(), {"stage 1 of 2", "m.stage1.mat", "or be removed"});
    fs::remove("m.stage1.mat");
    refused(first + "activation = \"tanh\"\n[[stage]]\nspike-noise = 3\n",
            {"stage 2 of 2", "--spike-noise", "tanh"});
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
