#include <filesystem>

#include <doctest/doctest.h>

#include "io/mat/rate_model_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

/// Training of units whose rates go below 0, of which spikes make no noise.
namespace rheobase {

using namespace cli_test;

TEST_SUITE("cli") {
  TEST_CASE("tanh units are trained without spike-like noise, with a note") {
    const WorkingFolder folder;
    const std::vector<std::string> train{
        "train", "--task", "go-nogo", "-N", "20", "--trials", "40", "--evaluation-trials", "10"};
    const std::vector<std::string> tanh = train + std::vector<std::string>{"--activation", "tanh"};
    const std::string words = "tanh units are trained without spike-like noise (--spike-noise 0)";
    const Outcome trained = run(tanh + std::vector<std::string>{"-o", "t.mat"});
    CAPTURE(trained.err);
    REQUIRE(trained.code == 0);
    CHECK(says(trained.err, words));
    CHECK(io::read_model("t.mat").network.transfer == "tanh");
    // The same bits as when it is said, and then nothing needs a note.
    const Outcome said = run(tanh + std::vector<std::string>{"--spike-noise", "0", "-o", "s.mat"});
    REQUIRE(said.code == 0);
    CHECK(said.err.empty());
    CHECK(io::read_model("s.mat").network.w == io::read_model("t.mat").network.w);
    const Outcome many = run(tanh + std::vector<std::string>{"--seeds", "1:2", "-o", "networks"});
    CHECK(many.code == 0);
    CHECK(says(many.err, words));
    const Outcome further = run(
        {"train", "--from", "t.mat", "--trials", "40", "--evaluation-trials", "10", "-o", "f.mat"});
    CHECK(further.code == 0);
    CHECK(says(further.err, words));
    const Outcome resumed = run({"train", "--resume", "t.checkpoint.mat", "--trials", "80"});
    CAPTURE(resumed.err);
    CHECK(resumed.code == 0);
    const Outcome sigmoid = run(train + std::vector<std::string>{"-o", "sigmoid.mat"});
    CHECK(sigmoid.err.empty());
  }

  TEST_CASE("spike-like noise of tanh units is refused where it is asked for") {
    const WorkingFolder folder;
    const std::vector<std::string> tanh{"train",    "--task", "go-nogo",      "-N",  "20",
                                        "--trials", "40",     "--activation", "tanh"};
    check_refused_in_a_line(tanh + std::vector<std::string>{"--spike-noise", "25", "-o", "t.mat"},
                            {"--spike-noise: found 25; must be 0 for tanh units"});
    check_refused_in_a_line(
        tanh + std::vector<std::string>{"--spike-noise", "25", "--seeds", "1:2", "-o", "t"},
        {"--spike-noise: found 25; must be 0 for tanh units"});
    check_refused_in_a_line(
        tanh + std::vector<std::string>{"--spike-noise-throughout", "-o", "t.mat"},
        {"--spike-noise", "must be 0 for tanh units"});
    CHECK(folder.files().empty());
  }

  TEST_CASE("a network without Dale's principle has no excitatory or inhibitory units") {
    const WorkingFolder folder;
    const Outcome trained =
        run(tiny_training("signed.mat") + std::vector<std::string>{"--dale", "false"});
    REQUIRE(trained.code == 0);
    CHECK(says(trained.out, "units without Dale's principle"));
    const Outcome compared = run({"compare", "signed.mat", "--scaling", "50", "--trials", "4"});
    REQUIRE(compared.code == 0);
    CHECK(says(compared.out, "\nall "));
    for (const std::string& out : {trained.out, compared.out}) {
      CHECK_FALSE(says(out, "excitatory"));
      CHECK_FALSE(says(out, "\nE "));
      CHECK_FALSE(says(out, "\nmixed "));
    }
  }
}

}  // namespace rheobase
