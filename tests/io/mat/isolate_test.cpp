#include "io/mat/internal/isolate.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "io/mat/internal/mat5_scan.hpp"
#include "io/mat/internal/matio_writer.hpp"

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

  TEST_CASE("a large result has many times the CPU time that compressing it takes") {
    const auto cpu_seconds_of_children = [] {
      rusage used{};
      getrusage(RUSAGE_CHILDREN, &used);
      return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
             1e-6 * static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    };
    constexpr std::size_t kBytes = std::size_t{4} << 20;
    MatFields noise;
    RandomStream random(1, 0, Purpose::task);
    Eigen::MatrixXd values(kBytes / sizeof(double), 1);
    for (double& value : values.reshaped()) {
      value = random.uniform();
    }
    noise.matrix("noise", values);
    const double before = cpu_seconds_of_children();
    CHECK(encode_mat(noise.fields(), MatVersion::level5, {}).size() > kBytes / 2);
    const double seconds = cpu_seconds_of_children() - before;
    CHECK(seconds > 0.0);
    constexpr std::size_t kLarge = 256;  // 1 GiB
    CHECK(limits_for_writing(0, kLarge * kBytes).cpu_seconds > 3.0 * kLarge * seconds);
  }

  TEST_CASE("level 5 counts the bytes of a variable with 32 bits, MATLAB with 31") {
    CHECK(fits_level5(0));
    CHECK(fits_level5(std::size_t{2'000'000'000}));
    CHECK(!fits_level5(std::size_t{1} << 31));
    CHECK(!fits_level5(std::size_t{1} << 32));
    CHECK(!fits_level5((std::size_t{1} << 32) + 8));
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
