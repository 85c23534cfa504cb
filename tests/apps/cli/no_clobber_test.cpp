#include <filesystem>
#include <set>

#include <doctest/doctest.h>

#include "apps/cli/command_line.hpp"
#include "apps/cli/subcommands.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace {

/// A command line up to its output, and the option that names that.
struct Writing {
  std::vector<std::string> words;
  std::string option;
};

/// Options that name what a command writes.
const std::set<std::string> kOutputs{"--output", "--plot",       "--figures",
                                     "--trial",  "--checkpoint", "--save-state"};

/// Every command with such an option but the commands of a study, whose folder is gone on with.
const std::vector<Writing> kWriting{
    {{"demo", "--no-picture"}, "--output"},
    {{"train", "--task", "go-nogo", "-N", "10"}, "--output"},
    {{"train", "--task", "go-nogo", "-N", "10", "-o", "new.mat"}, "--checkpoint"},
    {{"map", "model.mat"}, "--output"},
    {{"map", "model.mat", "-o", "new.mat"}, "--plot"},
    {{"compare", "model.mat"}, "--output"},
    {{"compare", "model.mat", "--over", "x"}, "--plot"},
    {{"perturb", "model.mat", "--lesion", "inh", "--fractions", "0,0.5"}, "--plot"},
    {{"report", "model.mat"}, "--output"},
    {{"report", "model.mat", "-o", "new.html", "--format", "svg"}, "--figures"},
    {{"simulate", "model.mat", "--scaling", "50"}, "--output"},
    {{"export", "model.mat", "--format", "nir"}, "--output"},
    {{"import", "model.nir"}, "--output"},
    {{"task", "xor"}, "--plot"},
    {{"innate", "timing"}, "--output"},
    {{"innate", "timing", "-o", "new.mat"}, "--plot"},
    {{"innate", "words"}, "--output"},
    {{"innate", "words", "-o", "new.mat"}, "--plot"},
    {{"innate", "run", "innate.mat"}, "--plot"},
    {{"innate", "capacity", "-o", "new"}, "--plot"},
    {{"attractor", "simulate"}, "--output"},
    {{"attractor", "phase"}, "--plot"},
    {{"attractor", "analyse", "trials.mat"}, "--plot"},
    {{"force", "train"}, "--output"},
    {{"force", "train", "-o", "new.mat"}, "--checkpoint"},
    {{"force", "train", "-o", "new.mat"}, "--plot"},
    {{"force", "test", "force.mat"}, "--plot"},
    {{"force", "compare", "force.mat"}, "--plot"},
    {{"motif", "targets"}, "--output"},
    {{"motif", "targets", "-o", "new.mat"}, "--plot"},
    {{"motif", "prepare"}, "--output"},
    {{"motif", "train", "library.mat"}, "--output"},
    {{"motif", "chain", "library.mat", "--random", "2"}, "--output"},
    {{"motif", "chain", "library.mat", "--random", "2"}, "--trial"},
    {{"motif", "chain", "library.mat", "--random", "2"}, "--plot"},
    {{"motif", "linear", "targets.mat"}, "--output"},
    {{"motif", "plot", "library.mat"}, "--output"},
    {{"network", "run", "net.toml"}, "--output"},
    {{"network", "run", "net.toml", "-o", "new.mat"}, "--save-state"},
    {{"network", "fit", "fit.toml"}, "--output"},
    {{"network", "fit", "fit.toml", "-o", "new.toml"}, "--save-state"},
    {{"network", "plot", "run.mat"}, "--output"},
    {{"network", "import", "templates.yaml"}, "--output"}};

/// "map --output" of every command with an option of kOutputs.
void add_outputs(const cli::CommandDescription& command, std::set<std::string>& found) {
  for (const cli::CommandDescription& part : command.commands) {
    add_outputs(part, found);
  }
  for (const cli::OptionDescription& option : command.options) {
    for (const std::string& name : option.names) {
      const bool file = option.type == "FILE" || option.type == "DIR";
      if (file && kOutputs.count(name) > 0 && !command.path.starts_with("rheobase study")) {
        found.insert(command.path + " " + name);
      }
    }
  }
}

