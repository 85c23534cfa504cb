// kill -9 and SIGTERM at random moments, then the same command again: the same folder as unbroken.
#include <chrono>
#include <csignal>
#include <functional>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include "tests/apps/study/study_harness.hpp"

namespace rheobase {

using namespace study_test;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;
using Milliseconds = std::chrono::duration<double, std::milli>;

const Words kRun{"run", "study.toml", "-o", "broken", "--jobs", "2"};

/// The unbroken folder, and how long it took.
std::map<std::string, std::string> unbroken(double& milliseconds) {
  write("study.toml", tiny_study());
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(run_studies({"run", "study.toml", "-o", "unbroken", "--jobs", "2"}).code == 0);
  milliseconds = Milliseconds(std::chrono::steady_clock::now() - start).count();
  return contents("unbroken");
}

/// Starts the words, and sends a signal to what `victims` names after some milliseconds.
void run_and_kill(const Words& words, double milliseconds,
                  const std::function<std::vector<pid_t>(pid_t)>& victims, int signal = SIGKILL) {
  Program program(words);
  std::this_thread::sleep_for(Milliseconds(milliseconds));
  for (const pid_t victim : victims(program.process())) {
    ::kill(victim, signal);
  }
  // mpirun waits forever for a rank that is killed before it has reported itself.
  constexpr double kPatienceSeconds = 10.0;
  program.end_within(kPatienceSeconds);
}

/// Goes on until nothing is missing. What a killed process left must not matter.
void require_same(const std::map<std::string, std::string>& expected) {
  const Ended ended = run_studies(kRun);
  CAPTURE(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(contents("broken") == expected);
  fs::remove_all("broken");
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("kill -9 or SIGTERM of a study, or of one of its steps, at random moments") {
    const Folder folder;
    double whole_ms = 0.0;
    const auto expected = unbroken(whole_ms);
    std::mt19937 random(19);
    std::uniform_real_distribution<double> moment(0.0, 0.8 * whole_ms);
    for (int i = 0; i < 10; ++i) {
      const auto victims = [&](pid_t process) {
        const std::vector<pid_t> steps = children_of(process);
        return i % 2 == 0 || steps.empty() ? std::vector<pid_t>{process}
                                           : std::vector<pid_t>{steps.front()};
      };
      // Both signals for both: 0 and 1, 4 and 5, ... are killed, the others asked to stop.
      run_and_kill(study_words(kRun), moment(random), victims, i % 4 < 2 ? SIGKILL : SIGTERM);
      if (i % 5 == 4) {
        require_same(expected);
      }
    }
  }

  TEST_CASE("kill -9 of a rank, of mpirun, of all of it at random moments") {
    if (mpirun(1).empty()) {
      MESSAGE("not run: this build has no MPI (libopenmpi-dev, openmpi-bin)");
      return;
    }
    const Folder folder;
    double whole_ms = 0.0;
    const auto expected = unbroken(whole_ms);
    Words words = mpirun(2);
    for (const std::string& word : study_words(kRun)) {
      words.push_back(word);
    }
    std::mt19937 random(22);
    std::uniform_real_distribution<double> moment(0.1 * whole_ms, 1.5 * whole_ms);
    for (int i = 0; i < 10; ++i) {
      run_and_kill(words, moment(random), [&](pid_t process) {
        std::vector<pid_t> victims = children_of(process);
        if (i % 3 == 0 && !victims.empty()) {
          return std::vector<pid_t>{victims.back()};
        }
        victims.insert(victims.begin(), process);
        return i % 3 == 1 ? std::vector<pid_t>{process} : victims;
      });
      if (i % 5 == 4) {
        // Ranks whose mpirun is gone end by themselves; what they still write is the same.
        require_same(expected);
      }
    }
  }
}

}  // namespace rheobase
