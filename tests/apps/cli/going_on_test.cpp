// Trainings that begin with a network of another training or of another program.
#include <doctest/doctest.h>

#include "core/random.hpp"
#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace {

/// 15 units, two outputs, without time constants.
io::MatFields foreign_network() {
  RandomStream stream(2, 0, Purpose::initialisation);
  const auto normal = [&stream](Eigen::Index rows, Eigen::Index columns) {
    Eigen::MatrixXd values(rows, columns);
    for (double& value : values.reshaped()) {
      value = 0.3 * stream.normal();
    }
    return values;
  };
  io::MatFields fields;
  fields.matrix("w", normal(15, 15));
  fields.matrix("w_in", normal(15, 1));
  fields.matrix("w_out", normal(2, 15));
  fields.matrix("bias", normal(15, 1));
  fields.number("step_ms", 10.0);
  fields.text("activation", "tanh");
  return fields;
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("training goes on from a network, with another task and a part of it alone") {
    const WorkingFolder folder;
    REQUIRE(run(tiny_training("first.mat")).code == 0);
    const std::vector<std::string> from{"train", "--from", "first.mat",  "--trials",
                                        "40",    "-o",     "second.mat", "--evaluation-trials",
                                        "10"};
    const Outcome tuned = run(from + std::vector<std::string>{"--train", "w_out,b_out"});
    CAPTURE(tuned.err);
    REQUIRE(tuned.code == 0);
    CHECK(tuned.out.find("from      first.mat (fingerprint ") != std::string::npos);
    const io::ModelFile first = io::read_model("first.mat");
    const io::ModelFile second = io::read_model("second.mat");
    CHECK(second.task == "go-nogo");
    CHECK(second.network.w == first.network.w);
    CHECK(second.network.tau_ms == first.network.tau_ms);
    CHECK(second.network.w_out != first.network.w_out);
    CHECK(second.provenance.trained_from.starts_with("first.mat (fingerprint "));
    const Outcome timing = run(from + std::vector<std::string>{"--task", "timing", "--json"});
    REQUIRE(timing.code == 0);
    CHECK(io::read_model("second.mat").task == "timing");
    CHECK(timing.json()["from"].get<std::string>().starts_with("first.mat"));
    const Outcome two = run(from + std::vector<std::string>{"--task", "go-nogo+xor"});
    CHECK(two.code == 2);
    CHECK(two.err.starts_with("rheobase: first.mat: field 'w_in'"));  // no note on weights drawn
    // A checkpoint of it goes on too.
    CHECK(run({"train", "--resume", "second.checkpoint.mat", "--trials", "80"}).code == 0);
    CHECK(io::read_model("second.mat").provenance.trained_from.starts_with("first.mat"));

    const auto refusal = [&](const std::vector<std::string>& words) {
      const Outcome outcome = run(from + words);
      CHECK(outcome.code == 2);
      return outcome.err;
    };
    CHECK(refusal({"--N", "20"}).find("--units: found --from beside it") != std::string::npos);
    CHECK(refusal({"--train", "w,weights"}).find("--train: found 'weights'; must be made of w, ") !=
          std::string::npos);
    CHECK(refusal({"--task", "xor"}).find("must have 2, the number of inputs of task xor") !=
          std::string::npos);
    CHECK(run({"train", "--from", "first.mat", "--task", "go-nogo", "-o", "first.mat"}).code == 2);
  }

  TEST_CASE("a foreign network of any step and several outputs is trained on") {
    const WorkingFolder folder;
    fs::copy_file(fs::path(RHEOBASE_IO_TEST_DATA) / "own/two_outputs.mat", "trials.mat");
    io::MatFields fields = foreign_network();
    fields.number("tau_ms", 50.0);
    io::write_mat("net.mat", fields, io::MatVersion::level5);
    const Outcome outcome = run({"train", "--from", "net.mat", "--task", "file", "--trials-file",
                                 "trials.mat", "--spike-noise", "0", "-o", "tuned.mat", "--json"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.json()["trained"] == true);
    const io::ModelFile before = io::read_model("net.mat");
    const io::ModelFile after = io::read_model("tuned.mat");
    CHECK(after.network.bias == before.network.bias);
    CHECK(after.network.tau_ms == before.network.tau_ms);
    CHECK(after.network.step_ms == 10.0);
    CHECK(after.network.noise.factor == 0.0);
    CHECK(after.network.w != before.network.w);
    CHECK(run({"eval", "tuned.mat", "--json"}).json()["rate"]["accuracy"]["value"] == 1.0);
  }

  TEST_CASE("what is not trained of a foreign network stays bit for bit, through a stop too") {
    const WorkingFolder folder;
    fs::copy_file(fs::path(RHEOBASE_IO_TEST_DATA) / "own/two_outputs.mat", "trials.mat");
    io::MatFields fields = foreign_network();
    fields.matrix("tau_ms", Eigen::VectorXd::LinSpaced(15, 30.1, 71.3));
    io::write_mat("net.mat", fields, io::MatVersion::level5);
    const io::ModelFile before = io::read_model("net.mat");
    const std::vector<std::string> from{"train",      "--from",
                                        "net.mat",    "--task",
                                        "file",       "--trials-file",
                                        "trials.mat", "--spike-noise",
                                        "0",          "--trials",
                                        "40",         "--stop-loss",
                                        "1e-300",     "-o",
                                        "tuned.mat"};
    const auto check_kept = [&before] {
      const io::ModelFile after = io::read_model("tuned.mat");
      CHECK(after.network.w == before.network.w);
      CHECK(after.network.w_in == before.network.w_in);
      CHECK(after.network.b_out == before.network.b_out);
      CHECK(after.network.tau_ms == before.network.tau_ms);
      CHECK(after.network.w_out != before.network.w_out);
    };
    const Outcome readout = run(from + std::vector<std::string>{"--train", "w_out"});
    CAPTURE(readout.err);
    REQUIRE(readout.code == 0);
    CHECK(says(readout.out, "time constants 30.1 to 71.3 ms"));
    CHECK(says(run({"info", "tuned.mat"}).out, "30.1 to 71.3 ms, median 50.7, fixed"));
    check_kept();
    REQUIRE(run({"train", "--resume", "tuned.checkpoint.mat", "--trials", "80"}).code == 0);
    check_kept();
    // They can be trained again.
    REQUIRE(run({"train", "--from", "tuned.mat", "--train", "taus_gaus", "--trials", "40",
                 "--spike-noise", "0", "-o", "more.mat"})
                .code == 0);
    const io::ModelFile more = io::read_model("more.mat");
    CHECK(more.network.tau_ms != before.network.tau_ms);
    CHECK(more.network.tau_ms.isApprox(before.network.tau_ms, 0.2));
    CHECK(more.network.w == before.network.w);
  }
}

}  // namespace rheobase
