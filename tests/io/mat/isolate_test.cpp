#include "io/mat/internal/isolate.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"

using namespace rheobase;
using namespace rheobase::io;

namespace {

std::string failure(const std::function<std::string()>& body, const IsolationLimits& limits = {}) {
  try {
    run_isolated(body, limits);
  } catch (const IsolationError& error) {
    return error.what();
  }
  return "no exception";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("an isolated function returns its bytes and changes nothing of its caller") {
    int mine = 1;
    std::string large(3'000'000, 'a');
    large[1'234'567] = '\0';
    const std::string result = run_isolated(
        [&] {
          mine = 2;
          return large;
        },
        {});
    CHECK(result == large);
    CHECK(mine == 1);
  }

  TEST_CASE("exceptions of an isolated function arrive as what they were") {
    try {
      run_isolated([]() -> std::string { throw InputError("a.mat", "field 'w'", "x", "y"); }, {});
      FAIL("no exception");
    } catch (const InputError& error) {
      CHECK(error.where() == "a.mat");
      CHECK(error.field() == "field 'w'");
      CHECK(error.found() == "x");
      CHECK(error.required() == "y");
    }
    CHECK_THROWS_WITH_AS(run_isolated([]() -> std::string { throw Error("plain"); }, {}), "plain",
                         Error);
  }

  TEST_CASE("crashes, endless loops and greed end the child alone") {
    CHECK(failure([]() -> std::string {
            std::raise(SIGSEGV);
            return {};
          }) == "signal 11");
    CHECK(failure([]() -> std::string { _exit(0); }) == "no answer");
    CHECK(failure(
              []() -> std::string {
                const volatile bool forever = true;
                while (forever) {
                }
                return {};
              },
              {1, std::size_t{1} << 30}) == "it takes longer than 1 s");
    const std::string greed = failure(
        [] {
          const std::vector<char> greedy(std::size_t{256} << 20, 'x');
          return std::string(greedy.begin(), greedy.begin() + 1);
        },
        {10, std::size_t{128} << 20});
    // Under AddressSanitizer a process ends where it would throw std::bad_alloc.
    CHECK((greed == "it needs more than 128 MiB of memory" || greed == "no answer"));
    CHECK((waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD));  // no zombies
  }
}
