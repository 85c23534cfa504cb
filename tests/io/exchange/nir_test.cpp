#include <cmath>
#include <map>

#include <doctest/doctest.h>

#include "io/exchange/exporter.hpp"
#include "io/exchange/internal/hdf5_reader.hpp"
#include "mapping/conversion/transfer.hpp"
#include "spiking/simulate.hpp"
#include "tests/io/mat/fixtures.hpp"
#include "tests/max_abs.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

/// A graph of the intermediate representation, run by its own definitions: LIF and LI nodes are
/// tau dv/dt = v_leak - v + r I (s), spikes are pulses of area 1, Affine nodes are products.
class GraphRun {
 public:
  explicit GraphRun(const Hdf5Reader& file) : file_(file) {
    for (const std::string& name : file.members("/node/nodes")) {
      const std::string path = "/node/nodes/" + name + "/";
      Node& node = nodes_[name];
      node.type = file.values(path + "type").text;
      if (node.type == "Affine") {
        const Hdf5Values weight = file.values(path + "weight");
        node.weight = Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(
            weight.numbers.data(), static_cast<Eigen::Index>(weight.shape[0]),
            static_cast<Eigen::Index>(weight.shape[1]));
        node.bias = vector(path + "bias");
      } else if (node.type == "LIF" || node.type == "LI") {
        node.tau = vector(path + "tau");
        node.r = vector(path + "r");
        node.v_leak = vector(path + "v_leak");
        node.v = node.v_leak;
      }
      if (node.type == "LIF") {
        node.v_threshold = vector(path + "v_threshold");
        node.v_reset = vector(path + "v_reset");
        node.v = node.v_reset;
        neurons_ = name;
      }
    }
  }

  struct Node {
    std::string type;
    Eigen::MatrixXd weight;
    Eigen::VectorXd bias, tau, r, v_leak, v_threshold, v_reset, v, output;
  };

  /// One step of dt seconds with `input` held; returns which neurons fired.
  /// @param spike  value of a spike in its step: 1 / dt is a pulse of area 1, importers count 1
  Eigen::VectorXd step(const Eigen::VectorXd& input, double dt, double spike) {
    Node& lif = nodes_.at(neurons_);
    const Eigen::VectorXd drive = nodes_.at("w_in").weight * input + nodes_.at("w_in").bias;
    integrate(lif, drive + through("syn"), dt);
    const Eigen::VectorXd spikes = (lif.v.array() > lif.v_threshold.array()).cast<double>();
    lif.v = (spikes.array() > 0.0).select(lif.v_reset, lif.v);
    const Node& recurrent = nodes_.at("rnn.w_rec");
    chain("syn", recurrent.weight * (spike * spikes) + recurrent.bias, dt);
    chain("readout", spike * spikes, dt);
    return spikes;
  }

  double readout() const {
    return (nodes_.at("w_out").weight * through("readout") + nodes_.at("w_out").bias)(0);
  }

 private:
  Eigen::VectorXd vector(const std::string& path) const {
    const std::vector<double> values = file_.values(path).numbers;
    return Eigen::Map<const Eigen::VectorXd>(values.data(),
                                             static_cast<Eigen::Index>(values.size()));
  }
  const Eigen::VectorXd& through(const std::string& name) const {
    return nodes_.at(name + ".decay").v;
  }
  static void integrate(Node& node, const Eigen::VectorXd& current, double dt) {
    const Eigen::ArrayXd keep = (-dt / node.tau.array()).exp();
    const Eigen::ArrayXd goal = node.v_leak.array() + node.r.array() * current.array();
    node.v = goal + (node.v.array() - goal) * keep;
  }
  void chain(const std::string& name, const Eigen::VectorXd& pulses, double dt) {
    integrate(nodes_.at(name + ".rise"), pulses, dt);
    integrate(nodes_.at(name + ".decay"), nodes_.at(name + ".rise").v, dt);
  }

  const Hdf5Reader& file_;
  std::map<std::string, Node> nodes_;
  std::string neurons_;
};

ModelFile network() {
  ModelFile file = small_model_file();
  file.transfer = TransferOptions{};
  file.transfer->neuron.refractory_ms = 0.0;
  file.transfer->readout_bias = true;
  file.scaling_factor = 20.0;
  file.dale->w_in = file.dale->w_in.cwiseAbs();
  file.network = network_of(*file.dale);
  return file;
}

/// 100 ms of constant input without noise, exactly.
SimulationResult exact_run(const SpikingModel& model) {
  SimulationOptions options;
  options.engine = "event";
  options.noise_intensity = 0.0;
  options.output_period_ms = 5.0;
  options.record.spikes = true;
  options.start_up = StartUp::relaxed;
  options.initial_voltage = Eigen::VectorXd::Constant(model.units(), model.neuron.reset_mv);
  return simulate(model, Eigen::MatrixXd::Constant(2, 21, 15.0), options);
}

