#include "network/equations/program.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <utility>

#include "core/aligned_vector.hpp"
#include "core/dispatch.hpp"

namespace rheobase::network {

namespace {

constexpr std::size_t kFewScratchRows = 16;  ///< 8 KB on the stack
constexpr std::size_t kFewRows = 64;
constexpr std::size_t kFewSteps = 64;

/// Of instructions that name none.
constexpr ProgramOperand kNoRow{ProgramOperand::Kind::scratch, 0};

/// An operator of bytecode::combine; `swapped`: the register holds the second operand.
std::uint32_t operator_code(Operation operation, bool swapped) {
  const auto code =
      static_cast<std::uint32_t>(operation) - static_cast<std::uint32_t>(Operation::add);
  return swapped && code % 2 == 1 ? 4 + code / 2 : code;
}

bool is_arithmetic(Operation operation) {
  return operation >= Operation::add && operation <= Operation::divide;
}

/// Whether the register may hold the second operand when the first one is elsewhere.
bool takes_either(Operation operation) {
  return is_arithmetic(operation) || operation == Operation::minimum ||
         operation == Operation::maximum;
}

/// Steps in the order of the graph. The register holds the node before; a node that another
/// than the next one uses, or that is used twice, is stored.
class Assembler {
 public:
  Assembler(const ExpressionGraph& graph, std::span<const NodeId> roots)
      : graph_(graph),
        place_(graph.size()),
        uses_(graph.size(), 0),
        roots_(roots),
        first_root_(graph.size(), -1) {
    for (std::size_t root = roots.size(); root-- > 0;) {
      first_root_[static_cast<std::size_t>(roots[root])] = static_cast<std::int32_t>(root);
    }
    count_uses();
    for (std::size_t i = 0; i < graph.size(); ++i) {
      if (needed_[i] != 0 && !place_leaf(static_cast<NodeId>(i))) {
        order_.push_back(static_cast<NodeId>(i));
      }
    }
    for (std::size_t i = 0; i < order_.size(); ++i) {
      if (nests(i, held_)) {
        emit_nested(i++);
      } else {
        emit(order_[i]);
      }
      keep(i);
    }
    for (std::size_t root = 0; root < roots.size(); ++root) {
      const ProgramOperand result{Kind::result, root};
      const ProgramOperand& from = at(roots[root]);
      if (from.kind != result.kind || from.index != result.index) {
        add_step(bytecode::load, from);
        add_step(bytecode::store, result);
      }
    }
    add_step(bytecode::end);
  }

  std::vector<ProgramStep> steps;
  std::vector<ProgramOperand> places;  ///< the rows that steps name
  std::vector<double> constants;
  std::size_t scratch_rows = 0;

 private:
  using Kind = ProgramOperand::Kind;

  void add_step(std::uint32_t code, const ProgramOperand& x = kNoRow,
                const ProgramOperand& y = kNoRow) {
    steps.push_back({code, row_of(x), row_of(y)});
  }
  std::uint32_t row_of(const ProgramOperand& place) {
    const auto [known, is_new] = rows_.emplace(std::pair(place.kind, place.index),
                                               static_cast<std::uint32_t>(places.size()));
    if (is_new) {
      places.push_back(place);
    }
    return known->second;
  }

  ProgramOperand& at(NodeId node) { return place_[static_cast<std::size_t>(node)]; }
  int& uses(NodeId node) { return uses_[static_cast<std::size_t>(node)]; }

  void count_uses() {
    needed_.assign(graph_.size(), 0);
    for (const NodeId root : roots_) {
      needed_[static_cast<std::size_t>(root)] = 1;
    }
    for (std::size_t i = graph_.size(); i-- > 0;) {
      const ExpressionNode& node = graph_[static_cast<NodeId>(i)];
      if (needed_[i] == 0) {
        continue;
      }
      for (const NodeId operand : {node.a, node.b}) {
        if (operand >= 0) {
          needed_[static_cast<std::size_t>(operand)] = 1;
          ++uses(operand);
        }
      }
    }
  }

