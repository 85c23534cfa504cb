#include <algorithm>
#include <functional>
#include <limits>

#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace {

/// The command must fail with code 2 and one line that holds every one of `words`, print nothing
/// on stdout, and leave the folder as it was.
void check_refused(const std::vector<std::string>& args, const std::vector<std::string>& words,
                   const WorkingFolder& folder) {
  const std::vector<std::string> before = folder.files();
  const Outcome outcome = run(args);
  std::string line;
  for (const std::string& argument : args) {
    line += argument + ' ';
  }
  CAPTURE(line);
  CAPTURE(outcome.err);
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.rfind("rheobase: ", 0) == 0);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  for (const std::string& word : words) {
    CAPTURE(word);
    CHECK(outcome.err.find(word) != std::string::npos);
  }
  CHECK(folder.files() == before);
}

/// Every command that reads a model must refuse bad.mat.
void check_model_refused(const std::vector<std::string>& words, const WorkingFolder& folder) {
  const std::vector<std::vector<std::string>> commands{
      {"map", "bad.mat", "-o", "out.mat", "--task", "go-nogo", "--trials", "1"},
      {"map", "bad.mat", "--in-place", "--task", "go-nogo", "--trials", "1"},
      {"eval", "bad.mat", "--task", "go-nogo", "--scaling", "50", "--trials", "1"},
      {"info", "bad.mat"},
      {"simulate", "bad.mat", "-o", "run.mat", "--task", "go-nogo", "--scaling", "50"}};
  const std::string content = read_text("bad.mat");
  for (const std::vector<std::string>& command : commands) {
    check_refused(command, words, folder);
  }
  CHECK(read_text("bad.mat") == content);
}

/// bad.mat: the Go-NoGo model with some fields replaced or dropped.
void write_bad(const std::function<void(io::MatFields&)>& change,
               const std::vector<std::string_view>& dropped = {}) {
  io::MatFields fields;
  change(fields);
  io::write_mat("bad.mat", fields, io::MatVersion::level5, fs::path("model.mat"), dropped);
}

