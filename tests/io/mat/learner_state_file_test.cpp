#include "io/mat/learner_state_file.hpp"

#include <cstring>
#include <limits>

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "io/mat/atomic_file.hpp"
#include "tests/fuzz/mutate.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::test;

namespace {

constexpr const char* kKind = "innate";

LearnerState small_state() {
  using Limits = std::numeric_limits<double>;
  return {kKind,
          3,
          {{"P_rec", {1.0, -0.0, 0.1F, 1e-38F, 3.5}},
           {"W_out", {1.0 / 3.0, Limits::denorm_min(), Limits::max(), -0.0}},
           {"nothing_yet", {}},
           {"one", {-7.25}},
           {"beyond_single", {1e300}},
           {std::string(63, 'n'), {1.0, 2.0}}}};
}

void check_same(const LearnerState& a, const LearnerState& b) {
  CHECK(a.kind == b.kind);
  CHECK(a.version == b.version);
  REQUIRE(a.arrays.size() == b.arrays.size());
  for (std::size_t i = 0; i < a.arrays.size(); ++i) {
    CHECK(a.arrays[i].name == b.arrays[i].name);
    REQUIRE(a.arrays[i].values.size() == b.arrays[i].values.size());
    CHECK(std::memcmp(a.arrays[i].values.data(), b.arrays[i].values.data(),
                      a.arrays[i].values.size() * sizeof(double)) == 0);
  }
}

MatFields fields_of(const LearnerState& state) {
  MatFields fields;
  add_learner_state(fields, state);
  return fields;
}

/// The message on reading a file of these fields.
std::string message_of(const MatFields& fields) {
  const std::vector<std::byte> bytes = bytes_of(fields, MatVersion::level5);
  return input_error_of([&] { parse_learner_state(bytes, "c.mat", kKind, 3); });
}

MatFields with(MatFields fields, const std::string& name, const Eigen::MatrixXd& values) {
  fields = without(fields, name);
  fields.matrix(name, values);
  return fields;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a learner's state comes back bit for bit, in its order, at both levels") {
    const LearnerState state = small_state();
    const TemporaryFolder folder;
    write_learner_state(folder / "c.mat", state);
    check_same(read_learner_state(folder / "c.mat", kKind, 3), state);
    CHECK(folder.names() == std::vector<std::string>{"c.mat"});
    const std::vector<std::byte> hdf5 = bytes_of(fields_of(state), MatVersion::level73);
    const LearnerState back = parse_learner_state(hdf5, "c.mat", kKind, 3);
    CHECK(back.arrays.size() == state.arrays.size());
    CHECK(rate::named_array(back.arrays, "W_out", 4) == state.arrays[1].values);
    const LearnerState empty{kKind, 1, {}};
    write_learner_state(folder / "c.mat", empty);
    check_same(read_learner_state(folder / "c.mat", kKind, 1), empty);
  }

  TEST_CASE("numbers of single precision are stored as such, others are not") {
    const MatFile file(bytes_of(fields_of(small_state()), MatVersion::level5), "c.mat");
    CHECK(file.find("learner_arrays.P_rec")->class_name == "single");
    CHECK(file.find("learner_arrays.one")->class_name == "single");
    CHECK(file.find("learner_arrays.W_out")->class_name == "double");
    CHECK(file.find("learner_arrays.beyond_single")->class_name == "double");
  }

  TEST_CASE("a state lives beside other fields of a file") {
    MatFields fields = fields_of(small_state());
    fields.number("tau_ms", 10.0);
    fields.text("note", "mine");
    const MatFile file(bytes_of(fields, MatVersion::level5), "c.mat");
    CHECK(holds_learner_state(file));
    check_same(read_learner_state(file, kKind, 3), small_state());
  }

