#include "apps/study/study_file.hpp"

#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "apps/study/internal/cell_run.hpp"
#include "apps/study/schedule.hpp"
#include "core/error.hpp"
#include "tests/apps/study/study_harness.hpp"

namespace rheobase {

using namespace study;
using namespace study_test;

namespace {

/// Two commands: one with options, one that reads a file.
Catalogue two_commands() {
  return {{"train",
           {{{"--units", "-N"}, false, false, true},
            {{"--seed"}, false, false, true},
            {{"--output", "-o"}, false, true, true},
            {{"--balanced"}, false, false, false},
            {{"--threads"}, false, false, true},
            {{"--json"}, false, false, false}}},
          {"eval", {{{"MODEL"}, true, true, true}, {{"--json"}, false, false, false}}}};
}

Study read(const std::string& text, bool quick = false) {
  write("study.toml", text);
  return read_study("study.toml", two_commands(), quick);
}

std::string fault(const std::string& text) {
  try {
    read(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "good";
}

const std::string kSteps =
    "[[step]]\n"
    "command = \"train\"\n"
    "[step.options]\n"
    "N = \"{N}\"\n"
    "seed = \"{seed}\"\n"
    "balanced = \"{even}\"\n"
    "output = \"m.mat\"\n"
    "[[step]]\n"
    "command = \"eval\"\n"
    "arguments = [\"m.mat\"]\n";
const std::string kMeasure = "[[measure]]\nname = \"a\"\nstep = \"eval\"\npath = \"x.0\"\n";
const std::string kRest = kSteps + kMeasure;

/// Conditions with the seeds 1 to `seeds` each.
Study grid_of(std::size_t conditions, std::size_t seeds) {
  Study study;
  study.conditions.resize(conditions);
  for (Condition& condition : study.conditions) {
    condition.seeds.resize(seeds);
    std::iota(condition.seeds.begin(), condition.seeds.end(), Seed{1});
  }
  return study;
}

/// The largest number less the smallest.
std::size_t range_of(const std::vector<std::size_t>& numbers) {
  const auto [least, most] = std::ranges::minmax(numbers);
  return most - least;
}

/// Every cell is in one shard; shards, and a condition in shards, differ by one cell at most.
void require_spread(const std::vector<Cell>& cells, std::size_t conditions, std::size_t shards) {
  std::vector<int> taken(cells.size());
  std::vector<std::size_t> sizes(shards);
  std::vector<std::vector<std::size_t>> counts(conditions, std::vector<std::size_t>(shards));
  for (std::size_t shard = 0; shard < shards; ++shard) {
    ShardSchedule schedule(cells, shard + 1, shards);
    sizes[shard] = schedule.cells().size();
    CHECK(std::ranges::is_sorted(schedule.cells()));
    while (const auto cell = schedule.next()) {
      ++taken.at(*cell);
      ++counts[cells[*cell].condition][shard];
    }
  }
  CHECK(taken == std::vector<int>(cells.size(), 1));
  CHECK(range_of(sizes) <= 1);
  for (const std::vector<std::size_t>& count : counts) {
    CHECK(range_of(count) <= 1);
  }
}

std::vector<std::string> first_command(const Study& study, std::size_t condition) {
  return command_line(study.steps[0], study.conditions[condition],
                      study.conditions[condition].seeds.front(), "");
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a study: the list of conditions times the grid, seeds first, the last axis fastest") {
    const Folder folder;
    const Study study = read(
        "seeds = \"3:4\"\n"
        "[grid]\nN = [5, 8]\n"
        "[[condition]]\nname = \"even\"\neven = true\n"
        "[[condition]]\nname = \"random\"\neven = false\nseeds = 9\n" +
        kRest);
    REQUIRE(study.conditions.size() == 4);
    CHECK(study.conditions[0].name == "even, N=5");
    CHECK(study.conditions[1].name == "even, N=8");
    CHECK(study.conditions[2].name == "random, N=5");
    CHECK(study.conditions[2].folder == "random,N=5");
    CHECK(study.conditions[2].seeds == std::vector<Seed>{9});
    const std::vector<Cell> cells = cells_of(study);
    REQUIRE(cells.size() == 6);
    CHECK(cells[3].condition == 3);
    CHECK(cells[4].condition == 0);
    CHECK(cells[4].seed == 4);
    CHECK(first_command(study, 1) == std::vector<std::string>{"train", "-N", "8", "--seed", "3",
                                                              "--balanced", "--output", "m.mat",
                                                              "--json", "--threads", "1"});
    CHECK(first_command(study, 2) == std::vector<std::string>{"train", "-N", "5", "--seed", "9",
                                                              "--output", "m.mat", "--json",
                                                              "--threads", "1"});
  }

  TEST_CASE("a quick study: smaller values, fewer seeds and conditions") {
    const Folder folder;
    const std::string text =
        "seeds = \"1:9\"\n"
        "[parameters]\nN = 100\n"
        "[[condition]]\nname = \"a\"\neven = true\nN = 50\n"
        "[[condition]]\nname = \"b\"\neven = true\n" +
        kRest + "[quick]\nseeds = \"1:2\"\nparameters = {N = 3}\nconditions = [\"a\"]\n";
    CHECK(read(text).conditions.size() == 2);
    const Study quick = read(text, true);
    REQUIRE(quick.conditions.size() == 1);
    CHECK(quick.conditions[0].seeds == std::vector<Seed>{1, 2});
    CHECK(first_command(quick, 0)[2] == "3");
  }

  TEST_CASE("what is wrong in a study file is said with line, column and what may be meant") {
    const Folder folder;
    const std::string good = "seeds = \"1:2\"\n[parameters]\nN = 5\neven = true\n";
    CHECK(fault(good + kRest) == "good");
    CHECK(fault("seed = \"1:2\"\n" + kRest) ==
          "study.toml: line 1, column 1: key: found 'seed'; must be one of title, seeds, keep, "
          "parameters, grid, condition, step, measure, published, compare, plot, quick (did you "
          "mean 'seeds'?)");
    CHECK(fault("seeds = [1, 2, 1]\n" + good.substr(14) + kRest) ==
          "study.toml: line 1, column 9: seeds: found the seed 1 twice; must be different whole "
          "numbers from 0 to 4294967295: \"1:20\" or [1, 2, 7]");
    CHECK(fault("seeds = 1\n[grid]\nN = []\n" + kRest)
              .starts_with("study.toml: line 3, column 5: grid: N: found an empty array; must have "
                           "at least one"));
    CHECK(fault("seeds = 1\n[grid]\nN = [2, 2]\n" + kRest)
              .starts_with("study.toml: line 3, column 5: grid: N: found 2 twice"));
    CHECK(fault("seeds = 1\n[parameters]\nNN = 5\neven = true\n" + kRest)
              .starts_with("study.toml: line 3, column 1: parameters: parameter: found 'NN'; must "
                           "be one of N, even (did you mean 'N'?)"));
    CHECK(fault("seeds = 1\n[parameters]\nN = 5\n" + kRest)
              .find("step 'train': found {even}; must be a parameter of condition 'all'") !=
          std::string::npos);
    CHECK(
        fault("seeds = 1\n[parameters]\nN = 5\n[[step]]\ncommand = \"eval\"\narguments = \"m\"\n" +
              kMeasure) ==
        "study.toml: line 3, column 1: parameters: parameter: found 'N'; must stand in a step as "
        "{N}; none has a parameter");
  }

  TEST_CASE("steps are checked against the commands that there are") {
    const Folder folder;
    const std::string head = "seeds = 1\n";
    const auto step = [&](const std::string& text) { return fault(head + text + kMeasure); };
    CHECK(step("[[step]]\ncommand = \"trian\"\n")
              .starts_with("study.toml: line 3, column 11: step 1: command: found 'trian'; must be "
                           "one of train, eval (did you mean 'train'?)"));
    CHECK(
        step("[[step]]\ncommand = \"train\"\n[step.options]\noutptu = \"a\"\n")
            .find("line 5, column 1: options of step 'train': option: found 'outptu'; must be one "
                  "of units, seed, output, balanced, threads, json (did you mean 'output'?)") !=
        std::string::npos);
    CHECK(step("[[step]]\ncommand = \"train\"\n")
              .find("found no o; must have it: `rheobase train` asks for -o") != std::string::npos);
    CHECK(step("[[step]]\ncommand = \"eval\"\n")
              .find("arguments: found nothing; must be at least "
                    "1") != std::string::npos);
    CHECK(step("[[step]]\ncommand = \"train\"\n[step.options]\no = \"a\"\nbalanced = 3\n")
              .find("balanced: found 3; must be true or false") != std::string::npos);
    CHECK(step("[[step]]\ncommand = \"eval\"\narguments = [\"{N\"]\n")
              .find("arguments: found '{N'; must close every {") != std::string::npos);
    CHECK(fault("seeds = \"1:2\"\n[[step]]\ncommand = \"eval\"\narguments = \"m\"\n" + kMeasure)
              .find("must be one where no step has {seed}: all would give the same") !=
          std::string::npos);
    CHECK(fault("seeds = 1\n[[step]]\ncommand = \"eval\"\narguments = \"m\"\n[[measure]]\nname = "
                "\"t\"\npath = \"a.seconds\"\n")
              .find("must be no time") != std::string::npos);
  }

  TEST_CASE("figures are found in JSON by keys and places") {
    const auto json = nlohmann::json::parse(
        R"({"a": {"b": [1, 2, 6], "t": true, "n": null, "w": "word"}, "l": [{"x": 4}]})");
    CHECK(std::get<double>(figure_at(json, "a.b.1")) == 2.0);
    CHECK(std::get<double>(figure_at(json, "a.b.mean")) == 3.0);
    CHECK(std::get<double>(figure_at(json, "a.b.last")) == 6.0);
    CHECK(std::get<double>(figure_at(json, "a.b.count")) == 3.0);
    CHECK(std::get<double>(figure_at(json, "l.0.x")) == 4.0);
    CHECK(std::get<bool>(figure_at(json, "a.t")));
    CHECK(std::holds_alternative<std::monostate>(figure_at(json, "a.n")));
    CHECK(std::get<std::string>(figure_at(json, "a.w")) == "word");
    for (const char* wrong : {"a", "a.b", "a.b.3", "a.b.x", "l.mean", "c", "a.t.x", "a.b.-1"}) {
      CAPTURE(wrong);
      CHECK_THROWS_AS(figure_at(json, wrong), InputError);
    }
  }

  TEST_CASE("keys and values that nest without end are refused at their place") {
    const Folder folder;
    std::string key = "a";
    for (int k = 0; k < 20000; ++k) {
      key += ".a";
    }
    for (const std::string& text :
         {key + " = 1\n" + kRest, kRest + "[" + key + "]\n", "x = " + std::string(100'000, '[')}) {
      const std::string line = fault(text);
      CHECK(line.starts_with("study.toml: line "));
      CHECK(line.ends_with("must nest at most 50 deep"));
    }
  }

  TEST_CASE("shards take every cell once, and every condition equally often") {
    for (const std::size_t conditions : {1U, 2U, 4U, 6U, 13U}) {
      for (const std::size_t seeds : {1U, 2U, 3U, 4U, 5U, 20U}) {
        for (const std::size_t shards : {1U, 2U, 3U, 4U, 7U, 20U}) {
          CAPTURE(conditions);
          CAPTURE(seeds);
          CAPTURE(shards);
          require_spread(cells_of(grid_of(conditions, seeds)), conditions, shards);
        }
      }
    }
    Study uneven = grid_of(5, 4);
    uneven.conditions[1].seeds = {7};
    uneven.conditions[3].seeds.resize(3);
    for (const std::size_t shards : {2U, 3U, 4U}) {
      CAPTURE(shards);
      require_spread(cells_of(uneven), 5, shards);
    }
  }

  TEST_CASE("a flag whose parameter is no truth is found with the file, under every condition") {
    const Folder folder;
    const auto even = [](const std::string& values) {
      return "seeds = \"1:2\"\n[parameters]\nN = 5\n[grid]\neven = " + values + "\n" + kRest;
    };
    CHECK(fault(even("[true, false]")) == "good");
    CHECK(fault(even("[\"true\", \"false\"]")) == "good");
    CHECK(fault(even("[true, 2]")) ==
          "study.toml: line 11, column 12: step 'train', balanced: found '2' for '{even}'; must be "
          "true or false in condition 'even=2': it takes no value");
    // Where the step does not run, nothing is given.
    std::string listed =
        "seeds = \"1:2\"\n[parameters]\nN = 5\neven = true\n"
        "[[condition]]\nname = \"a\"\n[[condition]]\nname = \"b\"\neven = 2\n" +
        kRest;
    CHECK(fault(listed).find("in condition 'b': it takes no value") != std::string::npos);
    listed.replace(listed.find("command = \"train\""), 17, "command = \"train\"\nonly = \"a\"");
    CHECK(fault(listed).find("balanced") == std::string::npos);
    CHECK(
        fault("seeds = 1\n[[step]]\ncommand = \"train\"\n[step.options]\no = \"a\"\n"
              "balanced = \"{b\"\n" +
              kMeasure)
            .starts_with("study.toml: line 6, column 12: options of step 'train': balanced: found "
                         "'{b'; must close every {"));
  }
}

}  // namespace rheobase
