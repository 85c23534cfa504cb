#include "io/mat/trials_file.hpp"

#include <cmath>
#include <limits>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "io/mat/atomic_file.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

using Eigen::MatrixXd;

/// One trial of 2 inputs and 5 steps.
MatFields one_trial() {
  MatFields fields;
  fields.matrix("u", MatrixXd::Random(2, 5));
  fields.matrix("z", MatrixXd::Random(5, 1));
  return fields;
}

std::string refusal_of_trials(const MatFields& fields) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "trials.mat";
  write_mat(path, fields, MatVersion::level5);
  const std::string message = input_error_of([&] { read_trials(path); });
  const std::string file = path.string() + ": ";
  REQUIRE(message.starts_with(file));
  return message.substr(file.size());
}

/// A numeric array of a file in memory.
MatArray array_of(const std::string& name, std::vector<std::size_t> dims) {
  std::size_t count = 1;
  for (const std::size_t extent : dims) {
    count *= extent;
  }
  return {name, "double", std::move(dims), false, std::vector<double>(count, 0.5), {}};
}

std::string refusal_of_arrays(std::vector<MatArray> arrays) {
  return input_error_of([&] { parse_trials(MatFile(std::move(arrays), "t.mat")); });
}

/// Two trials in cells of these shapes.
std::string refusal_of_cells(const std::vector<std::size_t>& u1, const std::vector<std::size_t>& z1,
                             const std::vector<std::size_t>& u2,
                             const std::vector<std::size_t>& z2) {
  return refusal_of_arrays({{"u", "cell", {1, 2}, false, {}, {}},
                            {"z", "cell", {1, 2}, false, {}, {}},
                            array_of("u{1}", u1),
                            array_of("u{2}", u2),
                            array_of("z{1}", z1),
                            array_of("z{2}", z2)});
}

