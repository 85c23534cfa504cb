#include "core/error.hpp"

#include <string>

#include <doctest/doctest.h>

#include "core/sampled_signal.hpp"

using namespace rheobase;

TEST_SUITE("unit") {
  TEST_CASE("an input error is one line that names place, field, finding and condition") {
    const InputError error("model.mat", "field 'w'", "199 x 200", "must be N x N with N = 200");
    CHECK(std::string(error.what()) ==
          "model.mat: field 'w': found 199 x 200; must be N x N with N = 200");
    CHECK(error.field() == "field 'w'");
  }

  TEST_CASE("parts of an input error may be empty") {
    CHECK(std::string(InputError("a.mat", "", "", "no such file").what()) == "a.mat: no such file");
    CHECK(std::string(InputError("--dt", "", "-1", "must be positive").what()) ==
          "--dt: found -1; must be positive");
  }

  TEST_CASE("bytes of a file that no terminal shows are escaped in a message") {
    const InputError error("b\x80.mat", "field 'w'", "the nearest is 'w\xC3\n\x1B'", "must be w");
    CHECK(std::string(error.what()) ==
          "b\\x80.mat: field 'w': found the nearest is 'w\\xc3\\x0a\\x1b'; must be w");
    CHECK(error.where() == "b\\x80.mat");
    CHECK(error.found() == "the nearest is 'w\\xc3\\x0a\\x1b'");
    // What is text stays as it is, and what was escaped is not again.
    CHECK(std::string(InputError("µ.mat", "", error.found(), "").what()) ==
          "µ.mat: found the nearest is 'w\\xc3\\x0a\\x1b'");
  }

  TEST_CASE("a non-finite number is reported with its time and 1-based unit") {
    const NonFiniteError error("membrane voltage", "12.05 ms", 3);
    CHECK(std::string(error.what()) == "non-finite membrane voltage at 12.05 ms, unit 4");
  }

  TEST_CASE("the first sample at or after a time forgives rounding of the time grid") {
    const SampledSignal signal{0.05, 0.05, Eigen::VectorXd::Zero(20000)};
    CHECK(signal.first_at(500.0) == 9999);  // sample i is at (i + 1) * 0.05 ms
    CHECK(signal.first_at(500.01) == 10000);
    CHECK(signal.first_at(-3.0) == 0);
    CHECK(signal.first_at(1e9) == 20000);
  }
}
