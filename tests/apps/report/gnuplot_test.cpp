#include "apps/report/internal/gnuplot.hpp"

#include <cstdlib>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "core/error.hpp"

namespace rheobase {

namespace {

/// Another PATH as long as it lives.
class PathVariable {
 public:
  explicit PathVariable(const std::string& value) : before_(std::getenv("PATH")) {
    setenv("PATH", value.c_str(), 1);
  }
  ~PathVariable() { setenv("PATH", before_.c_str(), 1); }
  PathVariable(const PathVariable&) = delete;
  PathVariable& operator=(const PathVariable&) = delete;

 private:
  std::string before_;
};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a temporary folder goes away with what is in it") {
    std::filesystem::path path;
    {
      const report::TemporaryFolder folder;
      path = folder.path();
      std::ofstream(path / "file") << "text";
      CHECK(std::filesystem::exists(path / "file"));
    }
    CHECK_FALSE(std::filesystem::exists(path));
  }

  TEST_CASE("a script that gnuplot rejects is an error with gnuplot's own message") {
    const report::TemporaryFolder folder;
    CHECK_THROWS_WITH_AS(report::run_gnuplot(folder.path(), "set nonsense\n"),
                         doctest::Contains("gnuplot failed: \"script.gp\" line 1"), Error);
  }

  TEST_CASE("without gnuplot the error says which package has it") {
    const report::TemporaryFolder folder;
    const PathVariable path(folder.path().string());
    CHECK_FALSE(report::gnuplot_available());
    CHECK_THROWS_WITH_AS(report::run_gnuplot(folder.path(), "any.gnuplot"),
                         doctest::Contains("apt-get install gnuplot-nox"), Error);
    CHECK_THROWS_WITH_AS(report::require_gnuplot(),
                         doctest::Contains("apt-get install gnuplot-nox"), Error);
  }
}

}  // namespace rheobase