/// The name of a file or folder that stands in the way, with the extension that the command takes.
std::string output_for(const Writing& writing) {
  const bool group = writing.words.size() > 1;
  if (writing.words[0] == "demo" || writing.option == "--figures") {
    return "old";
  }
  if (writing.option == "--plot" || (group && writing.words[1] == "plot")) {
    return "old.svg";
  }
  const bool toml = writing.words[0] == "network" && writing.option == "--output" &&
                    (writing.words[1] == "fit" || writing.words[1] == "import");
  return toml ? "old.toml" : "old.mat";
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("--no-clobber: every command with an output is tried here") {
    std::set<std::string> registered;
    add_outputs(cli::program_description(cli::all_commands()), registered);
    registered.erase("rheobase innate capacity --output");  // a series: gone on with
    std::set<std::string> tried;
    for (const Writing& writing : kWriting) {
      const bool group = writing.words[0] == "innate" || writing.words[0] == "attractor" ||
                         writing.words[0] == "force" || writing.words[0] == "motif" ||
                         writing.words[0] == "network";
      tried.insert("rheobase " + writing.words[0] + (group ? " " + writing.words[1] : "") + " " +
                   writing.option);
    }
    for (const std::string& output : registered) {
      CAPTURE(output);
      CHECK(tried.count(output) == 1);
    }
    CHECK(registered.size() == tried.size());
  }

  TEST_CASE("--no-clobber: no output of any command replaces a file, and nothing is begun") {
    const WorkingFolder folder;
    copy_model();
    REQUIRE(run({"network", "new", "net.toml"}).code == 0);
    REQUIRE(run({"network", "new", "fit.toml", "--example", "ridge"}).code == 0);
    fs::create_directory("old");
    const std::vector<std::string> standing{"old.mat", "old.svg", "old.toml", "old/go-nogo.mat",
                                            "old/outputs.svg"};
    for (const std::string& name : standing) {
      write_text(name, "as it was");
    }
    for (const Writing& writing : kWriting) {
      const std::string output = output_for(writing);
      CAPTURE(writing.words.front());
      check_refused_in_a_line(
          writing.words + std::vector<std::string>{writing.option, output, "--no-clobber"},
          {writing.option + ": " + output, "found a file; must be a new one with --no-clobber"});
    }
    for (const std::string& name : standing) {
      CHECK(read_text(name) == "as it was");
    }
    CHECK_FALSE(fs::exists("new.mat"));
  }

  TEST_CASE("--no-clobber: names that follow from others are outputs too") {
    const WorkingFolder folder;
    copy_model();
    REQUIRE(run({"network", "new", "net.toml"}).code == 0);
    for (const char* name : {"model.lif.mat", "report.html", "t.checkpoint.mat", "r.state.mat"}) {
      write_text(name, "as it was");
    }
    const std::string refused = "found a file; must be a new one with --no-clobber";
    check_refused_in_a_line({"map", "model.mat", "--no-clobber"}, {"model.lif.mat", refused});
    check_refused_in_a_line({"report", "model.mat", "--no-clobber"}, {"report.html", refused});
    check_refused_in_a_line(tiny_training("t.mat") + std::vector<std::string>{"--no-clobber"},
                            {"t.checkpoint.mat", refused});
    check_refused_in_a_line({"network", "run", "net.toml", "-o", "r.mat", "--no-clobber"},
                            {"r.state.mat", refused});
    check_refused_in_a_line({"map", "model.mat", "--in-place", "--no-clobber"},
                            {"--in-place: found --no-clobber beside it"});
    // No word of a file that replaces nothing, nor of the option in what is recorded.
    const Outcome fresh = run(tiny_training("a.mat") + std::vector<std::string>{"--no-clobber"});
    CHECK(fresh.code == 0);
    CHECK_FALSE(says(fresh.err, "replaces"));
    CHECK(run({"info", "a.mat"}).out.find("--no-clobber") == std::string::npos);
  }

  TEST_CASE("a file that is replaced is named once; not with --quiet, and not where it stays") {
    const WorkingFolder folder;
    REQUIRE(run(tiny_training("a.mat")).code == 0);
    fs::remove("a.checkpoint.mat");
    const Outcome again = run(tiny_training("a.mat"));
    const std::string line = "rheobase: note: replaces a.mat\n";
    CHECK(again.code == 0);
    CHECK(again.err.ends_with(line));
    CHECK(again.err.find("replaces") == again.err.rfind("replaces"));
    CHECK(run(tiny_training("a.mat") + std::vector<std::string>{"--quiet"}).err.empty());
    check_refused_in_a_line(
        tiny_training("a.mat") + std::vector<std::string>{"--checkpoint", "a.mat"},
        {"must be another file"});
  }

  TEST_CASE("what a command goes on with is neither refused nor named") {
    const WorkingFolder folder;
    const std::vector<std::string> series{
        "train", "--task",  "go-nogo", "-N", "10",   "--trials",    "4", "--evaluation-trials",
        "2",     "--seeds", "1:2",     "-o", "many", "--no-clobber"};
    REQUIRE(run(series).code == 0);
    const Outcome again = run(series);
    CHECK(again.code == 0);
    CHECK_FALSE(says(again.err, "replaces"));
    CHECK(says(again.out, "resumed"));
    // A checkpoint is resumed from and written to.
    REQUIRE(run(tiny_training("a.mat") +
                std::vector<std::string>{"--checkpoint", "c.mat", "--checkpoint-every", "2"})
                .code == 0);
    REQUIRE(fs::exists("c.mat"));
    fs::remove("a.mat");
    const Outcome resumed =
        run({"train", "--resume", "c.mat", "-o", "a.mat", "--trials", "100", "--no-clobber"});
    CAPTURE(resumed.err);
    CHECK(resumed.code == 0);
    CHECK_FALSE(says(resumed.err, "replaces"));
  }
}

}  // namespace rheobase