Eigen::MatrixXd weights() {
  return io::MatFile("model.mat").matrix("w", "");
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("files that are no model: nothing, empty, text, truncated, a directory") {
    const WorkingFolder folder;
    copy_model();
    check_refused({"info", "missing.mat"}, {"missing.mat"}, folder);
    write_text("bad.mat", "");
    check_model_refused({"bad.mat"}, folder);
    write_text("bad.mat", "these are not the bytes you are looking for\n");
    check_model_refused({"bad.mat"}, folder);
    write_text("bad.mat", read_text("model.mat").substr(0, 40000));
    check_model_refused({"bad.mat"}, folder);
    fs::remove("bad.mat");
    fs::create_directory("bad.mat");
    check_refused({"eval", "bad.mat"}, {"bad.mat"}, folder);
    check_refused({"map", "bad.mat", "-o", "out.mat"}, {"bad.mat"}, folder);
    CHECK(says(run({"info", "bad.mat"}).out, "a folder"));
  }

  TEST_CASE("fields that are missing, misspelt or of the wrong shape") {
    const WorkingFolder folder;
    copy_model();
    write_bad([](io::MatFields&) {}, {"w_out"});
    check_model_refused({"bad.mat", "w_out"}, folder);
    write_bad([](io::MatFields& fields) { fields.matrix("weights", weights()); }, {"w"});
    check_model_refused({"bad.mat", "'w'"}, folder);
    write_bad([](io::MatFields& fields) { fields.matrix("w", weights().topRows(199)); });
    check_model_refused({"bad.mat", "'w'", "199 x 200", "must"}, folder);
    write_bad([](io::MatFields& fields) { fields.text("w_in", "text"); });
    check_model_refused({"bad.mat", "w_in", "must"}, folder);
  }

  TEST_CASE("values that no network can have") {
    const WorkingFolder folder;
    copy_model();
    for (const double value :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
      write_bad([value](io::MatFields& fields) {
        Eigen::MatrixXd w = weights();
        w(3, 5) = value;
        fields.matrix("w", w);
      });
      check_model_refused({"bad.mat", "'w'", "finite"}, folder);
    }
    write_bad([](io::MatFields& fields) { fields.number("N", -200.0); });
    check_model_refused({"bad.mat", "'N'", "-200", "must"}, folder);
    write_bad([](io::MatFields& fields) { fields.row("taus", std::vector<double>{20.0, 4.0}); });
    check_model_refused({"bad.mat", "'taus'", "20", "must"}, folder);
    write_bad([](io::MatFields& fields) { fields.text("activation", "step"); });
    check_model_refused({"bad.mat", "activation", "step", "sigmoid"}, folder);
  }

  TEST_CASE("a task that is unknown, missing, or of another number of inputs") {
    const WorkingFolder folder;
    copy_model();
    check_refused({"map", "model.mat", "--task", "go-no"}, {"--task", "'go-no'", "go-nogo"},
                  folder);
    check_refused({"train", "--task", "gonogo", "-o", "m.mat"}, {"--task", "'gonogo'"}, folder);
    check_refused({"train", "-o", "m.mat"}, {"--task", "must"}, folder);
    check_refused({"eval", "model.mat", "--task", "mante"}, {"model.mat", "w_in", "mante", "4"},
                  folder);
    write_bad([](io::MatFields&) {}, {"task"});
    check_refused({"eval", "bad.mat"}, {"bad.mat", "'task'", "--task"}, folder);
    check_refused({"train", "--task", "go-nogo", "--interval", "500", "-o", "m.mat"},
                  {"go-nogo", "interval", "no parameters"}, folder);
    check_refused({"train", "--task", "timing", "--interval", "1", "-o", "m.mat"},
                  {"timing", "interval", "found 1", "50"}, folder);
    check_refused({"task", "tming"}, {"tming", "timing"}, folder);
  }

  TEST_CASE("numbers and words that an option does not take") {
    const WorkingFolder folder;
    copy_model();
    const std::vector<std::string> map{"map", "model.mat", "--trials", "1"};
    check_refused(map + std::vector<std::string>{"--scaling", "75:5:20"},
                  {"--scaling", "75:5:20", "FIRST:STEP:LAST"}, folder);
    check_refused(map + std::vector<std::string>{"--seed", "-1"}, {"--seed", "found -1", "0 to"},
                  folder);
    check_refused(map + std::vector<std::string>{"--seed", "1.5"}, {"--seed", "1.5", "integer"},
                  folder);
    check_refused(map + std::vector<std::string>{"--noise", "-0.1"}, {"--noise", "-0.1"}, folder);
    check_refused(map + std::vector<std::string>{"--dt", "0"}, {"--dt", "found 0", "0.0001 to 1"},
                  folder);
    check_refused(map + std::vector<std::string>{"--dt", "2"}, {"--dt", "found 2", "1"}, folder);
    check_refused({"map", "model.mat", "--trials", "0"}, {"--trials", "found 0"}, folder);
    check_refused({"map", "model.mat", "--trials", "ten"}, {"--trials", "ten"}, folder);
    check_refused(map + std::vector<std::string>{"--engine", "warp"}, {"--engine", "clock"},
                  folder);
    check_refused(map + std::vector<std::string>{"--seed"}, {"--seed"}, folder);
    check_refused(map + std::vector<std::string>{"--seed", "1", "--seed", "2"}, {"--seed"}, folder);
    const std::vector<std::string> train{"train", "--task", "go-nogo", "-o", "m.mat"};
    check_refused(train + std::vector<std::string>{"--batch", "0"}, {"--batch", "found 0"}, folder);
    check_refused(train + std::vector<std::string>{"--spike-noise", "-1"},
                  {"--spike-noise", "found -1", "0 to 1e+38"}, folder);
    check_refused(train + std::vector<std::string>{"--stop-margin", "1"},
                  {"--stop-margin", "found 1", "0.99"}, folder);
    check_refused(train + std::vector<std::string>{"--schedule", "square"}, {"square", "cosine"},
                  folder);
    check_refused(train + std::vector<std::string>{"--act", "step"}, {"step", "sigmoid"}, folder);
    check_refused(train + std::vector<std::string>{"-N", "-5"}, {"--units", "found -5"}, folder);
    check_refused(train + std::vector<std::string>{"--decay_taus", "20", "4"},
                  {"--taus", "20 4", "smaller one first"}, folder);
    check_refused(train + std::vector<std::string>{"--decay_taus", "0"}, {"--taus", "found 0"},
                  folder);
    check_refused(train + std::vector<std::string>{"--P_inh", "1.5"}, {"found 1.5", "0 to 1"},
                  folder);
    check_refused(train + std::vector<std::string>{"--som", "199"}, {"--som", "199", "inhibitory"},
                  folder);
    check_refused(tiny_training("new.mat") + std::vector<std::string>{"--taus", "4", "20", "30"},
                  {"--taus: found twice or with another number of values than it takes"}, folder);
    check_refused(
        tiny_training("new.mat") + std::vector<std::string>{"--weights", "gamma", "--gain", "2"},
        {"--gain", "--weights gamma beside it"}, folder);
    check_refused(train + std::vector<std::string>{"--apply_dale", "maybe"}, {"maybe", "true"},
                  folder);
  }

  TEST_CASE("outputs that cannot be written are refused before any work") {
    const WorkingFolder folder;
    copy_model();
    fs::create_directory("folder");
    for (const std::string wrong : {"missing/out.mat", "folder"}) {
      check_refused({"map", "model.mat", "-o", wrong}, {"--output", wrong}, folder);
      check_refused({"train", "--task", "go-nogo", "-o", wrong}, {"--output", wrong}, folder);
      check_refused({"simulate", "model.mat", "--scaling", "50", "-o", wrong}, {"--output", wrong},
                    folder);
    }
    write_text("file", "");
    check_refused({"demo", "-o", "file"}, {"--output", "file"}, folder);
    check_refused({"train", "--task", "go-nogo", "--output-dir", "file/below"},
                  {"--output-dir", "file"}, folder);
    check_refused({"train", "--task", "go-nogo"}, {"--output"}, folder);
    // A variable of the shell that is not set.
    for (const std::string command : {"map", "export", "compare", "simulate"}) {
      check_refused({command, "model.mat", "-o", ""}, {"--output", "found nothing"}, folder);
    }
    check_refused({"train", "--task", "go-nogo", "--output-dir", ""},
                  {"--output-dir", "found nothing"}, folder);
    check_refused({"train", "--task", "go-nogo", "-o", "a.mat", "--output-dir", "."},
                  {"--output", "--output-dir"}, folder);
  }

  TEST_CASE("an input is never overwritten, under whatever name") {
    const WorkingFolder folder;
    copy_model();
    fs::create_symlink("model.mat", "link.mat");
    check_refused({"map", "model.mat", "-o", "model.mat"}, {"--output", "--in-place"}, folder);
    check_refused({"map", "model.mat", "-o", "./link.mat"}, {"--output", "--in-place"}, folder);
    check_refused({"map", "model.mat", "-o", "x.mat", "--in-place"}, {"--in-place"}, folder);
    check_refused({"simulate", "model.mat", "--scaling", "50", "-o", "model.mat"}, {"--output"},
                  folder);
  }

  TEST_CASE("unknown options and commands, with the nearest name") {
    const WorkingFolder folder;
    copy_model();
    check_refused({"map", "model.mat", "--sclaing", "20:5:75"},
                  {"--sclaing", "did you mean --scaling?"}, folder);
    check_refused({"map", "--trails=5", "model.mat"}, {"--trails", "did you mean --trials?"},
                  folder);
    check_refused({"map", "--sclaing"}, {"unknown option --sclaing"}, folder);
    check_refused({"map", "model.mat", "--frobnicate"}, {"unknown option --frobnicate"}, folder);
    check_refused({"trian"}, {"unknown command 'trian'", "did you mean train?"}, folder);
    check_refused({"trian", "--task", "xor"}, {"unknown command 'trian'", "did you mean train?"},
                  folder);
    check_refused({"study", "chekc", "--quick"}, {"unknown command 'chekc'", "did you mean check?"},
                  folder);
    check_refused({"--verison"}, {"--verison", "did you mean --version?"}, folder);
    check_refused({"eval", "model.mat", "more.mat"}, {"unexpected argument 'more.mat'"}, folder);
    check_refused({"map"}, {"MODEL is required", "rheobase map --help"}, folder);
  }

  TEST_CASE("simulate refuses what does not fit the network") {
    const WorkingFolder folder;
    copy_model();
    io::MatFields fields;
    fields.matrix("u", Eigen::MatrixXd::Zero(2, 201));
    fields.matrix("v0", Eigen::MatrixXd::Zero(199, 1));
    io::write_mat("trial.mat", fields, io::MatVersion::level5);
    const std::vector<std::string> base{"simulate", "model.mat", "-o",
                                        "run.mat",  "--scaling", "50"};
    const auto refused = [&](const std::vector<std::string>& more,
                             const std::vector<std::string>& words) {
      check_refused(base + more, words, folder);
    };
    refused({"--input", "trial.mat:u"}, {"--input", "trial.mat:u", "2 x 201", "1 row"});
    refused({"--input", "trial.mat:x"}, {"trial.mat", "'x'"});
    refused({"--input", "trial.mat"}, {"trial.mat"});
    refused({"--input", "missing.mat:u"}, {"missing.mat"});
    refused({"--input", "trial.mat:u", "--condition", "go"}, {"--input", "--condition"});
    refused({"--initial-voltage", "trial.mat:v0"}, {"--initial-voltage", "199 x 1", "200"});
    refused({"--condition", "stop"}, {"'stop'", "go, nogo"});
    refused({"--record", "spikes,volts"}, {"--record", "'volts'"});
    refused({"--voltage-units", "1"}, {"--voltage-units", "--record"});
    refused({"--record", "voltage", "--voltage-units", "201"}, {"--voltage-units", "1 to 200"});
    refused({"--stimulate", "exc"}, {"--stimulate", "--stimulate-units", "--stimulate-window"});
    refused({"--stimulate-units", "1"}, {"--stimulate"});
    refused({"--stimulate", "inh", "--stimulate-units", "1", "--stimulate-window", "700:500"},
            {"--stimulate-window", "700:500"});
    refused({"--parity", "--readout-bias"}, {"--readout-bias", "--parity"});
    refused({"--downsample", "2"}, {"--downsample", "--parity"});
    check_refused({"simulate", "model.mat", "-o", "run.mat"},
                  {"model.mat", "opt_scaling_factor", "--scaling"}, folder);
    check_refused({"map", "model.mat", "--scaling", "20-75"},
                  {"--scaling", "20-75", "FIRST:STEP:LAST", "20:5:75"}, folder);
    check_refused({"eval", "model.mat", "--network", "both"},
                  {"model.mat", "opt_scaling_factor", "--scaling"}, folder);
  }
}

}  // namespace rheobase
