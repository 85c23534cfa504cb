#include "core/field_table.hpp"

#include <array>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "core/error.hpp"

using namespace rheobase;

namespace {

enum class Colour { red, green };

constexpr std::array<Word<Colour>, 2> kColours{{{Colour::red, "red"}, {Colour::green, "green"}}};

struct Part {
  double length_mm = 2.0;
};

struct Options {
  double step_ms = 0.25;
  int count = 3;
  std::uint32_t trial = 0;
  bool dark = false;
  Colour colour = Colour::red;
  std::string engine = "a";
  Part part = {};
};

const FieldTable<Part>& part_fields() {
  static const FieldTable<Part> table{field("length_mm", &Part::length_mm, kPositive, {})};
  return table;
}

const FieldTable<Options>& option_fields() {
  static const FieldTable<Options> table{
      field("step_ms", &Options::step_ms, {.low = 1e-4, .high = 1.0, .special = 0.0},
            {.option = "--step", .unit = "ms", .help = "Step"}),
      field("count", &Options::count, kCount, {}),
      field("trial", &Options::trial, {}, {}),
      field("dark", &Options::dark, {}),
      field("colour", &Options::colour, kColours, {}),
      field("engine", &Options::engine, {"a", "b"}, {}),
      part(&Options::part, part_fields().front(), "part.length_mm"),
  };
  return table;
}

bool accepts(const char* name, const FieldValue& value) {
  return !value_fault(find_field(option_fields(), name), value);
}

std::string message_of(const Options& options) {
  try {
    check(options, option_fields(), "options");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a range says which values it holds, and holds no other") {
    const double inf = std::numeric_limits<double>::infinity();
    CHECK(describe({}) == "");
    CHECK(describe(kPositive) == "above 0");
    CHECK(describe(kNonNegative) == "at least 0");
    CHECK(describe({.low = 0.5, .high = 1.0}) == "0.5 to 1");
    CHECK(describe({.low = 0.0, .high = 1.0, .above_low = true}) == "above 0 to 1");
    CHECK(describe({.low = 0.0, .high = 1.0, .below_high = true}) == "0 to below 1");
    CHECK(describe({.high = 2.0}) == "at most 2");
    CHECK(describe({.high = 2.0, .below_high = true}) == "below 2");
    CHECK(describe({.low = 0.0, .high = 1e12, .special = -1.0}) == "-1 or 0 to 1e+12");
    CHECK_FALSE(contains(kPositive, 0.0));
    CHECK(contains(kPositive, std::numeric_limits<double>::denorm_min()));
    CHECK(contains({.low = 0.0, .high = 1.0}, 1.0));
    CHECK_FALSE(contains({.low = 0.0, .high = 1.0, .below_high = true}, 1.0));
    CHECK(contains({.low = 0.0, .special = -1.0}, -1.0));
    CHECK_FALSE(contains({.low = 0.0, .special = -1.0}, -0.5));
    for (const double none : {inf, -inf, std::nan("")}) {
      CHECK_FALSE(contains({}, none));
    }
  }

  TEST_CASE("every field is read and written through its table, those of parts too") {
    const Options source{0.5, 7, 4294967295U, true, Colour::green, "b", {8.0}};
    Options target;
    for (const auto& field : option_fields()) {
      field.set(target, field.get(source));
    }
    CHECK(target.step_ms == 0.5);
    CHECK(target.count == 7);
    CHECK(target.trial == 4294967295U);
    CHECK(target.dark);
    CHECK(target.colour == Colour::green);
    CHECK(target.engine == "b");
    CHECK(target.part.length_mm == 8.0);
  }

  TEST_CASE("one check decides about kinds, ranges, whole numbers and words") {
    CHECK(accepts("step_ms", 0.0));
    CHECK(accepts("step_ms", std::int64_t{1}));
    CHECK_FALSE(accepts("step_ms", 1e-5));
    CHECK_FALSE(accepts("step_ms", std::string("1")));
    CHECK_FALSE(accepts("step_ms", true));
    CHECK(accepts("count", 2.0));
    CHECK_FALSE(accepts("count", 2.5));
    CHECK_FALSE(accepts("count", std::int64_t{0}));
    CHECK(accepts("count", 2147483647.0));
    CHECK_FALSE(accepts("count", 2147483648.0));
    CHECK(accepts("trial", 4294967295.0));
    CHECK_FALSE(accepts("trial", 4294967296.0));
    CHECK_FALSE(accepts("trial", -1.0));
    CHECK_FALSE(accepts("dark", 1.0));
    CHECK(accepts("colour", std::string("green")));
    CHECK_FALSE(accepts("colour", std::string("blue")));
    CHECK_FALSE(accepts("engine", std::string("")));
  }

  TEST_CASE("a check names the place, the field, what was found and what must hold") {
    CHECK(message_of({}) == "");
    CHECK(message_of({.step_ms = 2.0}) ==
          "options: step_ms: found 2; must be a number, 0 or 0.0001 to 1 ms");
    CHECK(message_of({.count = -1}) ==
          "options: count: found -1; must be an integer, 1 to 2147483647");
    CHECK(message_of({.engine = "c"}) == "options: engine: found 'c'; must be one of a, b");
    CHECK(message_of({.colour = static_cast<Colour>(9)}) ==
          "options: colour: found ''; must be one of red, green");
    CHECK(message_of({.part = {0.0}}) ==
          "options: part.length_mm: found 0; must be a number, above 0");
  }

  TEST_CASE("given values are set by name, and names of other tables passed over") {
    Options options;
    set_given({{"count", 5.0}, {"elsewhere", true}}, option_fields(), options);
    CHECK(options.count == 5);
    CHECK(options.step_ms == 0.25);
    CHECK_THROWS_AS(find_field(option_fields(), "elsewhere"), Error);
  }

  TEST_CASE("words of an enumeration") {
    CHECK(word_of(kColours, Colour::green) == "green");
    CHECK(value_of(kColours, "red", "colour") == Colour::red);
    CHECK_THROWS_WITH_AS(value_of(kColours, "blue", "colour"),
                         "colour: found 'blue'; must be one of red, green", InputError);
  }
}
