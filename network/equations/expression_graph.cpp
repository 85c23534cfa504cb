#include "network/equations/expression_graph.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace rheobase::network {

namespace {

double fold(Operation operation, double a, double b) {
  switch (operation) {
    case Operation::negate:
      return -a;
    case Operation::add:
      return a + b;
    case Operation::subtract:
      return a - b;
    case Operation::multiply:
      return a * b;
    case Operation::divide:
      return a / b;
    default:
      return std::nan("");
  }
}

}  // namespace

int operand_count(Operation operation) {
  switch (operation) {
    case Operation::constant:
    case Operation::state:
    case Operation::parameter:
    case Operation::input:
    case Operation::mean:
      return 0;
    case Operation::add:
    case Operation::subtract:
    case Operation::multiply:
    case Operation::divide:
    case Operation::minimum:
    case Operation::maximum:
    case Operation::power:
    case Operation::power_slope:
    case Operation::finite_ratio:
      return 2;
    default:
      return 1;
  }
}

ExpressionGraph::Key ExpressionGraph::key_of(const ExpressionNode& node) {
  return {node.operation, node.a, node.b, node.index, std::bit_cast<std::uint64_t>(node.value)};
}

void ExpressionGraph::truncate(std::size_t size) {
  while (nodes_.size() > size) {
    known_.erase(key_of(nodes_.back()));
    nodes_.pop_back();
    depends_.pop_back();
  }
}

NodeId ExpressionGraph::intern(const ExpressionNode& node) {
  const auto [entry, is_new] = known_.emplace(key_of(node), static_cast<NodeId>(nodes_.size()));
  if (is_new) {
    nodes_.push_back(node);
    std::uint32_t depends = bit(node.operation);
    for (const NodeId operand : {node.a, node.b}) {
      depends |= operand < 0 ? 0 : depends_[static_cast<std::size_t>(operand)];
    }
    depends_.push_back(depends);
  }
  return entry->second;
}

NodeId ExpressionGraph::constant(double value) {
  return intern({.value = value});
}

NodeId ExpressionGraph::quantity(Operation kind, std::size_t index) {
  return intern({.operation = kind, .index = index});
}

bool ExpressionGraph::equals(NodeId node, double value) const {
  return is_constant(node) && (*this)[node].value == value;
}

/// A simpler node of the same value, -1 if there is none.
NodeId ExpressionGraph::simplified(Operation operation, NodeId a, NodeId b) {
  switch (operation) {
    case Operation::add:
      return equals(a, 0.0) ? b : equals(b, 0.0) ? a : -1;
    case Operation::subtract:
      return equals(b, 0.0) ? a : equals(a, 0.0) ? apply(Operation::negate, b) : -1;
    case Operation::multiply:
      if (equals(a, 0.0) || equals(b, 0.0)) {
        return constant(0.0);
      }
      return equals(a, 1.0) ? b : equals(b, 1.0) ? a : -1;
    case Operation::divide:
      return equals(b, 1.0) || equals(a, 0.0) ? a : -1;
    case Operation::negate:
      return (*this)[a].operation == Operation::negate ? (*this)[a].a : -1;
    default:
      return -1;
  }
}

NodeId ExpressionGraph::apply(Operation operation, NodeId a, NodeId b) {
  const bool arithmetic = operation == Operation::negate ||
                          (operation >= Operation::add && operation <= Operation::divide);
  if (arithmetic && is_constant(a) && (b < 0 || is_constant(b))) {
    return constant(fold(operation, (*this)[a].value, b < 0 ? 0.0 : (*this)[b].value));
  }
  const NodeId simpler = simplified(operation, a, b);
  return simpler >= 0 ? simpler : intern({.operation = operation, .a = a, .b = b});
}

NodeId ExpressionGraph::whole_power(NodeId a, int exponent) {
  if (exponent == 1) {
    return a;
  }
  const NodeId half = whole_power(a, exponent / 2);
  const NodeId square = apply(Operation::multiply, half, half);
  return exponent % 2 == 0 ? square : apply(Operation::multiply, square, a);
}

NodeId ExpressionGraph::power(NodeId a, NodeId b) {
  if (is_constant(b)) {
    const double exponent = (*this)[b].value;
    if (exponent == 0.0) {
      return constant(1.0);
    }
    if (exponent == std::floor(exponent) && std::abs(exponent) <= 64.0) {
      const NodeId positive = whole_power(a, static_cast<int>(std::abs(exponent)));
      return exponent > 0.0 ? positive : apply(Operation::divide, constant(1.0), positive);
    }
    if (exponent == 0.5) {
      return apply(Operation::sqrt, a);
    }
  }
  return apply(Operation::power, a, b);
}

