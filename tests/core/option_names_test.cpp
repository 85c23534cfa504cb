#include "core/option_names.hpp"

#include <doctest/doctest.h>

using namespace rheobase;

namespace {

struct Clock {
  double step_ms = 1.0, tau_ms = 10.0, noise = 0.0;
  int units = 5;
};

const FieldTable<Clock>& clock_fields() {
  static const FieldTable<Clock> table{
      field("step_ms", &Clock::step_ms, kPositive, {.option = "--step", .unit = "ms"}),
      field("tau_ms", &Clock::tau_ms, kPositive, {.option = "--time-constant,-t", .unit = "ms"}),
      field("noise", &Clock::noise, kNonNegative, {}),
      field("units", &Clock::units, kPositive, {.option = "--units,-N"})};
  return table;
}

std::string said(const InputError& error) {
  try {
    with_option_names([&] { throw error; }, clock_fields());
  } catch (const InputError& renamed) {
    return renamed.what();
  }
  return "nothing";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("faults of fields are told in the options' names, with their unit") {
    CHECK(said({"network", "step_ms", "20", "must be at most tau_ms, 10"}) ==
          "--step: found 20 ms; must be at most --time-constant, 10");
    CHECK(said({"network", "units", "1", "must be at least 2 units"}) ==
          "--units: found 1; must be at least 2 units");
    CHECK(said({"network", "W", "no entry", "every unit must have one: tau_ms or step_ms"}) ==
          "network: W: found no entry; every unit must have one: --time-constant or --step");
  }

  TEST_CASE("fields without an option, words of a sentence and what works stay as they are") {
    CHECK(said({"network", "noise", "-1", "must not be below 0"}) ==
          "network: noise: found -1; must not be below 0");
    CHECK(said({"x.mat", "field 'step_ms'", "a text", "must be a number of units"}) ==
          "x.mat: field 'step_ms': found a text; must be a number of units");
    CHECK(said({"network", "step_ms", "infinite", "must be finite"}) ==
          "--step: found infinite; must be finite");
    CHECK(with_option_names([] { return 7; }, clock_fields()) == 7);
  }
}