  bool place_leaf(NodeId id) {
    const ExpressionNode& node = graph_[id];
    switch (node.operation) {
      case Operation::constant:
        at(id) = {Kind::constant, constants.size()};
        constants.push_back(node.value);
        return true;
      case Operation::state:
        at(id) = {Kind::state, node.index};
        return true;
      case Operation::parameter:
        at(id) = {Kind::parameter, node.index};
        return true;
      case Operation::input:
        at(id) = {Kind::input, node.index};
        return true;
      case Operation::mean:
        at(id) = {Kind::mean, node.index};
        return true;
      default:
        return false;
    }
  }

  void emit(NodeId id) {
    const ExpressionNode& node = graph_[id];
    const bool swapped =
        node.b >= 0 && node.b == held_ && node.a != held_ && takes_either(node.operation);
    const bool fresh = node.a != held_ && !swapped;
    if (fresh && is_arithmetic(node.operation)) {
      add_step(bytecode::start + operator_code(node.operation, false), at(node.a), at(node.b));
    } else {
      if (fresh) {
        add_step(bytecode::load, at(node.a));
      }
      const NodeId other = swapped ? node.a : node.b;
      const bool in_memory = !is_arithmetic(node.operation) && node.operation != Operation::negate;
      add_step(code_of(node.operation, swapped), other < 0 ? kNoRow : at(other),
               in_memory ? work_row() : kNoRow);
    }
    release(node.a);
    release(node.b);
    held_ = id;
  }

  static std::uint32_t code_of(Operation operation, bool swapped) {
    if (is_arithmetic(operation)) {
      return bytecode::combine + operator_code(operation, swapped);
    }
    return operation == Operation::negate
               ? bytecode::negate
               : bytecode::function + static_cast<std::uint32_t>(operation) -
                     bytecode::first_function;
  }

  /// Whether the node at `position` and the one behind it are a step with `held`: held op (x op y).
  bool nests(std::size_t position, NodeId held) const {
    if (held < 0 || position + 1 >= order_.size()) {
      return false;
    }
    const NodeId id = order_[position];
    const ExpressionNode& inner = graph_[id];
    const ExpressionNode& outer = graph_[order_[position + 1]];
    return is_arithmetic(inner.operation) && is_arithmetic(outer.operation) && is_used_once(id) &&
           inner.a != held && inner.b != held &&
           ((outer.a == held && outer.b == id) || (outer.a == id && outer.b == held));
  }

  void emit_nested(std::size_t position) {
    const NodeId id = order_[position];
    const ExpressionNode& inner = graph_[id];
    const ExpressionNode& outer = graph_[order_[position + 1]];
    add_step(bytecode::nest + 4 * operator_code(outer.operation, outer.a == id) +
                 operator_code(inner.operation, false),
             at(inner.a), at(inner.b));
    release(inner.a);
    release(inner.b);
    release(held_);
    --uses(id);
    held_ = order_[position + 1];
  }

  /// Stores the node at `position`, which the register holds, unless the next step alone uses it.
  void keep(std::size_t position) {
    const NodeId id = order_[position];
    if (is_used_once(id) && position + 1 < order_.size()) {
      const ExpressionNode& next = graph_[order_[position + 1]];
      const bool second = next.b == id && takes_either(next.operation);
      if (next.a == id || second || nests(position + 1, id)) {
        return;
      }
    }
    at(id) = destination(id);
    add_step(bytecode::store, at(id));
  }

  bool is_used_once(NodeId node) const {
    return uses_[static_cast<std::size_t>(node)] == 1 && !is_root(node);
  }
  bool is_root(NodeId node) const { return first_root_[static_cast<std::size_t>(node)] >= 0; }