/// Chain rule at one node: da and db are the derivatives of its operands.
NodeId ExpressionGraph::chain(const ExpressionNode& node, NodeId self, NodeId da, NodeId db) {
  const auto times = [this](NodeId x, NodeId y) { return apply(Operation::multiply, x, y); };
  const auto over = [this](NodeId x, NodeId y) { return apply(Operation::divide, x, y); };
  const auto minus = [this](NodeId x, NodeId y) { return apply(Operation::subtract, x, y); };
  const auto plus = [this](NodeId x, NodeId y) { return apply(Operation::add, x, y); };
  switch (node.operation) {
    case Operation::negate:
      return apply(Operation::negate, da);
    case Operation::add:
      return plus(da, db);
    case Operation::subtract:
      return minus(da, db);
    case Operation::multiply:
      return plus(times(da, node.b), times(node.a, db));
    case Operation::divide:
      return over(minus(da, times(self, db)), node.b);
    case Operation::minimum:
    case Operation::maximum: {
      const bool smaller = node.operation == Operation::minimum;
      const NodeId first =
          apply(Operation::step, smaller ? minus(node.b, node.a) : minus(node.a, node.b));
      return plus(times(first, da), times(minus(constant(1.0), first), db));
    }
    case Operation::power: {
      const NodeId by_exponent = times(self, apply(Operation::positive_log, node.a));
      return plus(times(apply(Operation::power_slope, node.a, node.b), da), times(by_exponent, db));
    }
    case Operation::tanh:
      return times(minus(constant(1.0), times(self, self)), da);
    case Operation::sigmoid:
      return times(times(self, minus(constant(1.0), self)), da);
    case Operation::exp:
      return times(self, da);
    case Operation::log:
      return apply(Operation::finite_ratio, da, node.a);
    case Operation::sqrt:
      return apply(Operation::finite_ratio, da, times(constant(2.0), self));
    case Operation::sin:
      return times(apply(Operation::cos, node.a), da);
    case Operation::cos:
      return apply(Operation::negate, times(apply(Operation::sin, node.a), da));
    case Operation::abs:
      return times(apply(Operation::sign, node.a), da);
    default:
      return constant(0.0);
  }
}

std::vector<std::size_t> ExpressionGraph::quantities(NodeId node, Operation kind) const {
  std::vector<bool> needed(static_cast<std::size_t>(node) + 1, false);
  needed.back() = true;
  std::vector<std::size_t> found;
  for (NodeId i = node; i >= 0; --i) {  // nodes refer to earlier ones only
    const ExpressionNode& at = (*this)[i];
    if (!needed[static_cast<std::size_t>(i)] || !depends_on(i, kind)) {
      continue;
    }
    if (at.operation == kind) {
      found.push_back(at.index);
    }
    for (const NodeId operand : {at.a, at.b}) {
      if (operand_count(at.operation) > 0 && operand >= 0) {
        needed[static_cast<std::size_t>(operand)] = true;
      }
    }
  }
  std::ranges::sort(found);
  return found;
}

NodeId ExpressionGraph::derivative(NodeId node, Operation kind, std::size_t index) {
  const NodeId zero = constant(0.0);
  if (!depends_on(node, kind)) {
    return zero;
  }
  std::vector<NodeId> slope(static_cast<std::size_t>(node) + 1, -1);
  // Nodes refer to earlier ones only: one pass in their order. Copies, since nodes_ grows.
  for (NodeId i = 0; i <= node; ++i) {
    const ExpressionNode at = (*this)[i];
    NodeId& d = slope[static_cast<std::size_t>(i)];
    if (operand_count(at.operation) == 0) {
      d = at.operation == kind && at.index == index ? constant(1.0) : zero;
      continue;
    }
    const NodeId da = slope[static_cast<std::size_t>(at.a)];
    const NodeId db = at.b < 0 ? zero : slope[static_cast<std::size_t>(at.b)];
    d = da == zero && db == zero ? zero : chain(at, i, da, db);
  }
  return slope[static_cast<std::size_t>(node)];
}

}  // namespace rheobase::network
