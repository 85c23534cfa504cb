#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "tests/max_abs.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::network;
using fixture::value;

namespace {

/// Every trace: RectiPy 0.12.2 in double precision, Euler's method.
MatFile golden_file(const std::string& name) {
  return MatFile(std::string(RHEOBASE_TEST_DATA) + "/network/" + name + ".mat");
}

Eigen::MatrixXd matrix(const MatFile& file, const char* name) {
  return file.matrix(name, "must be a matrix");
}

/// A population "p" that couples to itself.
NetworkSpec recurrent(const std::string& model, const MatFile& file, const char* source,
                      const char* target) {
  const Eigen::MatrixXd weights = matrix(file, "J");
  return {.step = matrix(file, "dt")(0),
          .populations = {{.name = "p", .model = model, .size = weights.rows()}},
          .edges = {{.source = source, .target = target, .weights = weights}},
          .inputs = {{.target = "p.I_ext"}}};
}

Eigen::MatrixXd every(const Eigen::MatrixXd& samples, Eigen::Index distance) {
  Eigen::MatrixXd out(samples.rows(), (samples.cols() + distance - 1) / distance);
  for (Eigen::Index k = 0; k < out.cols(); ++k) {
    out.col(k) = samples.col(k * distance);
  }
  return out;
}

struct SpikingTrace {
  const char* file;
  const char* model;
  double tolerance;
};

void check_spiking(const SpikingTrace& trace) {
  CAPTURE(trace.file);
  const MatFile file = golden_file(trace.file);
  NetworkSpec spec = recurrent(trace.model, file, "p.s", "p.s_in");
  spec.populations[0].parameters = {{"threshold", matrix(file, "spike_threshold")},
                                    {"reset", matrix(file, "spike_reset")}};
  for (const MatArray& array : file.arrays()) {
    if (array.name.starts_with("par_")) {
      spec.populations[0].parameters[array.name.substr(4)] =
          matrix(file, array.name.c_str()).reshaped();
    }
  }
  const Network network(spec);
  NetworkState state = initial_state(network);
  const Eigen::MatrixXd input = matrix(file, "I_ext").reshaped().transpose();
  const Observer run_of = run(network, state, input,
                              {.steps = static_cast<long>(matrix(file, "steps")(0)),
                               .probes = {{.signal = "p.v"}, {.signal = "p.s"}},
                               .spikes = true});
  const Eigen::MatrixXd& v = run_of["p.v"].values;
  const Eigen::MatrixXd& s = run_of["p.s"].values;
  CHECK(largest_difference(v.leftCols(40).transpose(), matrix(file, "v_first")) <= trace.tolerance);
  CHECK(largest_difference(s.leftCols(40).transpose(), matrix(file, "s_first")) <= trace.tolerance);
  const Eigen::MatrixXd steps = matrix(file, "steps_sampled");
  for (Eigen::Index k = 0; k < steps.size(); ++k) {
    const auto step = static_cast<Eigen::Index>(steps(k));
    CHECK(largest_difference(v.col(step).transpose(), matrix(file, "v_sampled").row(k)) <=
          trace.tolerance);
    CHECK(largest_difference(s.col(step).transpose(), matrix(file, "s_sampled").row(k)) <=
          trace.tolerance);
  }
  const Eigen::MatrixXd spike_step = matrix(file, "spike_step");
  const Eigen::MatrixXd spike_neuron = matrix(file, "spike_neuron");
  REQUIRE(static_cast<Eigen::Index>(run_of.spikes.size()) == spike_step.size());
  for (std::size_t k = 0; k < run_of.spikes.size(); ++k) {
    const auto at = static_cast<Eigen::Index>(k);
    CHECK(std::lround(run_of.spikes[k].time / network.step()) == static_cast<long>(spike_step(at)));
    CHECK(static_cast<double>(run_of.spikes[k].unit) == spike_neuron(at));
  }
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("10,000 steps of 100 tanh units with effective gain 100 repeat the reference") {
    const MatFile file = golden_file("seed_example_tanh");
    const Network network(recurrent("tanh", file, "p.r", "p.r_in"));
    NetworkState state = initial_state(network);
    const Observer all = run(network, state, Eigen::MatrixXd::Ones(1, 100),
                             {.steps = 10000, .probes = {{.signal = "p.v"}}});
    const Eigen::MatrixXd& v = all["p.v"].values;
    CHECK(largest_difference(v.leftCols(51).transpose(), matrix(file, "v_first")) <= 1e-12);
    const Eigen::MatrixXd steps = matrix(file, "steps_sampled");
    for (Eigen::Index k = 0; k < steps.size(); ++k) {
      CHECK(largest_difference(v.col(static_cast<Eigen::Index>(steps(k))).transpose(),
                               matrix(file, "v_sampled").row(k)) <= 1e-10);
    }
  }

  TEST_CASE("rate templates with heterogeneous parameters and inputs; how records are taken") {
    const MatFile file = golden_file("rate_templates");
    for (const std::string model : {"tanh", "sigmoid"}) {
      CAPTURE(model);
      NetworkSpec spec = recurrent(model, file, "p.r", "p.r_in");
      spec.populations[0].parameters = {
          {"tau", matrix(file, "tau")}, {"k", matrix(file, "k")}, {"eta", matrix(file, "eta")}};
      if (model == "sigmoid") {
        spec.populations[0].parameters["r_max"] = matrix(file, "r_max");
        spec.populations[0].parameters["s"] = matrix(file, "s");
        spec.populations[0].parameters["v0"] = matrix(file, "v0");
      }
      const Network network(spec);
      NetworkState state = initial_state(network);
      const Eigen::MatrixXd inputs = matrix(file, "inp");
      const Observer all = run(network, state, inputs, {.probes = {{.signal = "p.v"}}});
      const Eigen::MatrixXd& v = all["p.v"].values;
      CHECK(largest_difference(every(v, 5).transpose(), matrix(file, ("v_" + model).c_str())) <=
            1e-13);

      state = initial_state(network);
      const Observer means =
          run(network, state, inputs,
              {.sampling = 10, .cutoff = 25, .probes = {{.signal = "p.v", .averaged = true}}});
      CHECK(
          largest_difference(
              means["p.v"].values.transpose(),
              matrix(file, ("sampled10_cutoff25_" + model).c_str()).topRows(means.times.size())) <=
          1e-13);
      const Eigen::MatrixXd steps = matrix(file, "sampled10_cutoff25_steps");
      const Eigen::MatrixXd after = matrix(file, ("sampled10_cutoff25_var_" + model).c_str());
      for (Eigen::Index k = 0; k < means.times.size(); ++k) {
        CHECK(std::abs(means.times[k] - steps(k) * network.step()) <= 1e-12);
        // The reference records its variables after the step, ours before it.
        const auto step = static_cast<Eigen::Index>(steps(k));
        CHECK(largest_difference(v.col(step + 1).transpose(), after.row(k)) <= 1e-13);
      }
    }
  }

  TEST_CASE("an input, a recurrent and a readout layer with every function of the readout") {
    const MatFile file = golden_file("layers");
    const Eigen::MatrixXd inputs = matrix(file, "inp");
    for (const std::string name :
         {"identity", "tanh", "sigmoid", "softmax", "softmin", "log_softmax"}) {
      CAPTURE(name);
      NetworkSpec spec = recurrent("tanh", file, "p.r", "p.r_in");
      spec.populations[0].parameters = {{"tau", matrix(file, "tau")}};
      spec.functions = {{.name = "inp", .size = 3},
                        {.name = "out", .function = node_function_from(name), .size = 2}};
      spec.edges.push_back({.source = "inp", .target = "p.I_ext", .weights = matrix(file, "W_in")});
      spec.edges.push_back({.source = "p.v", .target = "out", .weights = matrix(file, "W_out")});
      spec.inputs = {{.target = "inp"}};
      const Network network(spec);
      NetworkState state = initial_state(network);
      const Observer all =
          run(network, state, inputs, {.sampling = 4, .probes = {{.signal = "out"}}});
      CHECK(largest_difference(all["out"].values.transpose(),
                               matrix(file, ("out_" + name).c_str())) <= 1e-13);
    }
  }

  TEST_CASE("spiking templates: voltages, traces and every spike") {
    check_spiking({"spiking_lif", "lif", 1e-10});
    check_spiking({"spiking_qif", "qif", 1e-9});
    check_spiking({"spiking_qif_sfa", "qif_sfa", 1e-9});
    check_spiking({"spiking_ik", "ik", 1e-9});
    check_spiking({"spiking_ik_biexp", "ik_biexp", 1e-9});
  }
}
