#include <algorithm>

#include <doctest/doctest.h>

#include "io/mat/checkpoint_file.hpp"
#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "rate/models/initialise.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace {

/// The fields in which two trainings of the same network must not differ by a bit.
void check_same_network(const fs::path& first, const fs::path& second) {
  const io::MatFile a(first);
  const io::MatFile b(second);
  for (const char* name : {"w", "w0", "w_in", "w_out", "b_out", "taus_gaus", "losses", "eval_os"}) {
    CAPTURE(name);
    REQUIRE(a.has(name));
    REQUIRE(b.has(name));
    CHECK(a.find(name)->values == b.find(name)->values);
  }
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("train writes a complete model and says what it did") {
    const WorkingFolder folder;
    const Outcome outcome = run(tiny_training("model.mat"));
    CHECK(outcome.code == 0);
    CHECK(outcome.err.empty());
    // The criteria are not met: the checkpoint stays.
    CHECK(folder.files() == std::vector<std::string>{"model.checkpoint.mat", "model.mat"});
    for (const char* line :
         {"task      go-nogo", "seed      3", "trained   no: ", "criteria  not met: accuracy",
          "saved     model.mat", "rheobase train --resume model.checkpoint.mat --trials 120"}) {
      CAPTURE(line);
      CHECK(outcome.out.find(line) != std::string::npos);
    }
    const io::ModelFile file = io::read_model("model.mat");
    CHECK(file.dale.value().units() == 30);
    CHECK(file.task == "go-nogo");
    CHECK(file.provenance.trials == 60);
    CHECK(file.provenance.losses.size() == 60);
    CHECK(file.provenance.seed == Seed{3});
    CHECK(file.provenance.command ==
          "rheobase train --task go-nogo -N 30 --trials 60 --seed 3 -o model.mat "
          "--evaluate-every 60 --evaluation-trials 20");
    const io::MatFile fields("model.mat");
    for (const char* name : {"w",
                             "w0",
                             "m",
                             "som_m",
                             "w_in",
                             "w_out",
                             "b_out",
                             "N",
                             "som_N",
                             "exc",
                             "inh",
                             "taus",
                             "taus_gaus",
                             "taus_gaus0",
                             "activation",
                             "x0",
                             "r0",
                             "x",
                             "r",
                             "u",
                             "o",
                             "target",
                             "losses",
                             "tr",
                             "eval_perf_mean",
                             "eval_loss_mean",
                             "eval_os",
                             "eval_labels",
                             "task"}) {
      CAPTURE(name);
      CHECK(fields.has(name));
    }
  }

  TEST_CASE("--json prints one object; the same seed gives the same network") {
    const WorkingFolder folder;
    const Outcome first = run(tiny_training("a.mat") + std::vector<std::string>{"--json"});
    const Outcome second =
        run(tiny_training("b.mat") + std::vector<std::string>{"--json", "--threads", "1"});
    const auto json = first.json();
    for (const char* key : {"command", "model", "task", "seed", "units", "trained", "trials",
                            "criteria_met", "accuracy", "mean_loss", "seconds"}) {
      CAPTURE(key);
      CHECK(json.contains(key));
    }
    CHECK(json["trained"] == false);
    CHECK(json["trials"] == 60);
    CHECK(json["accuracy"]["trials"] == 20);
    CHECK(json["mean_loss"] == second.json()["mean_loss"]);
    check_same_network("a.mat", "b.mat");
  }

  TEST_CASE("a network that meets the criteria is trained") {
    const WorkingFolder folder;
    // Criteria that any network meets; Go-NoGo asks for more than 1500 trials all the same.
    const std::vector<std::string> words{
        "train",       "--task", "go-nogo",         "-N",    "20",
        "--stop-loss", "1000",   "--stop-accuracy", "0",     "--evaluation-trials",
        "20",          "-o",     "model.mat",       "--json"};
    const Outcome paper = run(words + std::vector<std::string>{"--preset", "paper"});
    REQUIRE(paper.code == 0);
    CHECK(paper.json()["trained"] == true);
    CHECK(paper.json()["criteria_met"] == true);
    CHECK(paper.json()["trials"] == 1600);
    // The recommended settings then ask for 2000 trials under noise as of spikes.
    CHECK(run(words).json()["trials"] == 3600);
    const Outcome cut = run(words + std::vector<std::string>{"--trials", "3000"});
    CHECK(cut.json()["trained"] == false);
    CHECK(cut.json()["criteria_met"] == false);
    CHECK(cut.json()["unmet"][0] == "fewer than 2000 trials with spike-like noise of s = 25");
    CHECK(run(words + std::vector<std::string>{"--preset", "paper", "--batch", "4"})
              .json()["trials"] == 1600);
  }

  TEST_CASE("a small network learns every task") {
    const WorkingFolder folder;
    const std::vector<std::vector<std::string>> tasks{
        {"go-nogo"},
        {"xor"},
        {"mante"},
        {"timing", "--interval", "250"},
        {"dms", "--delay", "30", "--taus", "4", "40", "--gain", "2"},
        {"oscillation", "--period", "200", "--cycles", "2"}};
    for (const std::vector<std::string>& task : tasks) {
      CAPTURE(task.front());
      const Outcome outcome =
          run(std::vector<std::string>{"train", "-N", "60", "--spike-noise", "0", "--stop-margin",
                                       "0", "-o", "small.mat", "--json", "--task"} +
              task);
      REQUIRE(outcome.code == 0);
      CHECK(outcome.json()["trained"] == true);
      CHECK(outcome.json()["criteria_met"] == true);
    }
  }

  TEST_CASE("trials from a file: train, map, evaluate and resume") {
    const WorkingFolder folder;
    const std::string trials = std::string(RHEOBASE_IO_TEST_DATA) + "/trials_v5.mat";
    const std::vector<std::string> train{"train",
                                         "--task",
                                         "file",
                                         "-N",
                                         "20",
                                         "--trials",
                                         "40",
                                         "-o",
                                         "own.mat",
                                         "--checkpoint-every",
                                         "20",
                                         "--checkpoint",
                                         "own.checkpoint.mat"};
    const std::vector<std::string> with_trials{"--trials-file", trials};
    CHECK(run(train).err.find("--trials-file: found nothing") != std::string::npos);
    REQUIRE(run(train + with_trials).code == 0);
    const io::ModelFile file = io::read_model("own.mat");
    CHECK(file.task == "file");
    CHECK(file.network.inputs() == 2);
    const std::vector<std::string> map{"map",      "own.mat", "--scaling", "20:20:40",
                                       "--trials", "6",       "-o",        "own.lif.mat"};
    CHECK(run(map + with_trials).code == 0);
    const std::vector<std::string> eval{"eval", "own.lif.mat", "--trials",
                                        "9",    "--balanced",  "--json"};
    const Outcome outcome = run(eval + with_trials);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.out.find("\"trials\": 3") != std::string::npos);
    const std::vector<std::string> compare{"compare", "own.lif.mat",      "--trials",
                                           "6",       "--analysis-start", "10",
                                           "-o",      "own.compare.mat"};
    const Outcome compared = run(compare + with_trials);
    CAPTURE(compared.err);
    REQUIRE(compared.code == 0);
    const std::vector<std::string> report{"report", "own.compare.mat", "-o", "own.html"};
    const Outcome page = run(report);
    CAPTURE(page.err);
    CHECK(page.code == 0);
    CHECK(page.err.find("which own.compare.mat names") != std::string::npos);
    CHECK(run(report + with_trials).code == 0);
    const std::vector<std::string> resume{
        "train", "--resume", "own.checkpoint.mat", "-o", "more.mat", "--trials", "60"};
    CHECK(run(resume).code == 0);
    // The checkpoint is that of 60 trials by now.
    CHECK(run(resume + with_trials).code == 2);
    CHECK(run({"train", "--resume", "own.checkpoint.mat", "-o", "more.mat", "--trials", "80",
               "--trials-file", trials})
              .code == 0);
    CHECK(run({"train", "--task", "xor", "--trials-file", trials, "-o", "x.mat"}).code == 2);
  }

  TEST_CASE("mini-batches, balanced weights and clipped gradients") {
    const WorkingFolder folder;
    const Outcome outcome =
        run({"train", "--task", "xor", "-N", "20", "--trials", "40", "--evaluation-trials", "4",
             "-o", "xor.mat", "--batch", "4", "--init", "balanced", "--clip", "1", "--json"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.json()["trials"] == 40);
    CHECK(io::read_model("xor.mat").provenance.losses.size() == 40);
  }

  TEST_CASE("Ctrl-C leaves a checkpoint, and resuming gives the unbroken training bit for bit") {
    const WorkingFolder folder;
    std::vector<std::string> whole = tiny_training("whole.mat");
    std::vector<std::string> broken = tiny_training("broken.mat");
    for (std::vector<std::string>* args : {&whole, &broken}) {
      std::replace(args->begin(), args->end(), std::string("60"), std::string("2000"));
    }
    REQUIRE(run(whole).code == 0);
    CHECK(folder.files() == std::vector<std::string>{"whole.checkpoint.mat", "whole.mat"});

    Outcome outcome;
    {
      const Interrupter interrupter("broken.checkpoint.mat");
      outcome = run(broken + std::vector<std::string>{"--checkpoint-every", "20"});
    }
    REQUIRE(outcome.code == 130);
    CHECK(outcome.out.empty());
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(outcome.err.find("rheobase train --resume broken.checkpoint.mat") != std::string::npos);
    CHECK(folder.files() ==
          std::vector<std::string>{"broken.checkpoint.mat", "whole.checkpoint.mat", "whole.mat"});
    CHECK(run({"info", "broken.checkpoint.mat"}).code == 0);

    const Outcome resumed = run({"train", "--resume", "broken.checkpoint.mat"});
    CAPTURE(resumed.err);
    CHECK(resumed.code == 0);
    CHECK(resumed.out.find("resumed   after ") != std::string::npos);
    CHECK(folder.files() == std::vector<std::string>{"broken.checkpoint.mat", "broken.mat",
                                                     "whole.checkpoint.mat", "whole.mat"});
    check_same_network("whole.mat", "broken.mat");
  }

  TEST_CASE("a checkpoint with a name of its own stays, and can be continued further") {
    const WorkingFolder folder;
    CHECK(run(tiny_training("model.mat") +
              std::vector<std::string>{"--checkpoint", "save.mat", "--checkpoint-every", "20"})
              .code == 0);
    CHECK(folder.files() == std::vector<std::string>{"model.mat", "save.mat"});
    const Outcome unnamed = run({"train", "--resume", "save.mat"});
    CHECK(unnamed.code == 2);
    CHECK(unnamed.err.find("--output") != std::string::npos);
    const Outcome further =
        run({"train", "--resume", "save.mat", "--trials", "80", "-o", "further.mat", "--json"});
    CAPTURE(further.err);
    CHECK(further.json()["trials"] == 80);
    CHECK(fs::exists("save.mat"));
    const Outcome fewer =
        run({"train", "--resume", "save.mat", "--trials", "10", "-o", "fewer.mat"});
    CHECK(fewer.code == 2);
    CHECK(fewer.err.find("--trials: found 10") != std::string::npos);
  }

  TEST_CASE("a training goes on to its end from a checkpoint that does not say how it started") {
    const WorkingFolder folder;
    rate::NetworkOptions network;
    network.units = 12;
    io::Checkpoint start{{}, {}, "go-nogo", {}, "rheobase train"};
    start.options.max_trials = 4;
    start.options.evaluation_trials = 2;
    start.state = rate::initial_state(rate::make_dale_model(network, 1, 1), start.options);
    start.state.model.w0.resize(0, 0);
    start.state.model.tau_gate0.resize(0);
    io::write_checkpoint("bare.checkpoint.mat", start);
    const Outcome outcome = run({"train", "--resume", "bare.checkpoint.mat"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    const io::ModelFile model = io::read_model("bare.mat");
    CHECK(model.provenance.trials == 4);
    CHECK(model.provenance.example.r.rows() == 12);
    CHECK(model.provenance.example.r0.size() == 0);
  }

  TEST_CASE("a resumed training keeps its options, and only a checkpoint can be resumed") {
    const WorkingFolder folder;
    REQUIRE(run(tiny_training("model.mat")).code == 0);
    const Outcome changed = run({"train", "--resume", "model.mat", "-o", "x.mat", "--gain", "2"});
    CHECK(changed.code == 2);
    CHECK(changed.err.find("--gain: found --resume beside it") != std::string::npos);
    const Outcome model = run({"train", "--resume", "model.mat", "-o", "x.mat"});
    CHECK(model.code == 2);
    CHECK(model.err.find("model.mat") != std::string::npos);
    CHECK(folder.files() == std::vector<std::string>{"model.checkpoint.mat", "model.mat"});
  }

  TEST_CASE("training goes on beyond its cap as if the cap had been higher") {
    const WorkingFolder folder;
    std::vector<std::string> whole = tiny_training("whole.mat");
    std::replace(whole.begin(), whole.end(), std::string("60"), std::string("120"));
    REQUIRE(run(tiny_training("capped.mat")).code == 0);
    REQUIRE(run(whole).code == 0);
    const std::vector<std::string> resume{"train", "--resume", "capped.checkpoint.mat"};
    const Outcome same = run(resume);
    CHECK(same.code == 2);
    CHECK(same.err.find("--trials: found 60; must be more than 60, the trials already done") !=
          std::string::npos);
    REQUIRE(run(resume + std::vector<std::string>{"--trials", "120"}).code == 0);
    const io::ModelFile a = io::read_model("whole.mat");
    const io::ModelFile b = io::read_model("capped.mat");
    CHECK(a.dale->w == b.dale->w);
    CHECK(a.provenance.losses == b.provenance.losses);
    CHECK(b.provenance.criteria_met == false);
    CHECK(b.provenance.unmet.find("must be above 95 %") != std::string::npos);
  }

  TEST_CASE("the original program's arguments, path and file name") {
    const WorkingFolder folder;
    const std::vector<std::string> args{
        "train",        "--gpu",     "0",     "--gpu_frac",   "0.20",    "--n_trials",
        "20",           "--mode",    "train", "--N",          "30",      "--P_inh",
        "0.20",         "--P_rec",   "0.25",  "--som_N",      "2",       "--apply_dale",
        "True",         "--gain",    "1.5",   "--task",       "go-nogo", "--act",
        "sigmoid",      "--loss_fn", "L2",    "--decay_taus", "4",       "20",
        "--output_dir", "."};
    const Outcome outcome = run(args + std::vector<std::string>{"--json"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.err ==
          "rheobase: note: --gpu and --gpu_frac have no effect: training runs on the processor\n");
    const fs::path path = outcome.json()["model"].get<std::string>();
    CHECK(path.parent_path() == "./models/go-nogo/P_rec_0.25_Taus_4.0_20.0");
    CHECK(path.filename().string().rfind("Task_go-nogo_N_30_Taus_4.0_20.0_Act_sigmoid_20", 0) == 0);
    const rate::DaleModel model = io::read_model(path).dale.value();
    CHECK(model.som_units == 2);
    CHECK(model.tau_max_steps == 20.0);

    // Another one, most likely in the same second.
    const Outcome again = run(args + std::vector<std::string>{"--seed", "2", "--json"});
    REQUIRE(again.code == 0);
    const fs::path other = again.json()["model"].get<std::string>();
    CHECK(other != path);
    CHECK(other.filename().string().size() == path.filename().string().size());
    CHECK(io::read_model(path).provenance.seed == Seed{1});
    CHECK(io::read_model(other).provenance.seed == Seed{2});
    fs::remove(other);

    std::vector<std::string> evaluation = args;
    std::replace(evaluation.begin(), evaluation.end(), std::string("train"), std::string("Eval"));
    evaluation.front() = "train";
    const Outcome evaluated = run(evaluation + std::vector<std::string>{"--json"});
    CAPTURE(evaluated.err);
    CHECK(evaluated.code == 0);
    CHECK(evaluated.json()["model"] == path.string());
    CHECK(evaluated.json()["rate"]["accuracy"]["trials"] == 100);
  }

  TEST_CASE("--mode eval without a model names the folder it looked in") {
    const WorkingFolder folder;
    const Outcome outcome =
        run({"train", "--mode", "eval", "--task", "xor", "--output_dir", "out"});
    CHECK(outcome.code == 2);
    CHECK(outcome.err.find("out/models/xor/P_rec_0.2_Taus_4.0_20.0") != std::string::npos);
  }

  TEST_CASE("without Dale's principle and with one time constant") {
    const WorkingFolder folder;
    const Outcome outcome =
        run({"train", "--task", "go-nogo", "--N", "20", "--n_trials", "4", "--apply_dale", "False",
             "--decay_taus", "7", "--output_dir", ".", "--json", "--evaluation-trials", "2"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    const fs::path path = outcome.json()["model"].get<std::string>();
    CHECK(path.parent_path() == "./models/go-nogo/NoDale/P_rec_0.2_Tau_7.0");
    const rate::DaleModel model = io::read_model(path).dale.value();
    CHECK_FALSE(model.dale);
    CHECK(model.fixed_tau());
  }

  TEST_CASE("a mask from a file keeps connections away") {
    const WorkingFolder folder;
    Eigen::MatrixXd mask = Eigen::MatrixXd::Ones(30, 30);
    mask.col(4).setZero();
    io::MatFields fields;
    fields.matrix("mask", mask);
    io::write_mat("mask.mat", fields, io::MatVersion::level5);
    const Outcome outcome =
        run(tiny_training("model.mat") + std::vector<std::string>{"--mask", "mask.mat:mask"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(rate::effective_weights(io::read_model("model.mat").dale.value()).col(4).isZero());
    const Outcome wrong = run(
        {"train", "--task", "go-nogo", "-N", "20", "--mask", "mask.mat:mask", "-o", "wrong.mat"});
    CHECK(wrong.code == 2);
    CHECK(wrong.err.find("mask") != std::string::npos);
    CHECK_FALSE(fs::exists("wrong.mat"));
  }
}

}  // namespace rheobase
