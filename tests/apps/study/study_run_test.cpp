#include <chrono>
#include <cmath>
#include <csignal>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/apps/study/study_harness.hpp"

namespace rheobase {

using namespace study_test;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words run_words(const std::string& folder, const Words& more = {}) {
  return Words{"run", "study.toml", "-o", folder} + more;
}

/// The tiny study run by one process, one cell at a time.
std::map<std::string, std::string> reference_run() {
  write("study.toml", tiny_study());
  const Ended ended = run_studies(run_words("reference", {"--jobs", "1"}));
  CAPTURE(ended.err);
  REQUIRE(ended.code == 0);
  return contents("reference");
}

nlohmann::json result(const fs::path& file) {
  return nlohmann::json::parse(file_text(file));
}

/// How a task of a Slurm array begins.
Words array_task(const std::string& id, const std::string& first, const std::string& last,
                 const std::string& step, const std::string& count) {
  return {"env",
          "SLURM_ARRAY_TASK_ID=" + id,
          "SLURM_ARRAY_TASK_MIN=" + first,
          "SLURM_ARRAY_TASK_MAX=" + last,
          "SLURM_ARRAY_TASK_STEP=" + step,
          "SLURM_ARRAY_TASK_COUNT=" + count};
}

/// The tiny study with two conditions by name: all cells of the first are good, and the one cell of
/// the second fails.
std::string one_that_fails() {
  std::string text = tiny_study();
  return text.replace(text.find("[grid]\nnoise = [0.1, 0.5]\n"), 26,
                      "[[condition]]\nname = \"good\"\nnoise = 0.1\n"
                      "[[condition]]\nname = \"bad\"\nnoise = -1\nseeds = 1\n");
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("a study gives the same folder by one process, by two jobs, by shards and by hand") {
    const Folder folder;
    const auto expected = reference_run();
    CHECK(expected.size() == 10);  // eight cells, plan and copy
    CHECK(run_studies(run_words("jobs", {"--jobs", "3"})).code == 0);
    CHECK(contents("jobs") == expected);
    for (const char* shard : {"2/3", "3/3", "1/3"}) {
      CHECK(run_studies(run_words("shards", {"--shard", shard})).code == 0);
    }
    CHECK(contents("shards") == expected);
    CHECK_FALSE(fs::exists("shards/work"));
    const Ended by_hand =
        Program({RHEOBASE_PROGRAM, "train", "--task", "go-nogo", "-N", "5", "--rate-noise", "0.5",
                 "--trials", "20", "--evaluate-every", "20", "--evaluation-trials", "10", "--seed",
                 "4", "-o", "model.mat", "--json"})
            .wait();
    CHECK(nlohmann::json::parse(by_hand.out)["mean_loss"] ==
          result("reference/cells/noise=0.5/4.json")["measures"]["loss"]);
  }

  TEST_CASE("a task of a Slurm array takes its part, whatever the array's numbers") {
    const Folder folder;
    const auto expected = reference_run();
    for (const char* task : {"10", "12", "14"}) {
      const Ended ended =
          Program(array_task(task, "10", "14", "2", "3") + study_words(run_words("array"))).wait();
      CHECK(ended.code == 0);
    }
    CHECK(contents("array") == expected);
    // Alone under mpirun (or srun with PMI), such a task takes no more than its part.
    if (!mpirun(1).empty()) {
      const Words words = mpirun(1) + array_task("2", "1", "3", "1", "3");
      const Ended ended = Program(words + study_words(run_words("alone"))).wait();
      CAPTURE(ended.err);
      CHECK(ended.code == 0);
      CHECK(contents("alone").size() ==
            5);  // of eight cells, the second, fifth and last; plan, copy
    }
  }

  TEST_CASE("a Slurm array with gaps is refused in every task, and --shard says what is meant") {
    const Folder folder;
    write("study.toml", tiny_study());
    for (const std::string task : {"1", "3", "7"}) {  // sbatch --array=1,3,7
      const Words words = array_task(task, "1", "7", "1", "3");
      const Ended ended = Program(words + study_words(run_words("array"))).wait();
      CHECK(ended.code == 2);
      CHECK(ended.err ==
            "rheobase: SLURM_ARRAY_TASK_ID: found '" + task +
                "' in an array of 3 numbers from 1 to 7 with step 1; must be in an array "
                "FIRST-LAST or FIRST-LAST:STEP without gaps: for others, give --shard I/K\n");
    }
    const Words last = array_task("7", "1", "7", "1", "3");
    CHECK(Program(last + study_words(run_words("array", {"--shard", "3/3"}))).wait().code == 0);
  }

  TEST_CASE("a shard's exit code is that of its own cells") {
    const Folder folder;
    write("study.toml", one_that_fails());
    const Ended with_it = run_studies(run_words("results", {"--shard", "1/2"}));
    CHECK(with_it.code == 1);
    CHECK(with_it.err == "rheobase: 1 of 3 cells of this shard failed; --retry runs them again\n");
    const Ended without = run_studies(run_words("results", {"--shard", "2/2"}));
    CAPTURE(without.err);
    CHECK(without.code == 0);
    CHECK(run_studies(run_words("results")).code == 1);
  }

  TEST_CASE("a step that SIGTERM stops is missing, not failed: its shard says so") {
    const Folder folder;
    std::string text = one_that_fails();
    text.replace(text.find("trials = 20\n"), 12, "trials = 1000000\n");
    text.replace(text.find("\"1:4\""), 5, "\"1:2\"");
    write("study.toml", text);
    // Of good 1, good 2 and bad 1 the second shard has good 2 alone.
    Program program(study_words(run_words("results", {"--shard", "2/2"})));
    while (program.running()) {
      for (const pid_t step : children_of(program.process())) {
        ::kill(step, SIGTERM);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const Ended ended = program.wait();
    CHECK(ended.code == 1);
    CHECK(ended.err ==
          "rheobase: 1 of 1 cells of this shard are missing; the same command goes on with "
          "them\n");
    CHECK(result("results/cells/good/2.json")["status"] == "killed");
  }

  TEST_CASE("mpirun with 1, 2 and 4 ranks gives the same folder as one process") {
    if (mpirun(1).empty()) {
      MESSAGE("not run: this build has no MPI (libopenmpi-dev, openmpi-bin)");
      return;
    }
    const Folder folder;
    const auto expected = reference_run();
    for (const int ranks : {1, 2, 4}) {
      const std::string name = "ranks" + std::to_string(ranks);
      const Ended ended = Program(mpirun(ranks) + study_words(run_words(name))).wait();
      CAPTURE(ended.err);
      CHECK(ended.code == 0);
      CHECK(contents(name) == expected);
    }
    const Ended wrong = Program(mpirun(2) + study_words(run_words("x", {"--shard", "1/2"}))).wait();
    CHECK(wrong.code != 0);
    CHECK(wrong.err.find("--shard: found 1/2; must be left out under mpirun") != std::string::npos);
  }

  TEST_CASE("what is there is kept, what is missing is made; another study is refused") {
    const Folder folder;
    const auto expected = reference_run();
    const fs::path gone = "reference/cells/noise=0.1/2.json";
    const fs::path kept = "reference/cells/noise=0.5/2.json";
    const auto before = fs::last_write_time(kept);
    fs::remove(gone);
    CHECK(run_studies(run_words("reference")).code == 0);
    CHECK(contents("reference") == expected);
    CHECK(fs::last_write_time(kept) == before);
    std::string other = tiny_study();
    other.replace(other.find("trials = 20"), 11, "trials = 30");
    write("study.toml", other);
    const Ended refused = run_studies(run_words("reference"));
    CHECK(refused.code == 2);
    CHECK(
        refused.err ==
        "rheobase: reference: found step: train: options: --trials 20 where the file has 30; must "
        "be the folder of this study: name another one for another study\n");
    CHECK(contents("reference") == expected);
    CHECK(run_studies({"status", "study.toml", "-o", "nowhere"}).code == 2);
  }

  TEST_CASE("files that a study keeps lie beside its results") {
    const Folder folder;
    write("study.toml", "keep = [\"model.mat\", \"no-such-file\"]\n" + tiny_study());
    REQUIRE(run_studies(run_words("results")).code == 0);
    for (const char* condition : {"noise=0.1", "noise=0.5"}) {
      for (int seed = 1; seed <= 4; ++seed) {
        const fs::path kept =
            fs::path("results/files") / condition / std::to_string(seed) / "model.mat";
        CAPTURE(kept.string());
        CHECK(Program({RHEOBASE_PROGRAM, "info", kept.string()}).wait().code == 0);
      }
    }
  }

  TEST_CASE("what fails is recorded with its message and the rest goes on; --retry") {
    const Folder folder;
    std::string text = tiny_study();
    text.replace(text.find("[0.1, 0.5]"), 10, "[0.1, -1]");
    write("study.toml", text);
    const Ended ended = run_studies(run_words("results"));
    CHECK(ended.code == 1);
    CHECK(ended.err == "rheobase: 4 of 8 cells failed; --retry runs them again\n");
    const auto failed = result("results/cells/noise=-1/3.json");
    CHECK(failed["status"] == "failed");
    CHECK(failed["error"].get<std::string>().starts_with(
        "step 'train': --rate-noise: found -1; must be"));
    CHECK(failed["measures"]["loss"].is_null());
    CHECK(result("results/cells/noise=0.1/3.json")["status"] == "done");
    const auto status =
        nlohmann::json::parse(run_studies({"status", "study.toml", "-o", "results", "--json"}).out);
    CHECK(status["done"] == 4);
    CHECK(status["failed"] == 4);
    CHECK(status["missing"] == 0);
    CHECK(status["conditions"][1]["errors"].size() == 4);
    const auto before = fs::last_write_time("results/cells/noise=-1/3.json");
    run_studies(run_words("results"));
    CHECK(fs::last_write_time("results/cells/noise=-1/3.json") == before);
    run_studies(run_words("results", {"--retry"}));
    CHECK(fs::last_write_time("results/cells/noise=-1/3.json") != before);
  }

  TEST_CASE("tables and the page say what failed, also where there is no figure") {
    const Folder folder;
    write("study.toml",
          one_that_fails() + "[[compare]]\nmeasure = \"loss\"\nconditions = [\"good\", \"bad\"]\n");
    REQUIRE(run_studies(run_words("results")).code == 1);
    const Ended table = run_studies({"collect", "study.toml", "-o", "results"});
    CHECK(table.code == 0);
    CHECK(table.out.find("\n1 of 5 cells failed; rheobase study status says why\n") !=
          std::string::npos);
    CHECK(table.out.find("\nnot compared:\ngood with bad, loss: no network on the side of bad\n") !=
          std::string::npos);
    const auto json = nlohmann::json::parse(
        run_studies({"collect", "study.toml", "-o", "results", "--json"}).out);
    REQUIRE(json["summary"].size() == 4);
    CHECK(json["summary"][2]["condition"] == "bad");
    CHECK(json["summary"][2]["count"] == 0);
    CHECK(json["summary"][2]["mean"].is_null());
    const Ended plot = run_studies({"plot", "study.toml", "-o", "results"});
    CAPTURE(plot.err);
    CHECK(plot.code == 0);
    CHECK(plot.out == "results/study.html\n");
    CHECK(file_text("results/study.html").find("--rate-noise: found -1") != std::string::npos);
  }

  TEST_CASE("a misspelt path costs one run: the same folder takes the right one") {
    const Folder folder;
    const auto expected = reference_run();
    std::string text = tiny_study();
    text.replace(text.find("\"mean_loss\""), 11, "\"mean_los\"");
    write("study.toml", text);
    CHECK(run_studies(run_words("results")).code == 1);
    CHECK(result("results/cells/noise=0.1/1.json")["error"].get<std::string>().starts_with(
        "step 'train': its JSON: mean_los: found no 'mean_los'; must be one of"));
    write("study.toml", tiny_study());
    const Ended right = run_studies(run_words("results"));
    CAPTURE(right.err);
    CHECK(right.code == 0);
    CHECK(contents("results") == expected);
    // Its values stand: another figure of the same name would be another study.
    write("study.toml", text);
    CHECK(run_studies(run_words("results")).code == 2);
    CHECK(contents("results") == expected);
  }

#ifndef RHEOBASE_SANITIZED  // a sanitizer takes terabytes of address space
  TEST_CASE("a cell that takes more memory than it may fails alone") {
    const Folder folder;
    std::string text = tiny_study();
    text.replace(text.find("noise = [0.1, 0.5]"), 18, "noise = [0.1]\nN = [5, 6000]");
    text.replace(text.find("N = 5\n"), 6, "N = \"{N}\"\n");
    text.replace(text.find("\"1:4\""), 5, "1");
    write("study.toml", text);
    const Ended ended = run_studies(run_words("results", {"--memory", "0.5"}));
    CHECK(ended.code == 1);
    CHECK(result("results/cells/noise=0.1,N=5/1.json")["status"] == "done");
    const auto failed = result("results/cells/noise=0.1,N=6000/1.json");
    CHECK(failed["status"] == "failed");
    CHECK(failed["error"].get<std::string>().find("memory") != std::string::npos);
  }
#endif

  TEST_CASE("a result that finds no room ends the run in one line and loses nothing") {
    const Folder folder;
    const auto expected = reference_run();
    fs::remove("reference/cells/noise=0.1/2.json");
    const Ended full =
        Program({"bash", "-c",
                 "ulimit -f 0; exec " RHEOBASE_PROGRAM " study run study.toml -o reference"})
            .wait();
    CHECK(full.code != 0);
    CHECK_FALSE(fs::exists("reference/cells/noise=0.1/2.json"));
    CHECK(run_studies(run_words("reference")).code == 0);
    CHECK(contents("reference") == expected);
  }

  TEST_CASE("Ctrl-C keeps finished cells and says how to go on") {
    const Folder folder;
    const auto expected = reference_run();
    Program program(study_words(run_words("stopped", {"--jobs", "1"})));
    while (program.running() && !fs::exists("stopped/cells/noise=0.1/1.json")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ::kill(program.process(), SIGINT);
    const Ended ended = program.wait();
    CHECK(ended.code == 130);
    CHECK(ended.err ==
          "rheobase: stopped; finished cells are kept, the same command goes on with the rest\n");
    CHECK(contents("stopped").size() < expected.size());
    CHECK(run_studies(run_words("stopped")).code == 0);
    CHECK(contents("stopped") == expected);
  }

  TEST_CASE("tables and figures of a study") {
    const Folder folder;
    reference_run();
    const Ended table = run_studies({"collect", "study.toml", "-o", "reference", "--json"});
    REQUIRE(table.code == 0);
    const auto json = nlohmann::json::parse(table.out);
    CHECK(json["summary"].size() == 4);
    CHECK(json["summary"][0]["count"] == 4);
    double sum = 0.0;
    for (int seed = 1; seed <= 4; ++seed) {
      sum +=
          result("reference/cells/noise=0.1/" + std::to_string(seed) + ".json")["measures"]["loss"]
              .get<double>();
    }
    CHECK(std::abs(json["summary"][0]["mean"].get<double>() - sum / 4.0) < 1e-12);
    CHECK(file_text("reference/summary.csv")
              .starts_with("condition,\"noise\",measure,count,mean,sd,"));
    CHECK(fs::exists("reference/summary.mat"));
    CHECK(fs::exists("reference/cells.csv"));
    const Ended plot = run_studies(
        {"plot", "study.toml", "-o", "reference", "--measure", "loss", "--over", "noise"});
    CHECK(plot.out == "reference/loss-over-noise.svg\n");
    CHECK(file_text("reference/loss-over-noise.svg").find("<svg") != std::string::npos);
    CHECK(run_studies({"plot", "study.toml", "-o", "reference", "--measure", "loss", "--over",
                       "noise", "--by", "condition"})
              .out == "reference/loss-over-noise-by-condition.svg\n");
    CHECK(run_studies({"plot", "study.toml", "-o", "reference", "--measure", "loss"}).out ==
          "reference/loss.svg\n");
    const Ended unknown =
        run_studies({"plot", "study.toml", "-o", "reference", "--measure", "los"});
    CHECK(unknown.code == 2);
    CHECK(
        unknown.err ==
        "rheobase: --measure: found 'los'; must be one of loss, trained (did you mean 'loss'?)\n");
  }

  TEST_CASE("figures of what no network reached: drawn are the others, with the reason") {
    const Folder folder;
    // No network is trained in so few trials; the loss among the trained has no value.
    write("study.toml",
          tiny_study() +
              "[[measure]]\nname = \"best\"\npath = \"mean_loss\"\namong = \"trained\"\n"
              "[[plot]]\nname = \"best\"\nmeasure = \"best\"\n"
              "[[plot]]\nname = \"loss\"\nmeasure = \"loss\"\n");
    const Ended ran = run_studies({"run", "study.toml", "-o", "r"});
    CAPTURE(ran.err);
    REQUIRE(ran.code == 0);
    const Ended plot = run_studies({"plot", "study.toml", "-o", "r"});
    CAPTURE(plot.err);
    CHECK(plot.code == 0);
    CHECK(plot.out == "r/loss.svg\nr/study.html\n");
    CHECK(plot.err.find("no value of best; must have cells that are done and where 'trained' is "
                        "true") != std::string::npos);
    const Ended alone = run_studies({"plot", "study.toml", "-o", "r", "--measure", "best"});
    CHECK(alone.code == 2);
    CHECK(alone.err.find("where 'trained' is true") != std::string::npos);
    // No figure at all is no reason to have no page.
    write("study.toml",
          tiny_study() +
              "[[measure]]\nname = \"best\"\npath = \"mean_loss\"\namong = \"trained\"\n"
              "[[plot]]\nname = \"best\"\nmeasure = \"best\"\n");
    CHECK(run_studies({"plot", "study.toml", "-o", "r"}).out == "r/study.html\n");
  }

  TEST_CASE("a figure of some conditions shows no other") {
    const Folder folder;
    std::string text = tiny_study();
    text.replace(text.find("[grid]\nnoise = [0.1, 0.5]\n"), 26,
                 "[[condition]]\nname = \"calm\"\nnoise = 0.1\n"
                 "[[condition]]\nname = \"loud\"\nnoise = 0.5\n");
    write("study.toml", text +
                            "[[plot]]\nname = \"all\"\nmeasure = \"loss\"\n"
                            "[[plot]]\nname = \"one\"\nmeasure = \"loss\"\nonly = [\"loud\"]\n");
    const Ended ran = run_studies({"run", "study.toml", "-o", "r"});
    CAPTURE(ran.err);
    REQUIRE(ran.code == 0);
    REQUIRE(run_studies({"plot", "study.toml", "-o", "r"}).code == 0);
    CHECK(file_text("r/all.svg").find("calm") != std::string::npos);
    CHECK(file_text("r/one.svg").find("calm") == std::string::npos);
    CHECK(file_text("r/one.svg").find("loud") != std::string::npos);
    write("study.toml", text + "[[plot]]\nmeasure = \"loss\"\nonly = [\"lout\"]\n");
    const Ended misspelt = run_studies({"check", "study.toml"});
    CHECK(misspelt.code == 2);
    CHECK(
        misspelt.err.find("only: found 'lout'; must be one of calm, loud (did you mean 'loud'?)") !=
        std::string::npos);
  }

  TEST_CASE("the papers' studies are good, and the smallest runs whole") {
    const Folder folder;
    for (const char* name : {"kim2019", "laje2013", "inagaki2019", "motifs2022"}) {
      const std::string file = std::string(RHEOBASE_STUDIES) + "/" + name + ".toml";
      CAPTURE(file);
      for (const Words& more : {Words{}, Words{"--quick"}}) {
        const Ended ended = run_studies(Words{"check", file, "--json"} + more);
        CAPTURE(ended.err);
        CHECK(ended.code == 0);
      }
    }
    const std::string smallest = std::string(RHEOBASE_STUDIES) + "/inagaki2019.toml";
    const Ended run = run_studies({"run", smallest, "--quick", "-o", "quick"});
    CAPTURE(run.err);
    CHECK(run.code == 0);
    const Ended table = run_studies({"collect", smallest, "--quick", "-o", "quick"});
    CHECK(table.out.find("0.91 [fig. 3]") != std::string::npos);
    CHECK(table.out.find("quick version of the study") != std::string::npos);
  }
}

}  // namespace rheobase
