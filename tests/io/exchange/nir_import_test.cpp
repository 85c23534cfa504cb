#include "io/exchange/internal/nir_import.hpp"

#include <algorithm>
#include <optional>

#include <doctest/doctest.h>

#include "io/exchange/exporter.hpp"
#include "io/exchange/internal/hdf5_reader.hpp"
#include "io/exchange/internal/hdf5_writer.hpp"
#include "io/exchange/model_state.hpp"
#include "mapping/conversion/transfer.hpp"
#include "tests/io/mat/fixtures.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

constexpr const char* kNodes = "/node/nodes/";

/// A graph as other programs write it: without our group, text and edges alike.
struct Graph {
  Hdf5Writer writer;
  std::vector<std::string> edges;

  /// Weights of three neurons "n", which are still to come, with a readout of two.
  Graph() {
    writer.text("/version", "1.0");
    writer.text("/node/type", "NIRGraph");
    node("in", "Input");
    node("out", "Output");
    weights("w_in", Eigen::MatrixXd{{1.0, 0.0}, {0.5, 2.0}, {0.0, -1.0}});
    weights("w", Eigen::MatrixXd{{0.0, 3.0, 0.0}, {1.0, 0.0, 0.0}, {0.0, -2.0, 0.0}});
    weights("w_out", Eigen::MatrixXd{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
    connect({"in", "w_in", "n"});
    connect({"n", "w", "n"});
    connect({"n", "w_out", "out"});
  }
  void node(const std::string& name, const std::string& type,
            const std::vector<std::pair<std::string, Eigen::VectorXd>>& fields = {}) {
    writer.text(kNodes + name + "/type", type);
    for (const auto& [field, values] : fields) {
      writer.vector(kNodes + name + "/" + field, values);
    }
  }
  void weights(const std::string& name, const Eigen::MatrixXd& weight) {
    writer.text(kNodes + name + "/type", "Linear");
    writer.matrix(kNodes + name + "/weight", weight);
  }
  void connect(const std::vector<std::string>& names) {
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
      edges.insert(edges.end(), {names[i], names[i + 1]});
    }
  }
  std::vector<std::byte> finish() {
    writer.texts("/node/edges", edges, {edges.size() / 2, 2});
    return writer.finish();
  }
};

Eigen::VectorXd all(double value) {
  return Eigen::VectorXd::Constant(3, value);
}

void add_cuba(Graph& graph, const Eigen::VectorXd& threshold) {
  graph.node("n", "CubaLIF",
             {{"tau_syn", Eigen::Vector3d(0.02, 0.03, 0.04)},
              {"tau_mem", all(0.01)},
              {"r", all(2.0)},
              {"w_in", all(0.5)},
              {"v_leak", all(0.25)},
              {"v_threshold", threshold},
              {"v_reset", all(0.0)}});
}

std::string refusal(Graph& graph) {
  const std::vector<std::byte> bytes = graph.finish();
  return input_error_of([&] { parse_import(bytes, "g.nir", 0.0); });
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a foreign graph of current-based neurons becomes the spiking network that it is") {
    Graph graph;
    add_cuba(graph, all(1.0));
    const ImportedModel imported = parse_import(graph.finish(), "g.nir", 0.0);
    const ModelFile& file = imported.file;
    const SpikingModel model =
        map_to_spiking(file.network, file.scaling_factor.value(), file.transfer.value());
    // r w_in = 1: weights as they stand.
    CHECK(model.w == Eigen::MatrixXd{{0.0, 3.0, 0.0}, {1.0, 0.0, 0.0}, {0.0, -2.0, 0.0}});
    CHECK(model.w_in == Eigen::MatrixXd{{1.0, 0.0}, {0.5, 2.0}, {0.0, -1.0}});
    CHECK(model.w_out == Eigen::RowVector3d(1.0, 2.0, 3.0));
    CHECK(model.synapse.kind == SynapseKind::single_exponential);
    CHECK(model.synapse.decay_ms.isApprox(Eigen::Vector3d(20.0, 30.0, 40.0), 1e-14));
    CHECK(model.neuron.tau_membrane_ms == 10.0);
    CHECK(model.neuron.threshold_mv == 1.0);
    CHECK(model.neuron.reset_mv == 0.0);
    CHECK(model.neuron.bias_mv == 0.25);
    CHECK(model.neuron.refractory_ms == 0.0);
    CHECK(imported.notes.size() >= 3);
  }

