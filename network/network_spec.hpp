#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "network/connectivity.hpp"
#include "network/function_node.hpp"

namespace rheobase::network {

/// Equal neurons, from a registered template or from equations (one of the two).
struct Population {
  std::string name;
  std::string model{};      ///< name of a template: "tanh", "ik", ...
  std::string equations{};  ///< text, see equations/parser.hpp
  Eigen::Index size = 0;
  /// Parameters that are not the default: 1 value or `size` values each.
  std::map<std::string, Eigen::VectorXd> parameters{};
  /// Initial values of variables that are not the template's: 1 value or `size` values each.
  std::map<std::string, Eigen::VectorXd> initial{};
  /// White noise added to the derivative of variables: dv = f dt + sigma dW, sigma in units of the
  /// variable per square root of time.
  std::map<std::string, double> noise{};
};

/// A node without memory: its output is a function of the sum of its inputs, at once.
struct FunctionNode {
  std::string name;
  NodeFunction function = NodeFunction::identity;
  Eigen::Index size = 0;
};

/// How an edge's weights are kept.
enum class Storage {
  as_given,
  dense,             ///< also what is given as sparse
  single_precision,  ///< dense, as float
  sparse,            ///< by the connection: weights of 0 are left out
};

/// "dense", "single", "sparse"; empty: as given. @throws InputError
Storage storage_from(std::string_view word, std::string_view where = "storage");

/// Adds W times a source to a target.
///
/// Sources are variables ("exc.v"), outputs ("exc.r") or spikes ("exc.spike": 1 in the step of a
/// spike, else 0) of a population, or a function node ("readout"). Targets are inputs of a
/// population ("exc.r_in") or a function node. Spikes jump the variables of an event input.
struct Edge {
  std::string source;
  std::string target;
  Weights weights = OneToOne{};
  std::optional<Eigen::MatrixXd> mask{};  ///< target x source, multiplies the weights
  /// Transmission delay: none, one for all, or one per source unit; each 0 or at least a step,
  /// rounded to whole steps. What was before a state's beginning is 0.
  Eigen::VectorXd delay{};
  /// F of y_n = F y_(n-1) + W x_n, the signal that arrives: none, 1 x 1, target x 1 (a factor per
  /// channel) or target x target.
  Eigen::MatrixXd filter{};
  Storage storage = Storage::as_given;
};

/// Columns of a run's input matrix that go to an input of a population or to a function node.
struct InputPort {
  std::string target;
  Eigen::Index columns = 0;  ///< 0: one per unit of the target; 1: one for all of its units
};

/// A network as its user describes it.
struct NetworkSpec {
  double step = 0.0;  ///< dt, in the unit of time of its equations
  /// "ms", "s", ...: must be that of all equations which say theirs; empty: theirs.
  std::string time_unit{};
  std::vector<Population> populations{};
  std::vector<FunctionNode> functions{};
  std::vector<Edge> edges{};
  std::vector<InputPort> inputs{};
};

}  // namespace rheobase::network
