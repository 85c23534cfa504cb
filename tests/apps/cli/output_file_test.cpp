#include "apps/cli/output_file.hpp"

#include <chrono>
#include <functional>
#include <thread>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace {

/// TMPDIR is a folder of the test's own.
class TemporaryPlace {
 public:
  explicit TemporaryPlace(const fs::path& folder) : before_(fs::temp_directory_path()) {
    fs::create_directory(folder);
    setenv("TMPDIR", fs::absolute(folder).c_str(), 1);
  }
  ~TemporaryPlace() { setenv("TMPDIR", before_.c_str(), 1); }
  TemporaryPlace(const TemporaryPlace&) = delete;
  TemporaryPlace& operator=(const TemporaryPlace&) = delete;

 private:
  fs::path before_;
};

/// A writer for which the folder `full` has no room.
std::function<void(const fs::path&)> writer_without_room_in(const fs::path& full) {
  return [full](const fs::path& path) {
    if (fs::equivalent(path.parent_path(), full)) {
      throw Error("no room");
    }
    write_text(path, "result");
  };
}

/// Refused with code 2 as an input file, which keeps its contents.
void check_protected(const std::vector<std::string>& args, const fs::path& input) {
  const std::string before = read_text(input);
  const Outcome outcome = run(args);
  CAPTURE(outcome.err);
  CHECK(outcome.code == 2);
  CHECK(outcome.err.find("an input file") != std::string::npos);
  CHECK(read_text(input) == before);
}

