#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "network/kernels/operation.hpp"

namespace rheobase::network {

/// Index of a node of a graph.
using NodeId = std::int32_t;

/// An operation on earlier nodes, a constant, or quantity `index` of a unit.
struct ExpressionNode {
  Operation operation = Operation::constant;
  NodeId a = -1;
  NodeId b = -1;
  std::size_t index = 0;
  double value = 0.0;
};

/// Expressions as a graph without cycles in which equal expressions are one node. Nodes only refer
/// to earlier ones.
class ExpressionGraph {
 public:
  NodeId constant(double value);
  NodeId quantity(Operation kind, std::size_t index);
  NodeId apply(Operation operation, NodeId a, NodeId b = -1);
  /// a to the power b: products where b is a small whole number.
  NodeId power(NodeId a, NodeId b);

  /// d node / d (quantity `index` of that kind), by the chain rule. At kinks of abs, min and max
  /// one of the sides' slopes; sign and step have slope 0. Infinite slopes, of log, sqrt and powers
  /// at 0, count as 0: sqrt(max(v, 0)) has that of its lower side.
  NodeId derivative(NodeId node, Operation kind, std::size_t index);

  bool depends_on(NodeId node, Operation kind) const {
    return (depends_[static_cast<std::size_t>(node)] & bit(kind)) != 0;
  }
  /// Indices of the quantities of a kind that a node depends on, rising.
  std::vector<std::size_t> quantities(NodeId node, Operation kind) const;
  bool is_constant(NodeId node) const { return (*this)[node].operation == Operation::constant; }
  const ExpressionNode& operator[](NodeId node) const {
    return nodes_[static_cast<std::size_t>(node)];
  }
  std::size_t size() const { return nodes_.size(); }
  /// Forgets the nodes behind the first `size`.
  void truncate(std::size_t size);

 private:
  static std::uint32_t bit(Operation operation) {
    return std::uint32_t{1} << static_cast<std::uint32_t>(operation);
  }

  using Key = std::tuple<Operation, NodeId, NodeId, std::size_t, std::uint64_t>;

  static Key key_of(const ExpressionNode& node);
  NodeId intern(const ExpressionNode& node);
  NodeId simplified(Operation operation, NodeId a, NodeId b);
  bool equals(NodeId node, double value) const;
  NodeId whole_power(NodeId a, int exponent);
  NodeId chain(const ExpressionNode& node, NodeId self, NodeId da, NodeId db);

  std::vector<ExpressionNode> nodes_;
  std::vector<std::uint32_t> depends_;  ///< by node: bits of the operations below and of its own
  std::map<Key, NodeId> known_;
};

/// Number of operands, 0 to 2.
int operand_count(Operation operation);

}  // namespace rheobase::network
