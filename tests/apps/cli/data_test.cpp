#include <algorithm>
#include <filesystem>
#include <sstream>

#include <doctest/doctest.h>

#include "io/mat/rate_model_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

namespace {

/// The words of a command line without quotes, the program's name left out.
std::vector<std::string> arguments_of(const std::string& command) {
  std::istringstream words(command);
  std::vector<std::string> args;
  for (std::string word; words >> word;) {
    args.push_back(word);
  }
  REQUIRE(args.size() > 1);
  args.erase(args.begin());
  return args;
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("every model in data/ is, bit for bit, what the command in it makes") {
    int models = 0;
    for (const auto& entry : std::filesystem::directory_iterator(RHEOBASE_DATA)) {
      if (entry.path().extension() != ".mat") {
        continue;
      }
      CAPTURE(entry.path().filename().string());
      const io::ModelFile kept = io::read_model(entry.path());
      const WorkingFolder folder;
      const Outcome outcome = run(arguments_of(kept.provenance.command));
      CAPTURE(outcome.err);
      REQUIRE(outcome.code == 0);
      REQUIRE(folder.files().size() == 1);
      const io::ModelFile made = io::read_model(folder.files().front());
      CHECK(made.dale.value().w == kept.dale.value().w);
      CHECK(made.dale.value().w_in == kept.dale.value().w_in);
      CHECK(made.dale.value().w_out == kept.dale.value().w_out);
      CHECK(made.dale.value().b_out == kept.dale.value().b_out);
      CHECK(made.dale.value().tau_gate == kept.dale.value().tau_gate);
      CHECK(made.provenance.losses == kept.provenance.losses);
      CHECK(kept.scaling_factor);
      ++models;
    }
    CHECK(models > 0);
  }
}

}  // namespace rheobase
