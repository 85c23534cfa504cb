#include <sstream>

#include <doctest/doctest.h>

#include "apps/cli/console.hpp"
#include "apps/cli/help_text.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/reference_path.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/cli/value_syntax.hpp"
#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

TEST_SUITE("cli") {
  TEST_CASE("a grid is first:step:last with both ends, or a list") {
    CHECK(cli::parse_grid("--scaling", "20:5:35") == std::vector<double>{20, 25, 30, 35});
    CHECK(cli::parse_grid("--scaling", "20:5:34") == std::vector<double>{20, 25, 30});
    CHECK(cli::parse_grid("--scaling", "50:5:50") == std::vector<double>{50});
    CHECK(cli::parse_grid("--scaling", "0.1:0.1:0.3").size() == 3);
    CHECK(cli::parse_grid("--scaling", "30,45.5") == std::vector<double>{30, 45.5});
    for (const char* wrong :
         {"75:5:20", "20:-5:75", "20:0:75", "20:75", "1:2:3:4", "-5:5:20", "", "a", "20,", "30,20",
          "20,20", "0,5", "1:0.0001:10", "nan", "1:1:inf"}) {
      CAPTURE(wrong);
      CHECK_THROWS_WITH_AS(cli::parse_grid("--scaling", wrong),
                           doctest::Contains("--scaling: found "), InputError);
    }
  }

  TEST_CASE("units are counted from 1 on the command line and from 0 inside") {
    CHECK(cli::parse_units("--voltage-units", "1,5,8:10", 10) ==
          std::vector<Eigen::Index>{0, 4, 7, 8, 9});
    for (const char* wrong : {"0", "11", "5:3", "", "a", "1,,2", "1:2:3", "1.5", "-1"}) {
      CAPTURE(wrong);
      CHECK_THROWS_WITH_AS(cli::parse_units("--voltage-units", wrong, 10),
                           doctest::Contains("from 1 to 10"), InputError);
    }
  }

  TEST_CASE("a window is start:end in ms") {
    CHECK(cli::parse_window("--stimulate-window", "500:700.5") == std::pair(500.0, 700.5));
    for (const char* wrong : {"700:500", "-1:5", "5", "1:2:3", "a:b", "5:5"}) {
      CAPTURE(wrong);
      CHECK_THROWS_AS(cli::parse_window("--stimulate-window", wrong), InputError);
    }
  }

  TEST_CASE("the nearest name is offered only when it is near") {
    const std::vector<std::string> names{"--scaling", "--seed", "--trials", "--evaluate-every"};
    CHECK(nearest_name("--sclaing", names) == "--scaling");
    CHECK(nearest_name("--trial", names) == "--trials");
    CHECK(nearest_name("--evaluate", names) == "--evaluate-every");
    CHECK(nearest_name("--frobnicate", names).empty());
  }

  TEST_CASE("texts are shown without control characters and bytes that are no UTF-8") {
    CHECK(rheobase::visible("plain, \xc3\xa9, \xe2\x82\xac, \xf0\x9d\x84\x9e") ==
          "plain, \xc3\xa9, \xe2\x82\xac, \xf0\x9d\x84\x9e");
    CHECK(rheobase::visible("\x1b[31m\x7f\n") == "\\x1b[31m\\x7f\\x0a");
    CHECK(rheobase::visible("\xc2\x9b"
                            "2J") == "\\x9b2J");                    // a terminal's CSI
    CHECK(rheobase::visible("w\xff\xfe") == "w\\xff\\xfe");         // never part of UTF-8
    CHECK(rheobase::visible("\xe2\x82") == "\\xe2\\x82");           // cut short
    CHECK(rheobase::visible("\xc0\xaf") == "\\xc0\\xaf");           // a longer form of '/'
    CHECK(rheobase::visible("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // half of a surrogate pair
    CHECK(rheobase::visible("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  }

  TEST_CASE("arguments are quoted so that a shell gives them back") {
    CHECK(cli::shell_quoted("model.mat") == "model.mat");
    CHECK(cli::shell_quoted("my model.mat") == "'my model.mat'");
    CHECK(cli::shell_quoted("it's") == "'it'\\''s'");
    CHECK(cli::shell_quoted("") == "''");
    CHECK(cli::shell_quoted("$HOME") == "'$HOME'");
  }

  TEST_CASE("the stored command names the seed even when it was not given") {
    CHECK(cli::with_seed("rheobase map m.mat", 1) == "rheobase map m.mat --seed 1");
    CHECK(cli::with_seed("rheobase map m.mat --seed 7", 7) == "rheobase map m.mat --seed 7");
    CHECK(cli::with_seed("rheobase map --seed=7 m.mat", 7) == "rheobase map --seed=7 m.mat");
  }

  TEST_CASE("the progress line shows fraction, time left and status") {
    const std::string line = cli::progress_line("training", {0.25, "loss 8.1"}, 10.0);
    CHECK(line == "training  [######                  ]  25 %, 30 s left, loss 8.1");
    CHECK(cli::progress_line("x", {0.01, ""}, 10.0).find("16 min 30 s left") != std::string::npos);
    CHECK(cli::progress_line("x", {0.0, ""}, 10.0).find("left") == std::string::npos);
    CHECK(cli::progress_line("x", {1.5, ""}, 10.0).find("100 %") != std::string::npos);
    CHECK(cli::progress_log("training", {0.25, "loss 8.1"}, 100.0) ==
          "rheobase: training: 25 %, 5 min 00 s left, loss 8.1");
  }

  TEST_CASE("a quiet console has neither notes nor progress; --quiet may stand anywhere") {
    std::ostringstream out;
    std::ostringstream err;
    cli::Console console = cli::make_console({}, out, err);
    cli::note(console, "something");
    CHECK(err.str() == "rheobase: note: something\n");
    const cli::InterruptGuard guard;
    CHECK(cli::ProgressBar(console, "work").control(guard).report);
    console.quiet = true;
    err.str("");
    cli::note(console, "something");
    CHECK(err.str().empty());
    CHECK_FALSE(cli::ProgressBar(console, "work").control(guard).report);

    const std::string plain = run({"task", "xor"}).out;
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"--quiet", "task", "xor"},
          {"task", "--quiet", "xor"},
          {"task", "xor", "--quiet"}}) {
      const Outcome outcome = run(words);
      CHECK(outcome.code == 0);
      CHECK(outcome.out == plain);
    }
    CHECK(run({"task", "xor", "--quiet", "--wrong"}).err.find("unknown option --wrong") !=
          std::string::npos);
  }

  TEST_CASE("tables align text left and numbers right, counting characters, not bytes") {
    cli::TextTable table({"name", "value"});
    table.add_row({"τ", "1.5"});
    table.add_row({"longer name", "10"});
    CHECK(table.text() ==
          "name         value\n"
          "τ              1.5\n"
          "longer name     10\n");
    cli::Summary summary;
    summary.add("a", "1");
    summary.add("long", "");
    CHECK(summary.text() == "a     1\nlong\n");
  }

  TEST_CASE("help text is wrapped at spaces and keeps its own line breaks") {
    CHECK(cli::wrapped("one two three", 7, 2) == "one two\n  three");
    CHECK(cli::wrapped("one\ntwo", 20, 4) == "one\n    two");
  }

  TEST_CASE("model paths of the original program, with Python's spelling of numbers") {
    cli::ReferencePath path{"out", "go-nogo", {}};
    CHECK(cli::reference_folder(path) == "out/models/go-nogo/P_rec_0.2_Taus_4.0_20.0");
    path.network.dale = false;
    path.network.tau_min_steps = path.network.tau_max_steps = 7.5;
    CHECK(cli::reference_folder(path) == "out/models/go-nogo/NoDale/P_rec_0.2_Tau_7.5");
    const std::string name = cli::reference_file_name(path, 0);
    CHECK(name.rfind("Task_go-nogo_N_200_Tau_7.5_Act_sigmoid_19", 0) == 0);
    CHECK(name.size() ==
          std::string("Task_go-nogo_N_200_Tau_7.5_Act_sigmoid_YYYY_MM_DD_HHMMSS.mat").size());
  }

  TEST_CASE("trainings that begin in one second have model files of their own") {
    const cli_test::WorkingFolder folder;
    const cli::ReferencePath path{".", "xor", {}};
    const std::filesystem::path models = cli::reference_folder(path);
    std::filesystem::create_directories(models);
    constexpr std::time_t kNow = 1'700'000'000;
    const auto name = [&](int seconds) {
      return models / cli::reference_file_name(path, kNow + seconds);
    };
    {
      const cli::ReservedModel first(path, kNow);
      const cli::ReservedModel second(path, kNow);
      CHECK(first.file() == name(0));
      CHECK(second.file() == name(1));
      CHECK_FALSE(cli::newest_model(path));
    }
    CHECK(std::filesystem::is_empty(models));
    // A model and a checkpoint keep the name.
    cli_test::write_text(name(0), "model");
    cli_test::write_text(cli::with_word(name(1), "checkpoint"), "checkpoint");
    CHECK(cli::ReservedModel(path, kNow).file() == name(2));
    CHECK(cli::newest_model(path) == name(0));
  }

  TEST_CASE("the newest model is the one with the latest date in its name") {
    const cli_test::WorkingFolder folder;
    const cli::ReferencePath path{".", "xor", {}};
    CHECK_FALSE(cli::newest_model(path));
    std::filesystem::create_directories(cli::reference_folder(path));
    for (const char* date : {"2024_01_02_030405", "2025_01_01_000000", "2024_12_31_235959"}) {
      cli_test::write_text(
          cli::reference_folder(path) /
              ("Task_xor_N_200_Taus_4.0_20.0_Act_sigmoid_" + std::string(date) + ".mat"),
          "");
    }
    cli_test::write_text(
        cli::reference_folder(path) /
            "Task_xor_N_200_Taus_4.0_20.0_Act_sigmoid_2026_01_01_000000.checkpoint.mat",
        "");
    REQUIRE(cli::newest_model(path));
    CHECK(cli::newest_model(path)->filename() ==
          "Task_xor_N_200_Taus_4.0_20.0_Act_sigmoid_2025_01_01_000000.mat");
  }
}

}  // namespace rheobase
