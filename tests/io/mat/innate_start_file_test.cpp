#include "io/mat/innate_start_file.hpp"

#include <limits>

#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "rate/learning/innate/stroke_path.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::rate;
using namespace rheobase::test;

namespace {

/// Three units, two of them plastic, one trajectory of 8 steps.
MatFields small_start() {
  MatFields fields;
  fields.matrix("W_rec0", Eigen::Matrix3d{{0.0, 1.0, 0.0}, {2.0, 0.0, 0.5}, {0.0, -1.0, 0.0}});
  fields.matrix("W_in", Eigen::MatrixXd::Ones(3, 2));
  fields.matrix("W_out0", Eigen::RowVector3d(1.0, 2.0, 3.0));
  fields.matrix("mask", Eigen::Matrix<double, 2, 3>{{0.0, 1.0, 1.0}, {1.0, 0.0, 1.0}});
  fields.matrix("target", Eigen::VectorXd::LinSpaced(8, 0.0, 7.0));
  fields.number("t_offset", 1.0);
  fields.number("d_stim", 2.0);
  fields.number("stim_amp", 5.0);
  fields.number("d_traj", 4.0);
  fields.number("t_relax", 1.0);
  return fields;
}

std::string start_message_of(const MatFields& fields) {
  const std::vector<std::byte> bytes = bytes_of(fields, MatVersion::level5);
  return input_error_of([&] { parse_innate_start(bytes, "s.mat"); });
}

std::string start_message_with(const std::string& name, const Eigen::MatrixXd& values) {
  MatFields fields = without(small_start(), name);
  fields.matrix(name, values);
  return start_message_of(fields);
}

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a start has the trial that its fields describe") {
    MatFields fields = small_start();
    fields.number("pert_start", 3.0);
    fields.number("pert_len", 2.0);
    fields.number("pert_amp", 0.5);
    fields.matrix("x0", Eigen::MatrixXd::Constant(4, 3, 0.25));
    const InnateStart start = parse_innate_start(bytes_of(fields, MatVersion::level5), "s.mat");
    REQUIRE(start.trials.size() == 1);
    const InnateTrial& trial = start.trials[0];
    CHECK(trial.steps == 8);
    CHECK(trial.cue.at(1) == 5.0);
    CHECK(trial.cue.at(0) == 0.0);
    CHECK(trial.cue.at(3) == 0.0);
    CHECK(trial.window_start == 3);
    CHECK(trial.window_stop == 7);
    CHECK(trial.perturbation.at(2) == 0.0);
    CHECK(trial.perturbation.at(3) == 0.5);
    CHECK(trial.perturbation.at(5) == 0.0);
    CHECK(trial.perturbation.channel == 1);
    CHECK(trial.target == Eigen::RowVectorXd::LinSpaced(8, 0.0, 7.0));
    CHECK(start.network.plastic_units == 2);
    CHECK(start.network.presynaptic == PresynapticLists{{1, 2}, {0, 2}, {1}});
    CHECK(start.network.tau_ms == 10.0);
    CHECK(start.x0.rows() == 4);
  }

  TEST_CASE("paths a and b are two trajectories with channels of their own") {
    const InnateStart start =
        read_innate_start(std::string(RHEOBASE_IO_TEST_DATA) + "/../rls/innate_two_paths_n100.mat");
    REQUIRE(start.trials.size() == 2);
    CHECK(start.names == std::vector<std::string>{"a", "b"});
    CHECK(start.trials[0].steps == 530);
    CHECK(start.trials[1].steps == 470);
    CHECK(start.trials[1].cue.channel == 2);
    CHECK(start.trials[1].perturbation.channel == 3);
    CHECK(start.trials[1].perturbation.start == 300);
    CHECK(start.trials[0].target.col(149).isZero(0.0));
    CHECK(!start.trials[0].target.col(200).isZero(0.0));
    CHECK(!start.trials[0].target.col(479).isZero(0.0));
    CHECK(start.trials[0].target.col(480).isZero(0.0));
    CHECK(start.network.plastic_units == 60);
    CHECK(start.x0.rows() == 20);
  }

  TEST_CASE("what is wrong with a start is said in one line") {
    CHECK(start_message_of(without(small_start(), "W_rec0")) ==
          "s.mat: field 'W_rec0': found no such field; must be N x N, the weights before training");
    CHECK(start_message_with("target", Eigen::VectorXd::Zero(9)) ==
          "s.mat: field 'target': found 9 x 1 double; must be T x outputs, 8 x 1");
    Eigen::VectorXd target = Eigen::VectorXd::Zero(8);
    target[4] = kNotANumber;
    CHECK(start_message_with("target", target) ==
          "s.mat: field 'target': found nan at (5, 1); must be finite");
    CHECK(start_message_with("mask", Eigen::MatrixXd::Ones(4, 3)) ==
          "s.mat: field 'mask': found 4 x 3; must have a row a plastic unit, at most as many as "
          "W_rec, and a column a unit");
    CHECK(
        start_message_with("mask", Eigen::Matrix<double, 2, 3>{{0.0, 0.0, 1.0}, {1.0, 0.0, 1.0}}) ==
        "s.mat: field 'W_rec0': found 1 from unit 2 to unit 1 (counted from 1); must be 0 where "
        "the "
        "mask is 0");
    CHECK(start_message_with("W_in", Eigen::MatrixXd::Ones(3, 1)) ==
          "s.mat: field 'W_in': found 1 input; must have 2: a cue and a perturbation for each of "
          "1 trajectories");
    CHECK(start_message_with("d_traj", Eigen::MatrixXd::Constant(1, 1, 4.5)) ==
          "s.mat: field 'd_traj': found 4.5 ms; must be a whole number of steps of 1 ms");
    CHECK(start_message_with("d_traj", Eigen::RowVector2d(4.0, 4.0)) ==
          "s.mat: field 'd_traj': found 1 x 2 double; must be the window in ms, 1 number");
    MatFields fields = without(small_start(), "mask");
    fields.number("N_plastic", 4.0);
    CHECK(start_message_of(fields) ==
          "s.mat: field 'N_plastic': found 4; must be a number of units, 0 to N = 3, where there "
          "is no mask");
    fields = small_start();
    fields.number("N_plastic", 4.0);
    CHECK(start_message_of(fields) ==
          "s.mat: field 'N_plastic': found 4; must be the 2 rows of the mask");
    fields = small_start();
    fields.matrix("x0", Eigen::MatrixXd::Zero(4, 2));
    CHECK(start_message_of(fields) ==
          "s.mat: field 'x0': found 4 x 2 double; must be trials x N with N = 3");
  }

  TEST_CASE("paths of a file of handwriting targets") {
    const TemporaryFolder folder;
    MatFields fields;
    fields.matrix("chaos", word_path("chaos"));
    fields.matrix("neuron", word_path("neuron"));
    fields.matrix("tall", Eigen::MatrixXd::Zero(100, 2));
    fields.matrix("single", Eigen::MatrixXd::Zero(1, 50));
    Eigen::MatrixXd broken = word_path("chaos");
    broken(1, 7) = kNotANumber;
    fields.matrix("broken", broken);
    write_mat(folder / "t.mat", fields, MatVersion::level5);
    const auto read = [&](std::vector<std::string> names) {
      return read_paths(folder / "t.mat", names);
    };
    const std::vector<Eigen::MatrixXd> paths = read({"neuron", "chaos"});
    CHECK(paths[0] == word_path("neuron"));
    CHECK(paths[1] == word_path("chaos"));
    const std::string where = (folder / "t.mat").string();
    CHECK(input_error_of([&] { read({"broken"}); }) ==
          where + ": field 'broken': found nan at (2, 8); must be finite");
    CHECK(input_error_of([&] { read({"tall"}); }) ==
          where + ": field 'tall': found 100 x 2; must be outputs x steps, a column a step");
    CHECK(input_error_of([&] {
            read({"chaos", "single"});
          }) == where + ": field 'single': found 1 x 50; must have 2 rows as chaos");
    CHECK(input_error_of([&] {
            read({"chaos", "neurone"});
          }).starts_with(where + ": field 'neurone': found no such field"));
  }
}
