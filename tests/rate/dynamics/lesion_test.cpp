#include "rate/dynamics/lesion.hpp"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "rate/dynamics/run.hpp"
#include "rate/models/initialise.hpp"
#include "rate/tasks/driven_task.hpp"
#include "tests/max_abs.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

RateNetwork lesion_network() {
  NetworkOptions options;
  options.units = 20;
  options.connection_probability = 0.5;
  return network_of(make_dale_model(options, 1, 2));
}

std::vector<Eigen::Index> numbers(Eigen::Index from, Eigen::Index until) {
  std::vector<Eigen::Index> units;
  for (Eigen::Index i = from; i < until; ++i) {
    units.push_back(i);
  }
  return units;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a network with a unit removed does what the network without it does") {
    const RateNetwork whole = lesion_network();
    RateNetwork lesioned = whole;
    remove_units(lesioned, std::vector<Eigen::Index>{19});
    RateNetwork smaller = whole;
    smaller.w = whole.w.topLeftCorner(19, 19);
    smaller.w_in = whole.w_in.topRows(19);
    smaller.w_out = whole.w_out.leftCols(19);
    smaller.bias = whole.bias.head(19);
    smaller.tau_ms = whole.tau_ms.head(19);
    smaller.unit_type.resize(19);
    smaller.w_initial = whole.w_initial.topLeftCorner(19, 19);
    const Eigen::MatrixXd input = Eigen::MatrixXd::Constant(1, 60, 0.7);
    const RateNoise quiet{0.0, 1, 0, Purpose::evaluation_noise};
    const Eigen::MatrixXd a = run_rate(lesioned, input, quiet).output;
    const Eigen::MatrixXd b = run_rate(smaller, input, quiet).output;
    CHECK(max_abs(a - b) <= 1e-12);
    CHECK(max_abs(a - run_rate(whole, input, quiet).output) > 1e-6);
    // The weights before training, a control of the mapped network, have the lesion too.
    CHECK(lesioned.w_initial.row(19).isZero(0.0));
    CHECK(lesioned.w_initial.col(19).isZero(0.0));
    CHECK(lesioned.w_initial.topLeftCorner(19, 19) == smaller.w_initial);
    CHECK_FALSE(whole.w_initial.row(19).isZero(0.0));
  }

  TEST_CASE("a fraction of connections is removed, larger fractions remove more of the same") {
    const RateNetwork whole = lesion_network();
    const std::vector<Eigen::Index> from = numbers(0, 8);
    const std::vector<Eigen::Index> to = numbers(5, 20);
    const auto there = (whole.w.block(5, 0, 15, 8).array() != 0.0).count();
    std::set<Eigen::Index> before;
    for (const double fraction : {0.0, 0.25, 0.5, 1.0}) {
      RateNetwork network = whole;
      const Eigen::Index removed = remove_connections(network, from, to, fraction, 3);
      CHECK(removed == std::llround(fraction * static_cast<double>(there)));
      std::set<Eigen::Index> gone;
      for (Eigen::Index i = 0; i < network.w.size(); ++i) {
        if (network.w(i) != whole.w(i)) {
          CHECK(network.w(i) == 0.0);
          CHECK(network.w_initial(i) == 0.0);
          gone.insert(i);
        }
      }
      CHECK(static_cast<Eigen::Index>(gone.size()) == removed);
      CHECK(std::ranges::includes(gone, before));
      before = gone;
    }
    RateNetwork a = whole;
    RateNetwork b = whole;
    remove_connections(a, from, to, 0.5, 3);
    remove_connections(b, from, to, 0.5, 4);
    CHECK(a.w != b.w);
  }

  TEST_CASE("a drive of strength 0 changes nothing, another acts on its units in its window") {
    const Task task("go-nogo");
    RateNetwork network = lesion_network();
    add_drive_input(network, std::vector<Eigen::Index>{3, 7});
    CHECK(network.inputs() == 2);
    CHECK(network.w_in.col(1).sum() == 2.0);
    const Task silent = driven_task(task, 300.0, 400.0, 0.0);
    const Task driven = driven_task(task, 300.0, 400.0, -4.0);
    CHECK(silent.inputs() == 2);
    const Trial plain = task.random_trial(1, 5, Purpose::evaluation_task);
    const Trial trial = driven.random_trial(1, 5, Purpose::evaluation_task);
    CHECK(trial.input.row(0) == plain.input.row(0));
    CHECK(trial.target == plain.target);
    CHECK(trial.condition == plain.condition);
    CHECK(trial.input.row(1).sum() == -4.0 * 20);
    CHECK(trial.input(1, 59) == 0.0);
    CHECK(trial.input(1, 60) == -4.0);
    CHECK(trial.input(1, 79) == -4.0);
    CHECK(trial.input(1, 80) == 0.0);
    const RateNoise noise{0.1, 1, 5, Purpose::evaluation_noise};
    const RateNetwork whole = lesion_network();
    const RateRun free = run_rate(whole, plain.input, noise);
    const Trial none = silent.random_trial(1, 5, Purpose::evaluation_task);
    CHECK(run_rate(network, none.input, noise).x == free.x);
    const RateRun run = run_rate(network, trial.input, noise);
    CHECK(run.x.leftCols(61) == free.x.leftCols(61));
    CHECK(run.x(3, 61) < free.x(3, 61));
    CHECK(run.x(4, 61) == free.x(4, 61));
  }
}