  TEST_CASE("a graph whose spikes count 1 in a step: weights times the step") {
    Graph graph;
    add_cuba(graph, all(1.0));
    const ModelFile file = parse_import(graph.finish(), "g.nir", 1.0).file;
    CHECK(std::abs(file.network.w(0, 1) - 0.003) <= 1e-17);
    CHECK(file.network.w_in(1, 1) == 2.0);
  }

  TEST_CASE(
      "currents of a readout: their gain is part of its weights, what it leaves out is said") {
    const auto read = [](double tau, double rest, bool behind) {
      Graph graph;
      graph.edges.resize(graph.edges.size() - 4);  // without n -> w_out -> out
      add_cuba(graph, all(1.0));
      const Eigen::Index size = behind ? 2 : 3;
      graph.node("trace", "LI",
                 {{"tau", Eigen::VectorXd::Constant(size, tau)},
                  {"r", Eigen::VectorXd::LinSpaced(size, 2.0, 3.0)},
                  {"v_leak", Eigen::VectorXd::Constant(size, rest)}});
      if (behind) {
        graph.connect({"n", "w_out", "trace", "out"});
      } else {
        graph.connect({"n", "trace", "w_out", "out"});
      }
      return parse_import(graph.finish(), "g.nir", 0.0);
    };
    const Eigen::MatrixXd weights{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
    CHECK(read(0.02, 0.0, false).file.network.w_out ==
          weights * Eigen::Vector3d(2.0, 2.5, 3.0).asDiagonal());
    CHECK(read(0.02, 0.0, true).file.network.w_out ==
          Eigen::Vector2d(2.0, 3.0).asDiagonal() * weights);
    CHECK_THROWS_WITH_AS(read(0.02, 0.5, false), doctest::Contains("v_leak other than 0"),
                         InputError);
    for (const bool behind : {false, true}) {  // synapses of 20, 30 and 40 ms
      const auto notes = read(0.02, 0.0, behind).notes;
      CHECK(std::ranges::count_if(notes, [](const std::string& note) {
              return note.find("the readout here filters spikes") == 0;
            }) == 1);
    }
  }

  TEST_CASE("units of a foreign graph that differ do so in the model") {
    Graph graph;
    graph.node("n", "CubaLIF",
               {{"tau_syn", all(0.02)},
                {"tau_mem", Eigen::Vector3d(0.01, 0.02, 0.005)},
                {"r", all(1.0)},
                {"w_in", all(1.0)},
                {"v_leak", Eigen::Vector3d(0.5, 0.25, 0.0)},
                {"v_threshold", Eigen::Vector3d(1.0, 2.0, 1.5)},
                {"v_reset", Eigen::Vector3d(0.0, 0.5, -0.5)}});
    const ModelFile file = parse_import(graph.finish(), "g.nir", 0.0).file;
    const SpikingModel model = map_to_spiking(file.network, 1.0, file.transfer.value());
    CHECK(model.unit_tau_membrane_ms.isApprox(Eigen::Vector3d(10.0, 20.0, 5.0), 1e-14));
    CHECK(model.unit_threshold_mv == Eigen::Vector3d(1.0, 2.0, 1.5));
    CHECK(model.unit_reset_mv == Eigen::Vector3d(0.0, 0.5, -0.5));
    CHECK((model.neuron.bias_mv + model.unit_bias_mv.array())
              .isApprox(Eigen::Array3d(0.5, 0.25, 0.0), 1e-14));
    CHECK(model.unit_refractory_ms.size() == 0);
    spiking::validate(model, "model");
  }

  TEST_CASE("units of equal voltages: their means are those voltages, to the last bit") {
    // Two hundred times such a number, added up and divided, is beyond it.
    for (const double volts : {-40.1, 0.1, 1.1}) {
      const auto of = [&](double value) { return Eigen::VectorXd::Constant(200, value).eval(); };
      Graph graph;
      graph.edges.clear();
      graph.weights("w_200", Eigen::MatrixXd::Ones(200, 2));
      graph.weights("w_rec", Eigen::MatrixXd::Constant(200, 200, 0.5));
      graph.weights("w_read", Eigen::MatrixXd::Ones(1, 200));
      graph.connect({"in", "w_200", "n", "w_rec", "n", "w_read", "out"});
      graph.node("n", "CubaLIF",
                 {{"tau_syn", of(0.02)},
                  {"tau_mem", of(0.01)},
                  {"r", of(1.0)},
                  {"w_in", of(1.0)},
                  {"v_leak", of(volts - 1.1)},
                  {"v_threshold", of(volts)},
                  {"v_reset", of(volts - 20.0)}});
      const ModelFile file = parse_import(graph.finish(), "g.nir", 0.0).file;
      const NeuronParameters& neuron = file.transfer.value().neuron;
      CHECK(neuron.threshold_mv == volts);
      CHECK(neuron.peak_mv == volts);
      CHECK(neuron.reset_mv == volts - 20.0);
      CHECK(neuron.bias_mv == volts - 1.1);
      CHECK(file.transfer->unit_threshold_mv.empty());
    }
  }

  TEST_CASE("what a spike is stands in our graphs' metadata; --spike-step goes before it") {
    ModelFile file = small_model_file();
    file.transfer = TransferOptions{};
    file.transfer->synapse = SynapseKind::single_exponential;
    file.scaling_factor = 20.0;
    const SpikingModel model = map_to_spiking(file.network, 20.0, *file.transfer);
    for (const char* profile : {"exact", "portable", "snntorch"}) {
      CAPTURE(profile);
      ExportOptions options;
      options.profile = profile;
      options.spike_step_ms = 0.1;
      const std::vector<std::byte> bytes =
          find_exporter("nir").make({"m", file, {}}, options).contents;
      for (const std::optional<double> step : {std::optional<double>(), std::optional(0.1)}) {
        const NirNetwork read = read_nir(Hdf5Reader(bytes, "g"), "g", step);
        const SpikingModel back =
            map_to_spiking(read.file.network, 1.0, read.file.transfer.value());
        CHECK(back.w.isApprox(model.w, 1e-12));
        CHECK(back.w_out.isApprox(model.w_out, 1e-12));
        CHECK(std::ranges::any_of(read.notes, [](const std::string& note) {
                return note.find("1 in a step of 0.1 ms, as the metadata of rnn.lif") !=
                       std::string::npos;
              }) == !step.has_value());
      }
      const ModelFile pulses = read_nir(Hdf5Reader(bytes, "g"), "g", 0.0).file;
      CHECK(map_to_spiking(pulses.network, 1.0, pulses.transfer.value())
                .w.isApprox(1e4 * model.w, 1e-12));
    }
    // Of other programs: spikes of a readout without currents have the area of the step, too.
    Graph graph;
    add_cuba(graph, all(1.0));
    graph.writer.number("/node/nodes/n/metadata/spike_step_s", 1e-3);
    const ModelFile foreign = parse_import(graph.finish(), "g.nir", {}).file;
    CHECK(foreign.network.w(0, 1) == near(0.003, 1e-14));
    CHECK(foreign.network.w_out(1, 2) == near(0.006, 1e-14));
    Graph backwards;
    add_cuba(backwards, all(1.0));
    backwards.writer.number("/node/nodes/n/metadata/spike_step_s", -1.0);
    const std::vector<std::byte> bytes = backwards.finish();
    CHECK(input_error_of([&] { parse_import(bytes, "g.nir", {}); }) ==
          "g.nir: node 'n': found metadata/spike_step_s of -1; must be a positive step in seconds");
  }

  TEST_CASE("our own graphs without our group are the same network again") {
    ModelFile file = small_model_file();
    file.transfer = TransferOptions{};
    file.transfer->readout_bias = true;
    file.transfer->tau_membrane_sd_ms = 3.0;
    file.transfer->refractory_sd_ms = 0.5;
    file.transfer->bias_sd_mv = 0.25;
    file.scaling_factor = 20.0;
    const SpikingModel model = map_to_spiking(file.network, 20.0, *file.transfer);
    for (const bool shifted : {false, true}) {
      for (const double step : {0.0, 0.5}) {
        ExportOptions options;
        options.shift_voltages = shifted;
        options.spike_step_ms = step;
        const std::vector<std::byte> bytes =
            find_exporter("nir").make({"m", file, {}}, options).contents;
        const ModelFile again = read_nir(Hdf5Reader(bytes, "g"), "g", step).file;
        const SpikingModel back = map_to_spiking(again.network, 1.0, again.transfer.value());
        CHECK(back.w.isApprox(model.w, 1e-12));
        CHECK(back.w_in.isApprox(model.w_in, 1e-12));
        CHECK(back.w_out.isApprox(model.w_out, 1e-12));
        CHECK(back.b_out == model.b_out);
        CHECK(back.synapse.kind == model.synapse.kind);
        CHECK(std::abs(back.synapse.rise_ms - model.synapse.rise_ms) <= 1e-12);
        CHECK(back.synapse.decay_ms.isApprox(model.synapse.decay_ms, 1e-12));
        const double offset = shifted ? -model.neuron.reset_mv : 0.0;
        CHECK(std::abs(back.neuron.threshold_mv - model.neuron.threshold_mv - offset) <= 1e-12);
        const Eigen::ArrayXd rest = back.neuron.bias_mv - offset + back.unit_bias_mv.array();
        CHECK(rest.isApprox(model.neuron.bias_mv + model.unit_bias_mv.array(), 1e-12));
        CHECK(back.unit_tau_membrane_ms.isApprox(model.unit_tau_membrane_ms, 1e-12));
        CHECK(back.unit_refractory_ms.isApprox(model.unit_refractory_ms, 1e-12));
      }
    }
  }

  TEST_CASE("what a model cannot stand for is named, with what could be") {
    Graph unknown;
    add_cuba(unknown, all(1.0));
    unknown.node("conv", "Conv2d");
    CHECK(refusal(unknown) ==
          "g.nir: node 'conv': found Conv2d; must be one of Input, Output, Affine, Linear, LIF, "
          "CubaLIF, LI");
    Graph second;
    add_cuba(second, all(1.0));
    second.node("m", "LIF");
    CHECK(refusal(second).find("a second population") != std::string::npos);
    Graph pulses;
    pulses.node("n", "LIF",
                {{"tau", all(0.01)},
                 {"r", all(1.0)},
                 {"v_leak", all(0.0)},
                 {"v_threshold", all(1.0)},
                 {"v_reset", all(0.0)}});
    CHECK(refusal(pulses).find("recurrent currents through 0 LI nodes") != std::string::npos);
    Graph circle;
    circle.edges.resize(circle.edges.size() - 4);  // without n -> w_out -> out
    add_cuba(circle, all(1.0));
    for (const char* name : {"first", "second"}) {
      circle.node(name, "LI", {{"tau", all(0.01)}, {"r", all(1.0)}, {"v_leak", all(0.0)}});
    }
    circle.connect({"first", "second", "first"});
    circle.connect({"second", "w_out", "out"});
    CHECK(refusal(circle) ==
          "g.nir: node 'second': found a current that feeds itself; must come from the input or "
          "the neurons");
    Graph lost;
    add_cuba(lost, all(1.0));
    lost.connect({"n", "nowhere"});
    CHECK(refusal(lost).find("must connect nodes of the graph") != std::string::npos);
  }
}