  /// A scratch row is free after its last use.
  void release(NodeId node) {
    if (node >= 0 && --uses(node) == 0 && at(node).kind == Kind::scratch) {
      free_.push_back(at(node).index);
    }
  }

  /// A row for the time of one step.
  ProgramOperand work_row() {
    if (free_.empty()) {
      free_.push_back(scratch_rows++);
    }
    return {Kind::scratch, free_.back()};
  }

  /// A root's first place is its result row.
  ProgramOperand destination(NodeId id) {
    if (is_root(id)) {
      return {Kind::result, static_cast<std::size_t>(first_root_[static_cast<std::size_t>(id)])};
    }
    if (free_.empty()) {
      return {Kind::scratch, scratch_rows++};
    }
    const std::size_t row = free_.back();
    free_.pop_back();
    return {Kind::scratch, row};
  }

  const ExpressionGraph& graph_;
  std::vector<ProgramOperand> place_;  ///< none: in the register alone
  std::vector<int> uses_;
  std::vector<char> needed_;
  std::vector<NodeId> order_;
  NodeId held_ = -1;  ///< the node that the register holds
  std::span<const NodeId> roots_;
  std::vector<std::int32_t> first_root_;                        ///< by node, -1: none
  std::map<std::pair<Kind, std::size_t>, std::uint32_t> rows_;  ///< of the places
  std::vector<std::size_t> free_;
};

}  // namespace

Program::Program(const ExpressionGraph& graph, std::span<const NodeId> roots) {
  run_bytecode_ = RHEOBASE_SIMD_DISPATCH(simd_level(), network::run_bytecode);
  Assembler assembler(graph, roots);
  steps_ = std::move(assembler.steps);
  places_ = std::move(assembler.places);
  scratch_rows_ = assembler.scratch_rows;
  for (const double value : assembler.constants) {
    constants_.insert(constants_.end(), kLanes, value);
  }
}

void Program::run(const UnitRows& rows, double* const* results) const {
  alignas(64) std::array<double, kFewScratchRows * kTileUnits> few_doubles;
  AlignedVector<double> many_doubles(scratch_rows_ > kFewScratchRows ? scratch_rows_ * kTileUnits
                                                                     : 0);
  double* scratch = many_doubles.empty() ? few_doubles.data() : many_doubles.data();
  const Row* const given[] = {rows.state, rows.parameter, rows.input, rows.mean};
  struct Place {
    BytecodeRow row;
    bool shared;
  };
  std::array<Place, kFewRows> few_places;
  std::vector<Place> many_places(places_.size() > kFewRows ? places_.size() : 0);
  Place* bound = many_places.empty() ? few_places.data() : many_places.data();
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const auto [kind, index] = places_[i];
    if (kind <= ProgramOperand::Kind::mean) {
      const Row& row = given[static_cast<std::size_t>(kind)][index];
      bound[i] = {{const_cast<double*>(row.data), row.mask}, row.mask == 0};
    } else if (kind == ProgramOperand::Kind::constant) {
      bound[i] = {{const_cast<double*>(constants_.data() + kLanes * index), 0}, true};
    } else if (kind == ProgramOperand::Kind::result) {
      bound[i] = {{results[index], kPerUnit}, false};
    } else {
      bound[i] = {{scratch + index * kTileUnits, 0}, false};
    }
  }
  std::array<BytecodeStep, kFewSteps> few_steps;
  std::vector<BytecodeStep> many_steps(steps_.size() > kFewSteps ? steps_.size() : 0);
  BytecodeStep* steps = many_steps.empty() ? few_steps.data() : many_steps.data();
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Place& x = bound[steps_[i].x];
    const Place& y = bound[steps_[i].y];
    steps[i].x = x.row;
    steps[i].y = y.row;
    steps[i].code = steps_[i].code;
    steps[i].x_shared = x.shared;
    steps[i].y_shared = y.shared;
  }
  run_bytecode_(steps, rows.units);
}

}  // namespace rheobase::network