MatFields with(const std::string& name, const MatrixXd& values) {
  MatFields fields = name == "u" || name == "z" ? without(one_trial(), name) : one_trial();
  fields.matrix(name, values);
  return fields;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE(
      "the hash of trials is that of their contents: not of the format or the hour of saving") {
    const auto hash_of_file = [](const std::filesystem::path& path) {
      return read_trials(path).split->hash;
    };
    const std::filesystem::path data = RHEOBASE_IO_TEST_DATA;
    const std::string hash = hash_of_file(data / "trials_v5.mat");
    CHECK(hash.size() == 64);
    CHECK(hash_of_file(data / "trials_v73.mat") == hash);

    const TemporaryFolder folder;
    std::vector<std::byte> bytes = read_bytes(data / "trials_v5.mat");
    for (std::size_t k = 50; k < 60; ++k) {
      bytes[k] = std::byte{'#'};  // text of the header: program and date
    }
    const std::filesystem::path again = folder / "again.mat";
    write_atomically(again, bytes);
    CHECK(hash_of_file(again) == hash);
  }

  TEST_CASE("labels that are large numbers stay apart") {
    const TemporaryFolder folder;
    MatFields fields;
    fields.matrix("u", MatrixXd::Random(2, 5));
    fields.matrix("z", MatrixXd::Random(5, 1));
    fields.number("label", 20260101.0);
    write_mat(folder / "trials.mat", fields, MatVersion::level5);
    CHECK(read_trials(folder / "trials.mat").conditions ==
          std::vector<std::string>{"label-20260101"});
  }

  TEST_CASE("every part that a network learns from is in the hash of trials, pictures are not") {
    const TemporaryFolder folder;
    const std::filesystem::path path = folder / "trials.mat";
    const auto hash_with = [&](auto&& change) {
      MatFields fields;
      MatrixXd u = MatrixXd::Constant(2, 5, 0.5), z = MatrixXd::Zero(5, 1);
      change(fields, u, z);
      fields.matrix("u", u);
      fields.matrix("z", z);
      write_mat(path, fields, MatVersion::level5);
      return read_trials(path).split->hash;
    };
    const std::string plain = hash_with([](auto&&...) {});
    CHECK(hash_with([](auto&&...) {}) == plain);
    CHECK(hash_with([](auto& fields, auto&&...) { fields.text("title", "mine"); }) == plain);
    CHECK(hash_with([](auto&, auto&, auto& z) { z(2) = -0.0; }) == plain);
    std::set<std::string> hashes{plain};
    hashes.insert(hash_with([](auto&, auto& u, auto&) { u(1, 4) = std::nextafter(0.5, 1.0); }));
    hashes.insert(hash_with([](auto&, auto&, auto& z) { z(2) = 1.0; }));
    hashes.insert(hash_with([](auto&, auto&, auto& z) { z(2) = NAN; }));
    hashes.insert(hash_with([](auto& fields, auto&&...) { fields.text("label", "left"); }));
    hashes.insert(hash_with([](auto& fields, auto&&...) { fields.number("step_ms", 2.0); }));
    hashes.insert(hash_with([](auto& fields, auto&&...) {
      fields.matrix("score_window_ms", Eigen::RowVector2d(5.0, 20.0));
    }));
    CHECK(hashes.size() == 7);
  }

  TEST_CASE("trials of both levels arrive with every number in its place") {
    for (const char* name : {"trials_v5.mat", "trials_v73.mat"}) {
      CAPTURE(name);
      const RecordedTrials recorded =
          read_trials(std::filesystem::path(RHEOBASE_IO_TEST_DATA) / name);
      REQUIRE(recorded.trials.size() == 6);
      CHECK(recorded.conditions == std::vector<std::string>{"label--5", "label-0", "label-5"});
      for (int k = 0; k < 6; ++k) {
        const Trial& trial = recorded.trials[static_cast<std::size_t>(k)];
        CHECK(trial.condition == k % 3);
        REQUIRE(trial.input.rows() == 2);
        REQUIRE(trial.input.cols() == 12);
        for (int s = 0; s < 12; ++s) {
          CHECK(trial.input(0, s) == 100.0 * k + s);
          CHECK(trial.input(1, s) == 100.0 * k + s + 0.5);
          CHECK(trial.target(s) == (s < 6 ? 0 : k % 3 - 1));
        }
      }
      REQUIRE(recorded.score_window_ms);
      CHECK(*recorded.score_window_ms == std::pair{40.0, 60.0});
    }
  }

  TEST_CASE("one trial without labels is one condition") {
    const TemporaryFolder folder;
    write_mat(folder / "one.mat", one_trial(), MatVersion::level73);
    const RecordedTrials recorded = read_trials(folder / "one.mat");
    CHECK(recorded.trials.size() == 1);
    CHECK(recorded.conditions == std::vector<std::string>{"trial"});
    CHECK_FALSE(recorded.score_window_ms);
  }

  TEST_CASE("a file of another form is refused with field, shape and rule") {
    CHECK(
        refusal_of_trials(without(one_trial(), "u")) ==
        "field 'u': found no such field; must be inputs x T x trials of real numbers, or a cell a "
        "trial");
    CHECK(refusal_of_arrays({{"u", "cell", {1, 1}, false, {}, {}},
                             array_of("u{1}", {2, 5}),
                             {"Z", "cell", {1, 1}, false, {}, {}},
                             array_of("Z{1}", {1, 5})}) ==
          "t.mat: field 'z': found no such field, the nearest is 'Z'; must be a cell a trial as u: "
          "1");
    CHECK(refusal_of_trials(without(one_trial(), "z"))
              .find("must be 5 numbers or outputs x 5, as in u") != std::string::npos);
    CHECK(refusal_of_trials(with("z", MatrixXd::Zero(4, 1))) ==
          "field 'z': found 4 x 1 double; must be 5 numbers or outputs x 5, as in u");
    CHECK(refusal_of_trials(with("u", MatrixXd::Zero(2, 1))) ==
          "field 'u': found 2 x 1 double; must be inputs x T x trials with at least 1 input, 2 "
          "steps and 1 trial; is it transposed?");
    CHECK(refusal_of_trials(with("label", MatrixXd::Zero(2, 1))) ==
          "field 'label': found 2 x 1 double; must hold one number or text a trial: 1");
    CHECK(refusal_of_trials(with("label", MatrixXd::Constant(1, 1, 0.5))) ==
          "field 'label': found 0.5; must be a whole number, or text");
    CHECK(refusal_of_trials(
              with("label", MatrixXd::Constant(1, 1, std::numeric_limits<double>::quiet_NaN()))) ==
          "field 'label': found nan; must be a whole number, or text");
    CHECK(refusal_of_trials(with("score_window_ms", MatrixXd::Zero(1, 3))) ==
          "field 'score_window_ms': found 1 x 3 double; must be two numbers, start and end in ms");
    MatFields words = without(one_trial(), "u");
    words.text("u", "trials");
    CHECK(refusal_of_trials(words).starts_with("field 'u': found "));
  }

  TEST_CASE("transposed: the field whose dimensions are in another order is named") {
    // Cells: all T x inputs, u alone, one u alone, z alone, and what is only wrong.
    CHECK(refusal_of_cells({100, 2}, {100, 2}, {80, 2}, {80, 2}) ==
          "t.mat: field 'u{2}': found 80 x 2 double; must be inputs x T with 100 inputs as u{1}, "
          "and at least 2 steps; is it transposed?");
    CHECK(refusal_of_cells({100, 2}, {2, 100}, {80, 2}, {2, 80}) ==
          "t.mat: field 'u{1}': found 100 x 2 double; must be inputs x T with T = 100 as in z; is "
          "it transposed?");
    CHECK(refusal_of_cells({100, 2}, {100, 1}, {80, 2}, {80, 1})
              .starts_with("t.mat: field 'u{1}': found 100 x 2 double; must be inputs x T"));
    CHECK(refusal_of_cells({2, 100}, {2, 100}, {80, 2}, {2, 80})
              .ends_with("with 2 inputs as u{1}, and at least 2 steps; is it transposed?"));
    CHECK(refusal_of_cells({2, 100}, {100, 3}, {2, 80}, {80, 3}) ==
          "t.mat: field 'z{1}': found 100 x 3 double; must be 100 numbers or outputs x 100, as in "
          "u; is it transposed?");
    CHECK(refusal_of_cells({2, 100}, {3, 100}, {2, 80}, {3, 79}) ==
          "t.mat: field 'z{2}': found 3 x 79 double; must be 80 numbers or outputs x 80, as in u");
    CHECK(refusal_of_cells({2, 100}, {3, 100}, {3, 80}, {3, 80}) ==
          "t.mat: field 'u{2}': found 3 x 80 double; must be inputs x T with 2 inputs as u{1}, and "
          "at least 2 steps");
    // Arrays.
    const auto arrays = [](const std::vector<std::size_t>& u, const std::vector<std::size_t>& z) {
      return refusal_of_arrays({array_of("u", u), array_of("z", z)});
    };
    CHECK(arrays({100, 2}, {3, 100}).starts_with("t.mat: field 'u': found 100 x 2 double"));
    CHECK(
        arrays({100, 2, 48}, {3, 100, 48}) ==
        "t.mat: field 'u': found 100 x 2 x 48 double; must be inputs x T with T = 100 as in z; is "
        "it transposed?");
    CHECK(arrays({100, 2, 48}, {100, 48}).starts_with("t.mat: field 'u': found 100 x 2 x 48"));
    CHECK(arrays({48, 100, 2}, {100, 48}) ==
          "t.mat: field 'u': found 48 x 100 x 2 double; must be inputs x T x trials, T x trials = "
          "100 x 48 as in z; is it transposed?");
    CHECK(arrays({2, 100, 48}, {48, 100}) ==
          "t.mat: field 'z': found 48 x 100 double; must be T x trials as in u: 100 x 48; is it "
          "transposed?");
    CHECK(arrays({48, 100, 2}, {48, 100, 3}).ends_with("are they trials x T x channels?"));
    CHECK(arrays({2, 100, 48}, {48, 100, 3}).ends_with("outputs x 100 x 48; is it transposed?"));
    CHECK(arrays({2, 100, 48}, {3, 99, 48}) ==
          "t.mat: field 'z': found 3 x 99 x 48 double; must be outputs x T x trials as in u: "
          "outputs x 100 x 48");
    CHECK(arrays({2, 100, 48}, {99, 48}) ==
          "t.mat: field 'z': found 99 x 48 double; must be T x trials as in u: 100 x 48");
    CHECK(refusal_of_arrays({array_of("u", {48, 100, 2}), array_of("z", {48, 100, 2}),
                             array_of("label", {1, 48})})
              .starts_with("t.mat: field 'u': found 48 x 100 x 2 double; must be inputs x T x "
                           "trials with 48 trials as in label"));
    CHECK(refusal_of_arrays(
              {array_of("u", {2, 100, 48}), array_of("z", {100, 48}), array_of("label", {1, 2})}) ==
          "t.mat: field 'label': found 1 x 2 double; must hold one number or text a trial: 48");
  }

  TEST_CASE("numbers of the trials without a name are refused") {
    CHECK(refusal_of_trials(with("values", MatrixXd::Zero(1, 1))) ==
          "field 'values': found 1 x 1 double; must be a structure with one number a trial in "
          "every member, such as values.coherence");
  }

  TEST_CASE("a misspelt optional field is doubted, another field is not") {
    const auto doubts = [](const std::string& name) {
      return parse_trials(
                 MatFile({array_of("u", {2, 100}), array_of("z", {1, 100}), array_of(name, {1, 2})},
                         "t.mat"))
          .doubts;
    };
    CHECK(doubts("stimulus_window_ms") ==
          std::vector<std::string>{"field 'stimulus_window_ms' is not known and has no effect; did "
                                   "you mean 'stimulus_windows_ms'?"});
    CHECK(doubts("labels").size() == 1);
    CHECK(doubts("step").size() == 1);
    CHECK(doubts("stepMS").size() == 1);
    for (const char* name : {"lables", "vals", "value", "score_window_msec", "steps_ms", "titles",
                             "input_name", "stimulus_window"}) {
      CAPTURE(name);
      CHECK(doubts(name).size() == 1);
    }
    for (const char* name : {"steps", "stop", "lab", "inputs", "stimulus", "score", "_ms", "s"}) {
      CAPTURE(name);
      CHECK(doubts(name).empty());
    }
    CHECK(doubts("score_window_ms").empty());
    CHECK(doubts("subject").empty());
    CHECK(doubts("w").empty());
  }
}
