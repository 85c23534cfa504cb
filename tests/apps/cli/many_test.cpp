#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include <doctest/doctest.h>

#include "apps/cli/console.hpp"
#include "apps/cli/training_summary.hpp"
#include "io/mat/mapped_model.hpp"
#include "io/mat/rate_model_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli;
using namespace cli_test;
namespace fs = std::filesystem;

namespace {

/// tiny_training with its seed and output taken out.
std::vector<std::string> tiny_options() {
  std::vector<std::string> args = tiny_training("x.mat");
  for (const char* option : {"-o", "--seed"}) {
    const auto found = std::find(args.begin(), args.end(), option);
    if (found != args.end()) {
      args.erase(found, found + 2);
    }
  }
  return args;
}

std::vector<std::string> many(const std::string& seeds) {
  return tiny_options() + std::vector<std::string>{"--seeds", seeds, "-o", "nets"};
}

std::vector<fs::path> models_in(const fs::path& folder) {
  std::vector<fs::path> models;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".mat" && entry.path().filename() != "summary.mat") {
      models.push_back(entry.path());
    }
  }
  std::sort(models.begin(), models.end());
  return models;
}

int lines_of(const fs::path& file) {
  const std::string text = read_text(file);
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("train --seeds: the same networks as one by one, whatever the number of jobs") {
    const WorkingFolder folder;
    const Outcome outcome = run(many("3:5,9") + std::vector<std::string>{"--jobs", "2", "--json"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    const auto networks = outcome.json()["networks"];
    REQUIRE(networks.size() == 4);
    CHECK(networks[3]["seed"] == 9);
    CHECK(lines_of("nets/summary.csv") == 5);
    CHECK(fs::exists("nets/summary.mat"));
    for (const auto& network : networks) {
      const std::string seed = std::to_string(network["seed"].get<int>());
      REQUIRE(
          run(tiny_options() + std::vector<std::string>{"--seed", seed, "-o", "alone.mat"}).code ==
          0);
      const io::ModelFile one = io::read_model("alone.mat");
      const io::ModelFile of_many = io::read_model(network["model"].get<std::string>());
      CHECK(one.dale.value().w == of_many.dale.value().w);
      CHECK(one.provenance.losses == of_many.provenance.losses);
      CHECK(of_many.provenance.command.ends_with("--seed " + seed + " -o go-nogo_N30_seed" + seed +
                                                 ".mat"));
    }
  }

  TEST_CASE("train --seeds: the summary keeps the seeds of earlier calls and their seconds") {
    const WorkingFolder folder;
    REQUIRE(run(many("1:2")).code == 0);
    const std::vector<SummaryRow> first = read_summary("nets/summary.csv");
    REQUIRE(first.size() == 2);
    CHECK(first[0].seconds > 0.0);
    REQUIRE(run(many("2:3")).code == 0);
    const std::vector<SummaryRow> second = read_summary("nets/summary.csv");
    REQUIRE(second.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(second[i].seed == i + 1);
    }
    CHECK(second[0].seconds == first[0].seconds);
    CHECK(second[1].seconds == first[1].seconds);
    CHECK(second[1].accuracy == first[1].accuracy);
    CHECK(io::MatFile("nets/summary.mat").vector("seed", 3, "") == Eigen::Vector3d(1.0, 2.0, 3.0));
  }

  TEST_CASE("train --seeds: rows of another task or batch in the folder stay as they are") {
    const WorkingFolder folder;
    REQUIRE(run(many("1:2") + std::vector<std::string>{"--batch", "8"}).code == 0);
    const std::vector<SummaryRow> first = read_summary("nets/summary.csv");
    REQUIRE(first.size() == 2);
    std::vector<std::string> other = many("1:2") + std::vector<std::string>{"--batch", "4"};
    std::ranges::replace(other, std::string("go-nogo"), std::string("xor"));
    REQUIRE(run(other).code == 0);
    const std::vector<SummaryRow> both = read_summary("nets/summary.csv");
    REQUIRE(both.size() == 4);
    for (std::size_t i = 0; i < 2; ++i) {
      const SummaryRow& row = both[2 * i];
      CHECK(row.file == first[i].file);
      CHECK(row.updates == first[i].trials / 8);
      CHECK(row.mean_loss == first[i].mean_loss);
      CHECK(row.seconds == first[i].seconds);
      CHECK(both[2 * i + 1].seed == i + 1);
      CHECK(both[2 * i + 1].file.starts_with("xor_"));
      CHECK(both[2 * i + 1].updates == both[2 * i + 1].trials / 4);
    }
    CHECK(io::MatFile("nets/summary.mat").vector("seed", 4, "") ==
          Eigen::Vector4d(1.0, 1.0, 2.0, 2.0));
    // Resumed networks keep their own seconds.
    const std::string summary = read_text("nets/summary.csv");
    REQUIRE(run(other).code == 0);
    CHECK(read_text("nets/summary.csv") == summary);
  }

  TEST_CASE("train --seeds: a network that broke has no figures") {
    const WorkingFolder folder;
    const std::vector<std::string> broken =
        many("1") + std::vector<std::string>{"--learning-rate", "1000", "--l2-weights", "1e30"};
    const Outcome table = run(broken);
    CHECK(table.code == 1);
    CHECK(says(table.out, "failed"));
    CHECK_FALSE(says(table.out, "nan"));
    CHECK_FALSE(says(table.out, "0.0 %"));
    const auto networks = run(broken + std::vector<std::string>{"--json"}).json()["networks"];
    REQUIRE(networks.size() == 1);
    CHECK(networks[0]["accuracy"].is_null());
    CHECK(says(networks[0]["error"].get<std::string>(), "non-finite"));
  }

  TEST_CASE("summary rows: names and errors in quotes, what broke has no figures") {
    const WorkingFolder folder;
    const std::vector<SummaryRow> rows{
        {4, "a, \"b\".mat", true, 60, 30, 0.75, 1.5, 2.25, "loss 8, must be below 7", ""},
        {5, "c.mat", false, 0, 0, 0.0, 0.0, std::numeric_limits<double>::quiet_NaN(), "",
         "no, \"memory\"\nleft"}};
    const std::string text = summary_text(rows);
    CHECK(text ==
          "seed,file,criteria_met,trials,updates,accuracy,mean_loss,seconds,unmet,error\n"
          "4,\"a, \"\"b\"\".mat\",1,60,30,0.75,1.5,2.250,\"loss 8, must be below 7\",\"\"\n"
          "5,\"c.mat\",,,,,,,,\"no, \"\"memory\"\" left\"\n");
    write_text("summary.csv", text);
    const std::vector<SummaryRow> back = read_summary("summary.csv");
    REQUIRE(back.size() == 2);
    CHECK(back[0].file == rows[0].file);
    CHECK(back[0].mean_loss == 1.5);
    CHECK(back[0].unmet == "loss 8, must be below 7");
    CHECK(back[1].error == "no, \"memory\" left");
    CHECK(std::isnan(back[1].seconds));
  }

  TEST_CASE("train --seeds: what is done is kept, what is missing is done") {
    const WorkingFolder folder;
    REQUIRE(run(many("1:3")).code == 0);
    const std::vector<fs::path> models = models_in("nets");
    REQUIRE(models.size() == 3);
    const std::string second = read_text(models[1]);
    fs::remove(models[1]);
    const auto networks = run(many("1:3") + std::vector<std::string>{"--json"}).json()["networks"];
    CHECK(networks[0]["kept"] == true);
    CHECK(networks[1]["kept"] == false);
    CHECK(networks[2]["kept"] == true);
    CHECK(read_text(models[1]) == second);
    const Outcome other = run(many("1:3") + std::vector<std::string>{"--clip", "1"});
    CHECK(other.code == 2);
    CHECK(other.err.find("the folder holds networks of other options") != std::string::npos);
  }

  TEST_CASE("map of several models: a summary, what is done kept, what breaks reported") {
    const WorkingFolder folder;
    REQUIRE(run(many("1:2")).code == 0);
    const std::vector<std::string> models{models_in("nets")[0], models_in("nets")[1],
                                          "nets/summary.mat"};
    const std::vector<std::string> options{"--trials", "2", "--scaling", "40,50", "-o", "mapped"};
    const auto map = [&](const std::vector<std::string>& files) {
      return run(std::vector<std::string>{"map"} + files + options +
                 std::vector<std::string>{"--json"});
    };
    const Outcome first = map(models);
    CAPTURE(first.err);
    REQUIRE(first.code == 0);
    CHECK(first.json()["networks"].size() == 2);
    CHECK(lines_of("mapped/summary.csv") == 3);
    for (const fs::path& mapped : models_in("mapped")) {
      CHECK(io::read_model(mapped).scaling_factor);
    }
    write_text("broken.mat", "no model");
    const Outcome second = map(models + std::vector<std::string>{"broken.mat"});
    CHECK(second.code == 1);
    CHECK(second.err.find("1 of 3 networks broke") != std::string::npos);
    const auto networks = second.json()["networks"];
    CHECK(networks[0]["kept"] == true);
    CHECK(networks[2]["error"].get<std::string>().find("broken.mat: found a text file") !=
          std::string::npos);
  }

  TEST_CASE("map of several models: the accuracy is that of the network that was chosen") {
    const WorkingFolder folder;
    REQUIRE(run(many("1:2")).code == 0);
    const std::vector<fs::path> models = models_in("nets");
    const std::vector<std::string> map{"map",       models[0],   models[1], "--trials",
                                       "2",         "--scaling", "40,50",   "--mapping",
                                       "published", "-o",        "mapped"};
    REQUIRE(run(map).code == 0);
    const auto store = [](const std::vector<double>& scaling) {
      for (const fs::path& file : models_in("mapped")) {
        io::ModelFile mapped = io::read_model(file);
        mapped.scaling_factor = 40.0;
        mapped.provenance.scaling_factors = scaling;
        mapped.provenance.accuracies = {0.25, 1.0};
        io::write_model(file, mapped);
      }
    };
    const auto accuracy = [&] {
      const auto network = run(map + std::vector<std::string>{"--json"}).json()["networks"][0];
      CHECK(network["kept"] == true);
      return network["accuracy"];
    };
    store({40.0, 50.0});
    CHECK(accuracy() == 0.25);
    CHECK(says(read_text("mapped/summary.csv"), ",40,0.25,"));
    CHECK(says(run(map).out, "0 of 2 reach 95 %"));
    CHECK(says(run({"info", models_in("mapped")[0]}).out, "from 40 to 50, accuracy 25.0 %"));
    // Two with this scaling factor: the file does not say which, the summary does.
    store({40.0, 40.0});
    CHECK(accuracy() == 0.25);
    CHECK_FALSE(says(run({"info", models_in("mapped")[0]}).out, "from 40 to 40, accuracy"));
    fs::remove("mapped/summary.csv");
    CHECK(accuracy().is_null());
    // Unless they differ in copies.
    io::ModelFile copied = io::read_model(models_in("mapped")[0]);
    copied.provenance.search_copies = {1.0, 2.0};
    REQUIRE(copied.transfer.has_value());
    copied.transfer->copies = 2;
    CHECK(io::search_accuracy(copied) == 1.0);
  }

  TEST_CASE("map of several models: the same files as one by one, and the notes of each") {
    const WorkingFolder folder;
    REQUIRE(run(many("1:2")).code == 0);
    const std::vector<fs::path> models = models_in("nets");
    const std::vector<std::string> options{"--trials", "2",      "--scaling",
                                           "40,50",    "--task", "timing"};
    const Outcome both = run(std::vector<std::string>{"map"} + options +
                             std::vector<std::string>{"-o", "mapped", "--", models[0], models[1]});
    CAPTURE(both.err);
    REQUIRE(both.code == 0);
    for (const fs::path& model : models) {
      CHECK(says(both.err, "rheobase: note: " + model.string() + " was trained on go-nogo"));
      REQUIRE(run(std::vector<std::string>{"map", model, "-o", "alone.mat"} + options).code == 0);
      const io::MatFile alone("alone.mat");
      const io::MatFile of_many(fs::path("mapped") / model.stem().concat(".lif.mat"));
      REQUIRE(alone.arrays().size() == of_many.arrays().size());
      for (const io::MatArray& array : alone.arrays()) {
        CAPTURE(array.name);
        const io::MatArray* other = of_many.find(array.name);
        REQUIRE(other != nullptr);
        if (array.name != "map_command") {
          CHECK(array.dims == other->dims);
          CHECK(array.values == other->values);
          CHECK(array.text == other->text);
        }
      }
      CHECK(of_many.find("map_command")->text ==
            "rheobase map --trials 2 --scaling 40,50 --task timing --seed 1 " +
                model.filename().string());
    }
    // Another network in the place of the first is not what the folder holds.
    fs::copy_file(models[1], models[0], fs::copy_options::overwrite_existing);
    const Outcome other = run(std::vector<std::string>{"map"} + options +
                              std::vector<std::string>{"-o", "mapped", "--", models[0], models[1]});
    CHECK(other.code == 2);
    CHECK(says(other.err, "network: found that of another model"));
  }

  TEST_CASE("what the commands of single networks have of that of all, however it is written") {
    using Words = std::vector<std::string>;
    const Words words{"--json", "map", "a.mat"};
    const Words options{"--jobs", "-o", "--output"};
    CHECK(arguments_without({"map", "-onets", "--jobs=2", "a.mat", "-N", "5"}, words, options) ==
          Words{"map", "-N", "5"});
    CHECK(arguments_without({"map", "-o", "nets", "--json", "--jobs", "2", "b.mat"}, words,
                            options) == Words{"map", "b.mat"});
    CHECK(arguments_without({"map", "--output=nets", "-1", "--other"}, words, options) ==
          Words{"map", "-1", "--other"});
  }

  TEST_CASE("what was complete before Ctrl-C is in the summary, and the same command goes on") {
    const WorkingFolder folder;
    const std::vector<std::string> trainings =
        many("1:60") + std::vector<std::string>{"--jobs", "1"};
    Outcome stopped;
    {
      const Interrupter interrupter("nets/go-nogo_N30_seed2.mat");
      stopped = run(trainings);
    }
    CHECK(stopped.code == 130);
    const auto networks = static_cast<int>(models_in("nets").size());
    CHECK(networks >= 2);
    CHECK(networks < 60);
    CHECK(lines_of("nets/summary.csv") == networks + 1);
    const std::string before = read_text("nets/summary.csv");
    CHECK(run(many("1:2")).code == 0);  // seconds are those of the call that made them
    CHECK(read_text("nets/summary.csv") == before);
  }

  TEST_CASE("what many networks do not go with") {
    const WorkingFolder folder;
    const auto refused = [](const std::vector<std::string>& args, const std::string& part) {
      const Outcome outcome = run(args);
      CAPTURE(outcome.err);
      CHECK(outcome.code == 2);
      CHECK(outcome.err.find(part) != std::string::npos);
    };
    refused(many("1:2") + std::vector<std::string>{"--seed", "1"}, "--seed: found --seeds beside");
    refused(many("2:1"), "--seeds: found 2:1");
    refused(many("1,1"), "--seeds: found 1,1");
    refused(many("0.5"), "--seeds: found 0.5");
    refused(tiny_training("x.mat") + std::vector<std::string>{"--jobs", "2"},
            "--jobs: found 2; must come with --seeds");
    refused({"map", "a.mat", "b.mat"}, "--output: found nothing; must name the folder");
    refused({"map", "a.mat", "b.mat", "--in-place"}, "--in-place");
    refused({"map", "x/a.mat", "y/a.mat", "-o", "out"}, "a file of the same name");
    refused({"map", "x/summary.mat", "y/summary.mat", "-o", "none"},
            "MODEL: found summaries alone; must be networks");
    CHECK_FALSE(fs::exists("none"));
    // A value that none of them can have is said once, before the folder is made.
    check_refused_in_a_line(many("1:2") + std::vector<std::string>{"--train", "foo"},
                            {"--train: found 'foo'; must be made of"});
    CHECK_FALSE(fs::exists("nets"));
  }
}

}  // namespace rheobase
