// How a cell ends, with scripts of the shell in place of commands.
#include <algorithm>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apps/study/run.hpp"
#include "tests/apps/study/study_harness.hpp"

namespace rheobase {

namespace {

/// What this program flushes to the disk, in its order, while somebody asks for it.
std::vector<std::string>* flushed = nullptr;

}  // namespace

}  // namespace rheobase

/// In place of the C library's, which a test cannot watch.
extern "C" int fsync(int file) {
  if (rheobase::flushed != nullptr) {
    std::error_code ignored;
    rheobase::flushed->push_back(
        std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file), ignored).string());
  }
  return static_cast<int>(::syscall(SYS_fsync, file));
}

namespace rheobase {

using namespace study;
using namespace study_test;
namespace fs = std::filesystem;

namespace {

/// A study of one cell, whose only step is a script.
Study script_study(const std::string& script) {
  Study study;
  study.name = "script";
  study.folder = ".";
  study.conditions = {{"a", "", "a", {}, {1}}};
  study.steps = {{"s", {"-c", script}, {}, {}, {}}};
  return study;
}

/// Runs what is missing.
CellResult run_script(const std::string& script, const std::vector<std::string>& keep = {}) {
  Study study = script_study(script);
  study.keep = keep;
  const ResultFolder results("results");
  results.open_for_run(study);
  RunOptions options;
  options.program = "/bin/sh";
  const std::vector<Cell> cells = cells_of(study);
  ShardSchedule schedule(cells, 1, 1);
  run_study(study, results, options, schedule, RunControl{});
  const std::optional<CellResult> result = results.read(study, cells.front());
  REQUIRE(result.has_value());
  return *result;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a step that a signal stopped is tried again, also where it ended by itself") {
    using Status = CellResult::Status;
    for (const auto& [script, status, error] :
         {std::tuple{"exit 130", Status::killed, "step 's': stopped by a signal"},
          std::tuple{"kill -TERM $$", Status::killed, "step 's': ended by signal 15 (Terminated)"},
          std::tuple{"echo 'rheobase: no' >&2; exit 1", Status::failed, "step 's': no"},
          std::tuple{"exit 3", Status::done, ""}}) {
      const Folder folder;
      const std::string shown = script;
      CAPTURE(shown);
      const CellResult result = run_script(shown);
      CHECK(result.status == status);
      CHECK(result.error == error);
    }
    const Folder folder;
    const std::string mark = fs::absolute("mark").string();
    const std::string once = "test -e " + mark + " && exit 0; touch " + mark + "; exit 130";
    CHECK(run_script(once).status == Status::killed);
    CHECK(run_script(once).status == Status::done);
  }

  TEST_CASE("kept files and their folder are on the disk before the result says done") {
    const Folder folder;
    std::vector<std::string> paths;
    flushed = &paths;
    CHECK(run_script("echo x > m.mat", {"m.mat"}).status == CellResult::Status::done);
    flushed = nullptr;
    CHECK(file_text("results/files/a/1/m.mat") == "x\n");
    const auto place_of = [&](const std::string& part, const std::string& end) {
      return std::ranges::find_if(paths, [&](const std::string& path) {
        return path.find(part) != std::string::npos && path.ends_with(end);
      });
    };
    const auto kept = place_of("/results/files/a/1/", "m.mat");
    const auto its_folder = place_of("/results/files/a/1", "/1");
    const auto result = place_of("/results/cells/a/", "");
    REQUIRE(kept != paths.end());
    REQUIRE(its_folder != paths.end());
    REQUIRE(result != paths.end());
    CHECK(kept < its_folder);
    CHECK(its_folder < result);
    CHECK(place_of("/results/files", "/files") < result);
  }
}

}  // namespace rheobase
