#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/aligned_vector.hpp"
#include "network/coupling.hpp"
#include "network/network_spec.hpp"
#include "network/neuron_equations.hpp"

namespace rheobase::network {

/// Something that can be read while a network runs.
struct Signal {
  enum class Kind { state, output, spike, node, input };
  Kind kind = Kind::state;
  std::size_t owner = 0;  ///< population or function node
  std::size_t index = 0;  ///< variable, output or input of it

  bool operator==(const Signal&) const = default;
};

/// An input of a population or a function node.
struct Target {
  bool node = false;
  std::size_t owner = 0;
  std::size_t index = 0;
};

/// A population of a validated network.
struct NetworkPopulation {
  std::string name;
  std::shared_ptr<const NeuronEquations> equations;
  std::size_t size = 0;
  std::size_t stride = 0;  ///< of a row: size in whole packs
  std::size_t offset = 0;  ///< of its first variable in the state
  /// One row per parameter: `stride` values, or a pack of copies of a shared one.
  std::vector<AlignedVector<double>> parameters;
  std::vector<char> shared;   ///< by parameter
  std::vector<double> noise;  ///< by variable

  const NeuronDescription& description() const { return equations->description(); }
  Row parameter_row(std::size_t index) const {
    return {parameters[index].data(), shared[index] != 0 ? 0 : kPerUnit};
  }
  /// First value of a variable in the state of the network.
  std::size_t row(std::size_t variable) const { return offset + variable * stride; }
  std::size_t variable_count() const { return description().variables.size(); }
};

struct NetworkNode {
  std::string name;
  NodeFunction function = NodeFunction::identity;
  std::size_t size = 0;
  std::size_t stride = 0;
};

struct NetworkEdge {
  std::string name;  ///< "exc.r -> exc.r_in"
  Signal source;
  Target target;
  Coupling coupling;
  std::vector<std::size_t> delay;  ///< steps by source unit; empty: none
  std::size_t longest_delay = 0;
  Eigen::MatrixXd filter;

  bool delayed() const { return longest_delay > 0; }
};

struct NetworkInput {
  Target target;
  std::size_t first = 0;  ///< column of the inputs' matrix
  std::size_t columns = 0;
};

/// A validated network: constant, shared by any number of runs on any number of threads.
class Network {
 public:
  /// @throws InputError for unknown names (with a suggestion), shapes that do not fit, values that
  /// are not finite, delays shorter than a step, cycles of function nodes without delay
  /// @throws Cancelled where `control` asks to stop
  explicit Network(NetworkSpec spec, const RunControl& control = {});

  double step() const { return step_; }
  /// Of step, delays and times; empty: not known.
  const std::string& time_unit() const { return time_unit_; }
  std::span<const NetworkPopulation> populations() const { return populations_; }
  std::span<const NetworkNode> nodes() const { return nodes_; }
  std::span<const NetworkEdge> edges() const { return edges_; }
  std::span<const NetworkInput> inputs() const { return inputs_; }
  std::size_t input_columns() const { return input_columns_; }
  std::size_t state_size() const { return initial_.size(); }
  const AlignedVector<double>& initial_values() const { return initial_; }
  /// Function nodes in an order in which each follows those that it depends on at once.
  std::span<const std::size_t> node_order() const { return node_order_; }
  /// Names the network's structure: a state belongs to networks of one fingerprint.
  std::uint64_t fingerprint() const { return fingerprint_; }

  /// "exc.r", "exc.spike", "exc.r_in", "readout". @throws InputError, `where` names the asker
  Signal signal(const std::string& name, const std::string& where) const;
  std::string signal_name(const Signal& signal) const;
  std::size_t signal_size(const Signal& signal) const;
  std::size_t target_size(const Target& target) const;
  bool event_target(const Target& target) const {
    return !target.node && populations_[target.owner].description().inputs[target.index].event;
  }
  bool event_signal(const Signal& signal) const {
    return signal.kind == Signal::Kind::input &&
           populations_[signal.owner].description().inputs[signal.index].event;
  }
  /// Index of the edge between those two. @throws InputError where there is none, or several
  std::size_t edge_index(const std::string& source, const std::string& target) const;
  std::size_t population_index(const std::string& name, const std::string& where) const;

  /// Adds function nodes, and edges. @throws InputError as the constructor; the network is then to
  /// be thrown away
  void extend(std::vector<FunctionNode> functions, std::vector<Edge> edges);
  /// The same network with other weights on one edge.
  void set_weights(std::size_t edge, const Eigen::MatrixXd& weights);
  /// The same network with other values (1 or size) of a parameter.
  void set_parameter(std::size_t population, std::size_t parameter, const Eigen::VectorXd& values);

 private:
  friend class NetworkBuilder;
  double step_ = 0.0;
  std::string time_unit_;
  std::vector<NetworkPopulation> populations_;
  std::vector<NetworkNode> nodes_;
  std::vector<NetworkEdge> edges_;
  std::vector<NetworkInput> inputs_;
  std::size_t input_columns_ = 0;
  AlignedVector<double> initial_;
  std::vector<std::size_t> node_order_;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace rheobase::network
