#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

#include <doctest/doctest.h>

/// Habits of CONTRIBUTING.md that a machine can check.
namespace rheobase {

TEST_SUITE("layering") {
  TEST_CASE("tests say how far a number may be off: near and within, not doctest's own Approx") {
    const std::string forbidden = std::string("doctest::") + "Approx(";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(RHEOBASE_SOURCE_DIR) / "tests")) {
      if (entry.path().extension() != ".cpp") {
        continue;
      }
      CAPTURE(entry.path().string());
      std::ifstream file(entry.path());
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      CHECK(text.find(forbidden) == std::string::npos);
    }
  }

  TEST_CASE("runs take no function of the C library whose last bit depends on the processor") {
    const std::regex forbidden(
        R"((std::|__builtin_)(exp2?|expm1|log|log1p|log2|(sin|cos|tan)h?|atan2?|atanh)\()"
        R"(|\.(exp|log|sin|cos|sinh|cosh|tanh)\(\))");
    // What docs/architecture.md takes out of its promise, and the fallback beyond a million
    // radians.
    const std::regex excepted(
        "core/analysis/linear_solve|rate/models/motif/linear/|core/elementary[.]cpp");
    const std::filesystem::path root(RHEOBASE_SOURCE_DIR);
    for (const char* folder : {"core", "spiking", "rate", "network"}) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
        const std::string path = std::filesystem::relative(entry.path(), root).string();
        const bool source = path.ends_with(".cpp") || path.ends_with(".hpp");
        if (!source || std::regex_search(path, excepted)) {
          continue;
        }
        CAPTURE(path);
        std::ifstream file(entry.path());
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        CHECK(!std::regex_search(text, forbidden));
      }
    }
  }
}

}  // namespace rheobase