  TEST_CASE("a file that holds no such state is refused in one line") {
    MatFields other;
    other.number("w", 1.0);
    CHECK(message_of(other) ==
          "c.mat: field 'learner_state': found a file without it; must be the state of a learner "
          "of kind 'innate'");
    LearnerState force = small_state();
    force.kind = "force";
    CHECK(message_of(fields_of(force)) ==
          "c.mat: field 'learner_state.kind': found 'force'; must be the state of a learner of "
          "kind 'innate'");
    LearnerState newer = small_state();
    newer.version = 4;
    CHECK(message_of(fields_of(newer)) ==
          "c.mat: field 'learner_state.version': found 4; must be 3, the version that this "
          "program reads");
  }

  TEST_CASE("arrays that are not columns of finite numbers, or not as many, are refused") {
    const MatFields fields = fields_of(small_state());
    CHECK(message_of(without(fields, "learner_arrays.one")) ==
          "c.mat: field 'learner_arrays': found 5 arrays; must have 6, as learner_state.arrays "
          "says");
    MatFields more = fields;
    more.number("learner_arrays.extra", 1.0);
    CHECK(message_of(more) ==
          "c.mat: field 'learner_arrays': found 7 arrays; must have 6, as learner_state.arrays "
          "says");
    CHECK(message_of(with(fields, "learner_arrays.one", Eigen::MatrixXd::Ones(2, 3))) ==
          "c.mat: field 'learner_arrays.one': found 2 x 3 numbers; must be a column of finite "
          "numbers");
    const Eigen::Vector2d broken(1.0, std::numeric_limits<double>::quiet_NaN());
    CHECK(message_of(with(fields, "learner_arrays.one", broken)) ==
          "c.mat: field 'learner_arrays.one': found nan at 2; must be a column of finite numbers");
    MatFields text = without(fields, "learner_arrays.one");
    text.text("learner_arrays.one", "1");
    CHECK(message_of(text) ==
          "c.mat: field 'learner_arrays.one': found 1 x 1 char; must be a column of finite "
          "numbers");
    CHECK(message_of(with(fields, "learner_state.arrays", Eigen::MatrixXd::Constant(1, 1, 0.5))) ==
          "c.mat: field 'learner_state.arrays': found 0.5; must be the number of arrays");
  }

  TEST_CASE("what could not be read again is not written, and the old file stays") {
    const TemporaryFolder folder;
    write_learner_state(folder / "c.mat", small_state());
    const auto message = [&](const rate::NamedArray& array) {
      LearnerState state = small_state();
      state.arrays.push_back(array);
      return input_error_of([&] { write_learner_state(folder / "c.mat", state); });
    };
    const std::string rule =
        "must begin with a letter and have letters, digits and underscores, at most 63";
    CHECK(message({"1P", {}}) == "learner's state: name of an array: found '1P'; " + rule);
    CHECK(message({"P.q", {}}) == "learner's state: name of an array: found 'P.q'; " + rule);
    CHECK(message({"", {}}) == "learner's state: name of an array: found ''; " + rule);
    CHECK(message({std::string(64, 'a'), {}}).ends_with(rule));
    CHECK(message({"one", {2.0}}) ==
          "learner's state: field 'one': found it twice; must be there once");
    CHECK(message({"x", {0.0, std::numeric_limits<double>::infinity()}}) ==
          "learner's state: field 'x': found inf at 2; must be finite");
    check_same(read_learner_state(folder / "c.mat", kKind, 3), small_state());
  }

  TEST_CASE("no damage to a learner's state does more than a refusal") {
    const std::vector<std::byte> original = bytes_of(fields_of(small_state()), MatVersion::level5);
    int refused = 0;
    for (std::uint32_t i = 0; i < 100; ++i) {
      RandomStream random(20, i, Purpose::task);
      try {
        parse_learner_state(mutate(original, random), "mutant.mat", kKind, 3);
      } catch (const InputError& error) {
        CHECK(std::string(error.what()).find('\n') == std::string::npos);
        ++refused;
      }
    }
    CHECK(refused > 10);
  }
}
