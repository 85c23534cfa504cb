#include <filesystem>
#include <fstream>
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
}

}  // namespace rheobase