void write_trials(const fs::path& path) {
  io::MatFields fields;
  fields.matrix("u", Eigen::MatrixXd::Ones(1, 20));
  fields.matrix("z", Eigen::VectorXd::Ones(20));
  io::write_mat(path, fields, io::MatVersion::level5);
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("a result for which its folder has no room goes elsewhere, and the error says where") {
    const WorkingFolder folder;
    fs::create_directory("full");
    const TemporaryPlace place("tmp");
    std::string trouble;
    const auto write = writer_without_room_in("full");
    CHECK(cli::write_somewhere("full/model.lif.mat", write, trouble) ==
          fs::absolute("tmp/model.lif.mat"));
    CHECK(trouble == "no room");
    CHECK(read_text("tmp/model.lif.mat") == "result");
    // What is there already stays.
    try {
      cli::save_result("full/model.lif.mat", write);
      FAIL("ended well");
    } catch (const Error& error) {
      CHECK(std::string(error.what()) ==
            "no room; the result is in " + fs::absolute("tmp/model.lif-1.mat").string());
    }
    // Its companions are named after it: one of another file of that name is not replaced.
    write_text("tmp/fitted.mat", "of the user");
    CHECK(cli::write_somewhere("full/fitted.toml", write, trouble) ==
          fs::absolute("tmp/fitted-1.toml"));
    write_text("tmp/course.spikes.csv", "of the user");
    CHECK(cli::write_somewhere("full/course.csv", write, trouble) ==
          fs::absolute("tmp/course-1.csv"));
    // The last folder that is left is the current one.
    fs::remove_all("tmp");
    trouble.clear();
    CHECK(fs::equivalent(cli::write_somewhere("full/a.mat", write, trouble), "a.mat"));
  }

  TEST_CASE("of several results each is saved, whatever becomes of the others") {
    const WorkingFolder folder;
    fs::create_directory("full");
    const TemporaryPlace place("tmp");
    const auto write = writer_without_room_in("full");
    const auto never = [](const fs::path&) { throw Error("never"); };
    const auto placed = [](const char* name) {
      return "no room; the result is in " + fs::absolute(name).string();
    };
    const std::string both = placed("tmp/run.mat") + "; " + placed("tmp/state.mat");
    const std::string one = placed("tmp/run.mat") + "; never";
    CHECK_THROWS_WITH_AS(cli::save_results({{"full/run.mat", write}, {"full/state.mat", write}}),
                         both.c_str(), cli::SavedElsewhere);
    CHECK(read_text("tmp/run.mat") == "result");
    CHECK(read_text("tmp/state.mat") == "result");
    CHECK_THROWS_WITH_AS(cli::save_results({{"tmp/lost.mat", never}, {"tmp/b.mat", write}}),
                         "never", Error);
    CHECK(read_text("tmp/b.mat") == "result");
    fs::remove("tmp/run.mat");
    CHECK_THROWS_WITH_AS(cli::save_results({{"full/run.mat", write}, {"tmp/lost.mat", never}}),
                         one.c_str(), cli::SavedElsewhere);
    cli::save_results({{"tmp/c.mat", write}, {"tmp/d.mat", write}});
    CHECK(read_text("tmp/d.mat") == "result");
  }

  TEST_CASE("a result that is written where it belongs is nowhere else") {
    const WorkingFolder folder;
    std::string trouble;
    cli::save_result("a.txt", [](const fs::path& path) { write_text(path, "result"); });
    CHECK(read_text("a.txt") == "result");
    CHECK(folder.files() == std::vector<std::string>{"a.txt"});
  }

  TEST_CASE("a trained network whose folder has gone is not lost") {
    const WorkingFolder folder;
    const TemporaryPlace place("tmp");
    fs::create_directory("gone");
    std::thread remover([] {
      for (int i = 0; i < 20000 && !fs::exists("c.mat"); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      fs::remove_all("gone");
    });
    const Outcome outcome =
        run({"train", "--task", "go-nogo", "-N", "30", "--trials", "400", "--evaluate-every", "400",
             "--evaluation-trials", "2", "--checkpoint", "c.mat", "--checkpoint-every", "200", "-o",
             "gone/model.mat"});
    remover.join();
    CAPTURE(outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.err.find("the result is in " + fs::absolute("tmp/model.mat").string()) !=
          std::string::npos);
    REQUIRE(fs::exists("tmp/model.mat"));
    CHECK(io::read_model("tmp/model.mat").provenance.trials == 400);
  }

  TEST_CASE("no output of any command overwrites what the command reads") {
    const WorkingFolder folder;
    write_trials("trials.mat");
    io::MatFields mask;
    mask.matrix("mask", Eigen::MatrixXd::Ones(12, 12));
    io::write_mat("mask.mat", mask, io::MatVersion::level5);
    const std::vector<std::string> train{"train",      "--task", "file",         "--trials-file",
                                         "trials.mat", "-N",     "12",           "--trials",
                                         "4",          "--mask", "mask.mat:mask"};
    check_protected(train + std::vector<std::string>{"-o", "a.mat", "--checkpoint", "trials.mat"},
                    "trials.mat");
    check_protected(train + std::vector<std::string>{"-o", "a.mat", "--checkpoint", "mask.mat"},
                    "mask.mat");
    check_protected(train + std::vector<std::string>{"-o", "mask.mat"}, "mask.mat");
    // By another name.
    fs::create_hard_link("trials.mat", "link.mat");
    check_protected(train + std::vector<std::string>{"-o", "a.mat", "--checkpoint", "link.mat"},
                    "trials.mat");
    // The default checkpoint.
    fs::copy_file("trials.mat", "b.checkpoint.mat");
    check_protected({"train", "--task", "file", "--trials-file", "b.checkpoint.mat", "-N", "12",
                     "--trials", "4", "-o", "b.mat"},
                    "b.checkpoint.mat");
    // Summaries and files of a series.
    fs::create_directory("many");
    for (const char* name : {"many/summary.mat", "many/file_N12_seed2.mat"}) {
      fs::copy_file("trials.mat", name);
      check_protected({"train", "--task", "file", "--trials-file", name, "-N", "12", "--trials",
                       "4", "--seeds", "1:2", "-o", "many"},
                      name);
      fs::remove(name);
    }
    check_protected({"task", "file", "--trials-file", "trials.mat", "--plot", "link.mat"},
                    "trials.mat");
    // Output and checkpoint may not be one file, however it is written.
    const Outcome same =
        run(train + std::vector<std::string>{"-o", "a.mat", "--checkpoint", "./a.mat"});
    CHECK(same.code == 2);
    CHECK(same.err.find("must be another file") != std::string::npos);
    // Nor result and picture, though neither is there yet: the second would replace the first.
    copy_model();
    const Outcome both = run({"map", "model.mat", "--trials", "1", "--scaling", "50", "-o", "m.png",
                              "--plot", "./m.png"});
    CHECK(both.code == 2);
    CHECK(both.err ==
          "rheobase: --plot: ./m.png: found the name of another output; must be another file\n");
    CHECK(!fs::exists("m.png"));
  }

  TEST_CASE("a folder is not called -") {
    const WorkingFolder folder;
    const Outcome outcome = run(
        {"train", "--task", "go-nogo", "-N", "5", "--trials", "4", "--seeds", "1:1", "-o", "-"});
    CHECK(outcome.code == 2);
    CHECK(outcome.err.find("writes to standard output") != std::string::npos);
  }

  TEST_CASE("a page does not overwrite the model that its comparison names") {
    const WorkingFolder folder;
    copy_model();
    REQUIRE(run({"compare", "model.mat", "--scaling", "50", "--trials", "2", "-o", "c.mat"}).code ==
            0);
    check_protected({"report", "c.mat", "-o", "model.mat"}, "model.mat");
  }

  TEST_CASE("an output that can never be written is refused before the work") {
    const WorkingFolder folder;
    const Outcome outcome = run(tiny_training("/dev/full"));
    CHECK(outcome.code == 2);
    CHECK(outcome.err.find("--output") != std::string::npos);
    CHECK(outcome.err.find("a device") != std::string::npos);
  }
}

}  // namespace rheobase
