#include "io/network/network_file.hpp"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "tests/io/network/network_files.hpp"
#include "tests/max_abs.hpp"

using namespace rheobase;
using namespace rheobase::io;
using fixture::golden_matrix;
using fixture::parsed;
using fixture::run_file;

namespace {

constexpr const char* kSmall = R"(step = 0.1
[population.p]
template = "tanh"
size = 3
[run]
steps = 20
[[record]]
signal = "p.v"
)";

/// Samples of the last record.
Eigen::MatrixXd samples_of(const std::string& more) {
  return run_file(parsed(kSmall + more)).recordings.back().values;
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("the example as a file repeats the published program's 10,000 steps") {
    const NetworkFile file = parsed(R"(
step = 1e-3
time_unit = "ms"
[population.rnn]
template = "tanh"
size = 100
[[edge]]
from = "rnn.r"
to = "rnn.r_in"
weights = "seed_example_tanh.mat:J"
[[input]]
to = "rnn.I_ext"
value = 1.0
[run]
duration = 10.0
[[record]]
signal = "rnn.v"
)");
    const network::Observer seen = run_file(file);
    const Eigen::MatrixXd& v = seen["rnn.v"].values;
    REQUIRE(v.cols() == 10000);
    const Eigen::MatrixXd steps = golden_matrix("seed_example_tanh.mat", "steps_sampled");
    const Eigen::MatrixXd expected = golden_matrix("seed_example_tanh.mat", "v_sampled");
    for (Eigen::Index k = 0; k < steps.size(); ++k) {
      CHECK(largest_difference(v.col(static_cast<Eigen::Index>(steps(k))).transpose(),
                               expected.row(k)) <= 1e-10);
    }
  }

  TEST_CASE("parameters, inputs, weights and spikes of a spiking network from .mat fields") {
    const network::Observer seen = run_file(parsed(R"(
step = 1e-3
[population.p]
template = "qif"
size = 10
parameters = {threshold = "spiking_qif.mat:spike_threshold", reset = -100}
[[edge]]
from = "p.s"
to = "p.s_in"
weights = "spiking_qif.mat:J"
[[input]]
to = "p.I_ext"
value = "spiking_qif.mat:I_ext"
[run]
steps = 8000
spikes = true
)"));
    const Eigen::MatrixXd step = golden_matrix("spiking_qif.mat", "spike_step");
    const Eigen::MatrixXd neuron = golden_matrix("spiking_qif.mat", "spike_neuron");
    const double dt = golden_matrix("spiking_qif.mat", "dt")(0);
    REQUIRE(static_cast<Eigen::Index>(seen.spikes.size()) == step.size());
    for (std::size_t k = 0; k < seen.spikes.size(); ++k) {
      const auto at = static_cast<Eigen::Index>(k);
      CHECK(std::lround(seen.spikes[k].time / dt) == static_cast<long>(step(at)));
      CHECK(static_cast<double>(seen.spikes[k].unit) == neuron(at));
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("a file is the network that the library builds from the same description") {
    const NetworkFile file = parsed(R"(
title = "two populations"
step = 0.1
time_unit = "ms"
[population.a]
template = "tanh"
size = 3
parameters = {tau = [5.0, 10.0, 20.0]}
initial = {v = [0.1, 0.2, 0.3]}
noise = {v = 0.05}
[population.b]
size = 2
equations = """
parameter rate = 0.5 [1/ms]
input x
v' = rate*(x - v)
"""
parameters = {rate = 0.25}
[node.out]
function = "tanh"
size = 2
[[edge]]
from = "a.r"
to = "a.r_in"
weights = {kind = "normal", gain = 1.5, seed = 7}
storage = "single"
[[edge]]
from = "a.r"
to = "b.x"
weights = [[1, 0, 2], [0, 1, 0]]
mask = [[1, 1, 0], [1, 1, 1]]
delay = [0.1, 0.2, 0.5]
storage = "sparse"
[[edge]]
from = "b.v"
to = "out"
[[input]]
to = "a.I_ext"
value = [1.0, 0.0, -1.0]
[[input]]
to = "b.x"
pulse = {amplitude = 2.0, start = 1.0, stop = 1.5}
[run]
steps = 30
sampling = 2
cutoff = 4
solver = "heun"
seed = 5
[[record]]
signal = "a.v"
units = [3, 1]
[[record]]
signal = "out"
mean = true
averaged = true
)");
    CHECK(file.title == "two populations");
    using namespace network;
    const Eigen::MatrixXd w = (Eigen::MatrixXd(2, 3) << 1, 0, 2, 0, 1, 0).finished();
    const Eigen::MatrixXd mask = (Eigen::MatrixXd(2, 3) << 1, 1, 0, 1, 1, 1).finished();
    const network::Network built(
        {.step = 0.1,
         .populations = {{.name = "a",
                          .model = "tanh",
                          .size = 3,
                          .parameters = {{"tau", Eigen::Vector3d(5, 10, 20)}},
                          .initial = {{"v", Eigen::Vector3d(0.1, 0.2, 0.3)}},
                          .noise = {{"v", 0.05}}},
                         {.name = "b",
                          .equations = "parameter rate = 0.25\ninput x\nv' = rate*(x - v)",
                          .size = 2}},
         .functions = {{.name = "out", .function = NodeFunction::tanh, .size = 2}},
         .edges = {{.source = "a.r",
                    .target = "a.r_in",
                    .weights = normal_connectivity(1.5, 7, 0),
                    .storage = Storage::single_precision},
                   {.source = "a.r",
                    .target = "b.x",
                    .weights = SparseWeights(w.sparseView()),
                    .mask = mask,
                    .delay = Eigen::Vector3d(0.1, 0.2, 0.5)},
                   {.source = "b.v", .target = "out"}},
         .inputs = {{.target = "a.I_ext"}, {.target = "b.x", .columns = 1}}});
    Eigen::MatrixXd inputs = Eigen::MatrixXd::Zero(30, 4);
    inputs.leftCols(3).rowwise() = Eigen::RowVector3d(1, 0, -1);
    inputs.col(3).segment(10, 5).setConstant(2.0);
    CHECK(file.inputs == inputs);
    NetworkState state = initial_state(built);
    const Observer expected = run(built, state, inputs,
                                  {.sampling = 2,
                                   .cutoff = 4,
                                   .solver = "heun",
                                   .probes = {{.signal = "a.v", .units = {2, 0}},
                                              {.signal = "out", .mean = true, .averaged = true}},
                                   .seed = 5});
    const Observer found = run_file(file);
    CHECK(found.times == expected.times);
    REQUIRE(found.recordings.size() == 2);
    CHECK(found.recordings[0].values == expected.recordings[0].values);
    CHECK(found.recordings[0].units == expected.recordings[0].units);
    CHECK(found.recordings[1].values == expected.recordings[1].values);
    CHECK(build_network(file).time_unit() == "ms");
  }

  TEST_CASE("inputs: numbers, numbers a unit, rows a step, pulses and sines, which add up") {
    const std::string to = "[[input]]\nto = \"p.I_ext\"\n";
    const Eigen::MatrixXd one = samples_of(to + "value = 0.5\n");
    CHECK(one.isApprox(samples_of(to + "value = [0.5, 0.5, 0.5]\n"), 0.0));
    CHECK(samples_of(to + "value = 0.25\n" + to + "value = 0.25\n") == one);
    CHECK(samples_of(to + "pulse = {amplitude = 0.5, stop = 100}\n") == one);
    CHECK(samples_of(to + "sine = {amplitude = 0.0, offset = 0.5, period = 3}\n") == one);
    CHECK(samples_of(to + "value = 0.0\n").isZero(0.0));
    // The first of dv = dt I(t): a sine of period 4 steps.
    const Eigen::MatrixXd wave = samples_of(to + "sine = {period = 0.4}\n");
    const double kept = 1.0 - 0.1 / 10.0;
    CHECK(std::abs(wave(0, 2) - 0.1) <= 1e-15);
    CHECK(std::abs(wave(0, 3) - 0.1 * kept) <= 1e-15);
    CHECK(std::abs(wave(0, 4) - (0.1 * kept * kept - 0.1)) <= 1e-15);
    const NetworkFile rows = parsed("step = 0.1\n[population.p]\ntemplate = \"tanh\"\nsize = 2\n" +
                                    to + "values = [[1, 2], [3, 4], [5, 6]]\n");
    CHECK(rows.run.steps == 3);
    CHECK(rows.inputs == (Eigen::MatrixXd(3, 2) << 1, 2, 3, 4, 5, 6).finished());
  }

  TEST_CASE("makers of weights") {
    const auto weights = [](const std::string& maker, Eigen::Index size) {
      const NetworkFile file = parsed(
          "step = 0.1\n[population.p]\ntemplate = \"tanh\"\nsize = " + std::to_string(size) +
          "\n[run]\nsteps = 1\n[[edge]]\nfrom = \"p.r\"\nto = \"p.r_in\"\nweights = " + maker);
      return build_network(file).edges()[0].coupling.dense();
    };
    CHECK(weights("0.5", 3) == Eigen::MatrixXd::Constant(3, 3, 0.5));
    CHECK(weights("{kind = \"one_to_one\", weight = 2}", 3) ==
          2.0 * Eigen::MatrixXd::Identity(3, 3));
    const Eigen::MatrixXd normal = weights("{kind = \"normal\", standard_deviation = 2.0}", 200);
    // 40,000 normal numbers: 5 standard errors of mean and variance.
    CHECK(std::abs(normal.mean()) <= 5.0 * 2.0 / 200.0);
    CHECK(std::abs(normal.squaredNorm() / 40000.0 / 4.0 - 1.0) <= 5.0 * std::sqrt(2.0) / 200.0);
    CHECK(normal != weights("{kind = \"normal\", standard_deviation = 2.0, seed = 2}", 200));
    const Eigen::MatrixXd random =
        weights("{kind = \"random\", probability = 0.1, weight = 3, normalised = true}", 50);
    CHECK((random.array() != 0.0).rowwise().count().cast<double>().matrix() ==
          Eigen::VectorXd::Constant(50, 5.0));
    CHECK(max_abs(random.rowwise().sum().array() - 3.0) <= 1e-14);
    const Eigen::MatrixXd balanced = weights(
        "{kind = \"random_normal\", probability = 0.2, standard_deviation = 1, balanced = true}",
        40);
    CHECK(max_abs(balanced.rowwise().sum()) <= 1e-13);
    const Eigen::MatrixXd ring = weights("{kind = \"gaussian\", standard_deviation = 2}", 30);
    CHECK(std::abs(ring(0, 29) - ring(0, 1)) <= 1e-15);
    CHECK(weights("{kind = \"gaussian\", standard_deviation = 2, ring = false}", 30)(0, 29) == 0.0);
  }

  TEST_CASE("storage is what the file says, whatever makes the weights") {
    const auto edge = [](const std::string& weights, const std::string& storage) {
      const NetworkFile file = parsed(
          "step = 0.1\n[population.p]\ntemplate = \"tanh\"\nsize = 30\n[run]\nsteps = 1\n[[edge]]\n"
          "from = \"p.r\"\nto = \"p.r_in\"\nweights = " +
          weights + "\nstorage = \"" + storage + "\"");
      return build_network(file).edges()[0].coupling;
    };
    const std::string drawn =
        "{kind = \"random_normal\", probability = 0.2, standard_deviation = 1}";
    const Eigen::MatrixXd exact = edge(drawn, "sparse").dense();
    CHECK(edge(drawn, "sparse").connections() == 30 * 6);
    CHECK(edge(drawn, "dense").connections() == 30 * 30);
    CHECK(edge(drawn, "dense").dense() == exact);
    CHECK(edge(drawn, "single").dense() == exact.cast<float>().cast<double>());
    CHECK(edge(drawn, "single").dense() != exact);
    const std::string normal = "{kind = \"normal\", gain = 1}";
    CHECK(edge(normal, "sparse").dense() == edge(normal, "dense").dense());
  }

  TEST_CASE("options of the run in place of the file's") {
    const NetworkFile file = parse_network_file(
        kSmall, "net.toml", ".",
        {{"steps", std::int64_t{7}}, {"solver", std::string("rk4")}, {"seed", std::int64_t{9}}});
    CHECK(file.run.steps == 7);
    CHECK(file.run.solver == "rk4");
    CHECK(file.run.seed == 9);
    // No number of steps is as many as the inputs have rows, where they have.
    const auto none = [](const std::string& input) {
      return parse_network_file(std::string(kSmall) + input, "net.toml", ".",
                                {{"steps", std::int64_t{0}}})
          .run.steps;
    };
    CHECK(none("[[input]]\nto = \"p.I_ext\"\nvalues = [[1], [2], [3]]\n") == 3);
    CHECK_THROWS_WITH_AS(
        none(""),
        "--steps: found 0; must be at least 1: no input of net.toml has a value for "
        "every step",
        InputError);
  }
}
