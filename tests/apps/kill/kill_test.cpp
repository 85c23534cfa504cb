// Trainings that are stopped (Ctrl-C) or killed (kill -9) at random moments and go on: the file of
// an unbroken run, bit for bit.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "tests/apps/study/study_harness.hpp"

namespace rheobase {

using namespace study_test;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kStopped = 130;
constexpr int kKilled = 128 + SIGKILL;

Words program(const Words& words) {
  Words all{RHEOBASE_PROGRAM};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// All variables of two files, but for the time that it took and those of `other_names`.
void check_same(const fs::path& first, const fs::path& second, const Words& other_names = {}) {
  const io::MatFile a(first);
  const io::MatFile b(second);
  REQUIRE(a.arrays().size() == b.arrays().size());
  for (const io::MatArray& array : a.arrays()) {
    CAPTURE(array.name);
    const io::MatArray* other = b.find(array.name);
    REQUIRE(other != nullptr);
    if (array.name.ends_with("seconds") || std::ranges::count(other_names, array.name) > 0) {
      continue;
    }
    CHECK(array.dims == other->dims);
    CHECK(array.values == other->values);
    CHECK(array.text == other->text);
  }
}

/// A training that leaves `output`, and how it goes on from its checkpoint.
struct Training {
  Words start, resume;
  fs::path output, checkpoint;
};

Ended signalled(const Words& words, double milliseconds, int signal) {
  Program running(program(words));
  std::this_thread::sleep_for(Milliseconds(milliseconds));
  ::kill(running.process(), signal);
  return running.wait();
}

struct Breaks {
  int stopped = 0;  ///< runs that ended with a checkpoint
  int resumed = 0;  ///< runs that began with one
};

/// Breaks the training off again and again until it is complete.
Breaks run_broken(const Training& training, int signal, std::mt19937& random, double longest_ms) {
  std::uniform_real_distribution<double> moment(0.0, longest_ms);
  Breaks breaks;
  constexpr int kPatience = 200;
  for (int i = 0; i < kPatience && !fs::exists(training.output); ++i) {
    const bool resumed = fs::exists(training.checkpoint);
    breaks.resumed += resumed ? 1 : 0;
    const Ended ended =
        signalled(resumed ? training.resume : training.start, moment(random), signal);
    CAPTURE(ended.err);
    // 128 + signal: before main.
    REQUIRE((ended.code == 0 || ended.code == kStopped || ended.code == 128 + signal));
    if (ended.code == kStopped && ended.err.find("--resume") != std::string::npos) {
      ++breaks.stopped;
      REQUIRE(fs::exists(training.checkpoint));
    } else if (ended.code == kStopped) {  // before or after the work that is guarded
      REQUIRE((ended.err.empty() || ended.err == "rheobase: stopped\n" ||
               ended.err.find("nothing was written") != std::string::npos));
    }
    // Whatever is there can be read.
    for (const fs::path& file : {training.output, training.checkpoint}) {
      if (fs::exists(file)) {
        CHECK_NOTHROW(io::MatFile{file});
      }
    }
  }
  return breaks;
}

/// An unbroken run beside, then broken ones by Ctrl-C and by kill -9.
/// @param every  options that ask for a checkpoint after each piece of work
void check_breaks(const Training& training, const Words& every, unsigned seed) {
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(Program(program(training.start)).wait().code == 0);
  const double whole_ms = Milliseconds(std::chrono::steady_clock::now() - begin).count();
  fs::rename(training.output, "unbroken.mat");
  std::mt19937 random(seed);
  Breaks stops;
  constexpr int kRounds =
      30;  // a stop may come before the work begins: again until one was in time
  for (int i = 0; i < kRounds && (i < 2 || stops.resumed == 0); ++i) {
    fs::remove(training.output);
    fs::remove(training.checkpoint);
    const Breaks one = run_broken(training, SIGINT, random, whole_ms);
    stops.stopped += one.stopped;
    stops.resumed += one.resumed;
    check_same("unbroken.mat", training.output);
  }
  CHECK(stops.stopped > 0);
  CHECK(stops.resumed > 0);
  Training kept = training;
  kept.start = kept.start + every;
  kept.resume = kept.resume + every;
  Breaks kills;
  for (int i = 0; i < kRounds && (i < 2 || kills.resumed == 0); ++i) {
    fs::remove(training.output);
    fs::remove(training.checkpoint);
    kills.resumed += run_broken(kept, SIGKILL, random, 1.5 * whole_ms).resumed;
    // The command that began it is part of the file: it has the option of the checkpoints.
    check_same("unbroken.mat", training.output, {"command"});
  }
  CHECK(kills.resumed > 0);
}

}  // namespace

namespace {

/// Whether a process has become the program and has a handler for a signal, as the system lists it.
bool handles(pid_t process, int signal) {
  std::error_code none;
  if (fs::read_symlink("/proc/" + std::to_string(process) + "/exe", none) !=
      fs::canonical(RHEOBASE_PROGRAM)) {
    return false;  // not yet: what forked has handlers of its own
  }
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  std::string word;
  while (status >> word && word != "SigCgt:") {
  }
  unsigned long long handled = 0;
  status >> std::hex >> handled;
  return (handled >> (signal - 1) & 1) != 0;
}

/// A program that gets the signal as soon as it has a handler for it.
Ended signalled_at_once(const Words& words, int signal) {
  Program running(program(words));
  while (!handles(running.process(), signal) && running.running()) {
    std::this_thread::sleep_for(Milliseconds(1));
  }
  ::kill(running.process(), signal);
  return running.wait();
}

/// The trainings of the series below, without seeds and output.
const Words kTraining{"train",    "--task", "go-nogo",     "-N",   "30",
                      "--trials", "10000",  "--stop-loss", "1e-9", "--evaluation-trials",
                      "20"};

std::string network_of(int seed) {
  return "go-nogo_N30_seed" + std::to_string(seed) + ".mat";
}

/// Networks of a series are those that the command in each file makes alone.
void check_series(int seeds) {
  for (int seed = 1; seed <= seeds; ++seed) {
    const std::string file = network_of(seed);
    REQUIRE(Program(program(kTraining + Words{"--seed", std::to_string(seed), "-o", file}))
                .wait()
                .code == 0);
    check_same(file, "networks/" + file, {"training_options.threads"});  // no influence
  }
}

/// What lies in a folder, hidden files too.
Words names_in(const fs::path& folder) {
  Words names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

/// The processes of a series as soon as there are some.
std::vector<pid_t> first_children(Program& series) {
  std::vector<pid_t> children;
  while (children.empty() && series.running()) {
    std::this_thread::sleep_for(Milliseconds(1));
    children = children_of(series.process());
  }
  REQUIRE_FALSE(children.empty());
  return children;
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("signals in a program's first moments end it with 130 and a message") {
    const Folder folder;
    const std::vector<Words> commands{{"train", "--task", "xor", "-o", "m.mat"},
                                      {"innate", "timing", "--units", "800", "-o", "i.mat"},
                                      {"force", "train", "--units", "300", "-o", "f.mat"},
                                      {"motif", "prepare", "--units", "300", "-o", "p.mat"}};
    int at_once = 0;  // before the work that is guarded, which has its own words
    for (const Words& words : commands) {
      for (const int signal : {SIGINT, SIGTERM}) {
        const Ended ended = signalled_at_once(words, signal);
        CAPTURE(words.front());
        CAPTURE(ended.err);
        CHECK(ended.code == kStopped);
        CHECK(ended.err.starts_with("rheobase: "));
        CHECK(ended.err.find("stopped") != std::string::npos);
        at_once += ended.err == "rheobase: stopped\n" ? 1 : 0;
      }
    }
    CHECK(at_once > 0);
  }

  TEST_CASE("train --seeds: a network that is killed is a broken row, the rest goes on") {
    const Folder folder;
    const Words words =
        program(kTraining + Words{"--seeds", "1:3", "--jobs", "1", "-o", "networks"});
    Program series(words);
    ::kill(first_children(series).front(), SIGKILL);
    const Ended ended = series.wait();
    CHECK(ended.code == 1);
    CHECK(ended.err == "rheobase: 1 of 3 networks broke: see networks/summary.csv\n");
    CHECK(file_text("networks/summary.csv")
              .find("\n1,\"go-nogo_N30_seed1.mat\",,,,,,,,\"ended by signal 9 (Killed), as when "
                    "memory runs out\"\n2,") != std::string::npos);
    CHECK(names_in("networks") ==
          Words{network_of(2), network_of(3), "summary.csv", "summary.mat"});
    const Ended again = Program(words).wait();
    CHECK(again.code == 0);
    CHECK(again.out.find("resumed") != std::string::npos);
    check_series(3);
  }

  TEST_CASE("train --seeds: Ctrl-C ends the processes, keeps what is complete and leaves no more") {
    const Folder folder;
    const Words words =
        program(kTraining + Words{"--seeds", "1:6", "--jobs", "2", "-o", "networks"});
    Program series(words);
    std::vector<pid_t> children = first_children(series);
    while (series.running() && !fs::exists("networks/" + network_of(1)) &&
           !fs::exists("networks/" + network_of(2))) {
      std::this_thread::sleep_for(Milliseconds(1));
    }
    std::ranges::copy(children_of(series.process()), std::back_inserter(children));
    ::kill(series.process(), SIGINT);
    const Ended ended = series.wait();
    CHECK(ended.code == kStopped);
    CHECK(ended.err == "rheobase: stopped; complete networks are kept, the same command goes on\n");
    for (const pid_t child : children) {
      CHECK(::kill(child, 0) != 0);
    }
    Words kept = names_in("networks");
    CHECK(std::erase_if(kept,
                        [](const std::string& name) { return name.starts_with("summary."); }) == 2);
    CHECK(!kept.empty());
    CHECK(kept.size() < 6);
    for (const std::string& name : kept) {
      CHECK(name.starts_with("go-nogo_N30_seed"));
      CHECK(name.find("checkpoint") == std::string::npos);
    }
    CHECK(Program(words).wait().code == 0);
    check_series(4);
  }

  TEST_CASE("force train: stopped and killed at random moments") {
    const Folder folder;
    const Words options{
        "--from",       std::string(RHEOBASE_TEST_DATA) + "/rls/force_small_n24.mat",
        "--iterations", "120",
        "--stop-pvar",  "1",
        "--keep-p"};
    check_breaks(
        {.start = Words{"force", "train", "-o", "n.mat"} + options,
         .resume = {"force", "train", "--resume", "n.checkpoint.mat", "-o", "n.mat", "--keep-p"},
         .output = "n.mat",
         .checkpoint = "n.checkpoint.mat"},
        {"--checkpoint-every", "10"}, 31);
  }

  TEST_CASE("innate words: stopped and killed at random moments, also amid the exponents") {
    const Folder folder;
    const Words options{
        "--units",          "60", "--connectivity", "0.2", "--recurrent-trials", "3",
        "--readout-trials", "3",  "--tests",        "1",   "--perturbed",        "1",
        "--record",         "3",  "--keep-p"};
    check_breaks({.start = Words{"innate", "words", "-o", "w.mat"} + options,
                  .resume = {"innate", "words", "--resume", "w.checkpoint.mat", "--keep-p"},
                  .output = "w.mat",
                  .checkpoint = "w.checkpoint.mat"},
                 {"--checkpoint-every", "1"}, 32);
  }

  TEST_CASE("innate capacity: killed at random moments, the same command goes on") {
    const Folder folder;
    const Words capacity{"innate",   "capacity", "--units",    "80", "--connectivity",     "0.2",
                         "--delays", "100,300",  "--networks", "3",  "--recurrent-trials", "4",
                         "--jobs",   "2"};
    const auto begin = std::chrono::steady_clock::now();
    REQUIRE(Program(program(capacity + Words{"-o", "unbroken"})).wait().code == 0);
    const double whole_ms = Milliseconds(std::chrono::steady_clock::now() - begin).count();
    std::mt19937 random(33);
    std::uniform_real_distribution<double> moment(0.0, whole_ms);
    const Words broken = capacity + Words{"-o", "broken"};
    for (int i = 0; i < 2; ++i) {
      for (const int signal : {SIGKILL, SIGINT, SIGKILL}) {
        const Ended ended = signalled(broken, moment(random), signal);
        REQUIRE((ended.code == 0 || ended.code == kStopped || ended.code == kKilled ||
                 ended.code == 128 + SIGINT));
      }
      REQUIRE(Program(program(broken)).wait().code == 0);
      int compared = 0;
      for (const auto& entry : fs::directory_iterator("unbroken")) {
        const fs::path name = entry.path().filename();
        if (name.string().starts_with("delay_")) {
          check_same(entry.path(), "broken" / name);
          ++compared;
        }
      }
      CHECK(compared == 6);
      // The summary names its command, and so its folder.
      check_same("unbroken/summary.mat", "broken/summary.mat", {"command"});
      fs::remove_all("broken");
    }
  }
}

}  // namespace rheobase