/// Largest difference of two spike counts of one unit.
int largest_difference(const Eigen::VectorXd& counts, const Eigen::VectorXi& exact) {
  return static_cast<int>(max_abs(counts - exact.cast<double>()));
}

Eigen::VectorXd numbers(const Hdf5Reader& file, const std::string& path) {
  const std::vector<double> values = file.values(path).numbers;
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

Eigen::MatrixXd matrix(const Hdf5Reader& file, const std::string& path) {
  const Hdf5Values values = file.values(path);
  return Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(
      values.numbers.data(), static_cast<Eigen::Index>(values.shape[0]),
      static_cast<Eigen::Index>(values.shape[1]));
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("--spike-step: an importer that counts a spike as 1 in a step has the same activity") {
    const ModelFile file = network();
    const SpikingModel model = map_to_spiking(file.network, *file.scaling_factor, *file.transfer);
    const SimulationResult exact = exact_run(model);
    constexpr double kStepMs = 0.01;
    const auto counts_with = [&](double spike_step_ms) {
      ExportOptions choice;
      choice.spike_step_ms = spike_step_ms;
      const Hdf5Reader graph(find_exporter("nir").make({"m", file, {}}, choice).contents, "graph");
      GraphRun run(graph);
      Eigen::VectorXd counts = Eigen::VectorXd::Zero(model.units());
      double worst = 0.0;
      for (int k = 1; k <= 10000; ++k) {
        counts += run.step(Eigen::Vector2d(15.0, 15.0), 1e-3 * kStepMs, 1.0);
        if (k % 500 == 0) {
          worst = larger(worst,
                         std::abs(run.readout() -
                                  exact.output.values[exact.output.first_at(k * kStepMs - 1e-6)]));
        }
      }
      return std::pair{counts, worst};
    };
    const auto [counts, worst] = counts_with(kStepMs);
    CHECK(largest_difference(counts, exact.spike_count) <= 1);
    CHECK(worst < 0.02 * (exact.output.values.maxCoeff() - exact.output.values.minCoeff()));
    // Without it recurrent weights do almost nothing there.
    CHECK(largest_difference(counts_with(0.0).first, exact.spike_count) > 1);
  }

  TEST_CASE("--profile snntorch: what its importer asks for, and the same spike counts") {
    ModelFile file = network();
    file.transfer->synapse = SynapseKind::single_exponential;
    const SpikingModel model = map_to_spiking(file.network, *file.scaling_factor, *file.transfer);
    const SimulationResult exact = exact_run(model);
    ExportOptions choice;
    choice.profile = "snntorch";
    const Hdf5Reader graph(find_exporter("nir").make({"m", file, {}}, choice).contents, "graph");
    const std::string neurons = "/node/nodes/rnn.lif/";
    constexpr double kStep = 1e-4;
    const Eigen::ArrayXd tau_syn = numbers(graph, neurons + "tau_syn").array();
    const Eigen::ArrayXd tau_mem = numbers(graph, neurons + "tau_mem").array();
    CHECK(numbers(graph, neurons + "v_leak").isZero(0.0));
    CHECK(numbers(graph, neurons + "v_reset").isZero(0.0));
    CHECK(max_abs(numbers(graph, neurons + "r").array() / (tau_mem / kStep) - 1.0) < 1e-12);
    CHECK(max_abs(numbers(graph, neurons + "w_in").array() / (tau_syn / kStep) - 1.0) < 1e-12);
    const Eigen::VectorXd threshold = numbers(graph, neurons + "v_threshold");
    CHECK(threshold == Eigen::VectorXd::Constant(threshold.size(), 25.0));

    // Its step: syn = alpha syn + W s + (W_in u + b), mem = beta mem + syn, reset to 0.
    const Eigen::ArrayXd alpha = 1.0 - kStep / tau_syn;
    const Eigen::ArrayXd beta = 1.0 - kStep / tau_mem;
    const Eigen::MatrixXd w = matrix(graph, "/node/nodes/rnn.w_rec/weight");
    const Eigen::VectorXd drive =
        matrix(graph, "/node/nodes/w_in/weight") * Eigen::Vector2d(15.0, 15.0) +
        numbers(graph, "/node/nodes/w_in/bias");
    // The input is filtered there: it starts where a constant one has settled.
    Eigen::ArrayXd syn = drive.array() / (1.0 - alpha);
    Eigen::ArrayXd mem = Eigen::ArrayXd::Zero(syn.size());
    Eigen::VectorXd spikes = Eigen::VectorXd::Zero(syn.size());
    Eigen::VectorXd counts = spikes;
    for (int k = 0; k < 1000; ++k) {
      syn = alpha * syn + (w * spikes + drive).array();
      mem = beta * mem + syn;
      spikes = (mem > threshold.array()).cast<double>();
      mem = (spikes.array() > 0.0).select(0.0, mem);
      counts += spikes;
    }
    REQUIRE(exact.spike_count.sum() > 20);
    CHECK(largest_difference(counts, exact.spike_count) <= 1);
    CHECK(std::abs(counts.sum() - exact.spike_count.sum()) <= 0.05 * exact.spike_count.sum());
  }

  TEST_CASE("the exported graph, run by the definitions of NIR, is the exact simulation") {
    const ModelFile file = network();
    const SpikingModel model = map_to_spiking(file.network, *file.scaling_factor, *file.transfer);
    const SimulationResult exact = exact_run(model);
    REQUIRE(exact.spike_unit.size() > 20);

    for (const bool shifted : {false, true}) {
      CAPTURE(shifted);
      ExportOptions choice;
      choice.shift_voltages = shifted;
      const Hdf5Reader graph(find_exporter("nir").make({"m", file, {}}, choice).contents, "graph");
      double worst_time_ms = 0.0;
      double worst_output = 0.0;
      const auto run = [&](double dt_ms) {
        GraphRun network(graph);
        std::size_t next = 0;
        worst_time_ms = worst_output = 0.0;
        const long steps = std::lround(100.0 / dt_ms);
        for (long k = 1; k <= steps; ++k) {
          const Eigen::VectorXd spikes =
              network.step(Eigen::Vector2d(15.0, 15.0), 1e-3 * dt_ms, 1e3 / dt_ms);
          for (Eigen::Index unit = 0; unit < spikes.size() && next < exact.spike_unit.size();
               ++unit) {
            if (spikes[unit] > 0.0) {
              worst_time_ms = larger(worst_time_ms, std::abs(exact.spike_time_ms[next] -
                                                             static_cast<double>(k) * dt_ms));
              ++next;
            }
          }
          if (k % std::lround(5.0 / dt_ms) == 0) {
            const Eigen::Index sample =
                exact.output.first_at(static_cast<double>(k) * dt_ms - 1e-6);
            worst_output =
                larger(worst_output, std::abs(network.readout() - exact.output.values[sample]));
          }
        }
        CHECK(next == exact.spike_unit.size());
      };
      run(0.01);
      const double coarse_time = worst_time_ms;
      const double coarse_output = worst_output;
      run(0.001);
      // The interpreter's own error is of first order in its step.
      CHECK(worst_time_ms < 0.25 * coarse_time);
      CHECK(worst_time_ms < 0.02);
      CHECK(worst_output < 0.25 * coarse_output);
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("NIR: fields, shapes, units and edges of both profiles") {
    const ModelFile file = network();
    const SpikingModel model = map_to_spiking(file.network, *file.scaling_factor, *file.transfer);
    ExportOptions options;
    for (const char* profile : {"exact", "portable"}) {
      options.profile = profile;
      const ExportResult result = find_exporter("nir").make({"m", file, {}}, options);
      const Hdf5Reader graph(result.contents, "graph");
      CHECK(result.notes.size() == (options.profile == "exact" ? 2 : 3));
      CHECK(result.notes.front().find("a pulse of area 1") != std::string::npos);
      CHECK(graph.values("/version").type == "text");
      CHECK(graph.values("/node/type").text == "NIRGraph");
      CHECK(graph.values("/node/nodes/input/shape").numbers == std::vector<double>{2.0});
      CHECK(graph.values("/node/nodes/w_in/weight").shape == std::vector<std::size_t>{6, 2});
      const Hdf5Values weight = graph.values("/node/nodes/rnn.w_rec/weight");
      CHECK(weight.numbers[1] == model.w(0, 1));  // row by row
      const std::string neurons = "/node/nodes/rnn.lif/";
      const bool exact = options.profile == "exact";
      CHECK(graph.values(neurons + "type").text == (exact ? "LIF" : "CubaLIF"));
      CHECK(graph.values(neurons + (exact ? "tau" : "tau_mem")).numbers ==
            std::vector<double>(6, 0.01));
      CHECK(graph.values(neurons + "metadata/refractory_s").numbers.at(0) == 0.0);
      const Hdf5Values decay =
          graph.values(exact ? "/node/nodes/syn.decay/tau" : neurons + "tau_syn");
      CHECK(decay.numbers[3] == near(1e-3 * model.synapse.decay_ms[3], 1e-12));
      CHECK(graph.members("/node/nodes").size() == (exact ? 10 : 6));
    }
  }

  TEST_CASE("NIR: what it cannot hold") {
    ModelFile file = network();
    const auto refusal = [&](const ExportOptions& options) {
      return input_error_of([&] { find_exporter("nir").make({"m.mat", file, {}}, options); });
    };
    ExportOptions options;
    options.profile = "other";
    CHECK(refusal(options) == "--profile: found 'other'; must be exact, portable or snntorch");
    options.profile = "snntorch";
    options.spike_step_ms = 1.0;
    CHECK(refusal(options).starts_with("--spike-step: found 1 ms; must be 0.1 ms with"));
    file.transfer->neuron = default_parameters(NeuronModel::qif);
    CHECK(refusal({}).starts_with("m.mat: field 'spiking_network.neuron': found qif; must be lif"));
    file.scaling_factor.reset();
    CHECK(refusal({}).find("run `rheobase map` first") != std::string::npos);
  }
}
