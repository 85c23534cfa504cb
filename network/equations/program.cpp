#include "network/equations/program.hpp"

#include <algorithm>
#include <array>

#include "core/dispatch.hpp"

namespace rheobase::network {

namespace {

constexpr std::size_t kScratchDoubles = 4096;  ///< 32 KB, what a first-level cache holds
constexpr std::size_t kLongestBlock = 256;

/// Numbers of steps by node: which are needed, how often, and where they are kept.
class Assembler {
 public:
  Assembler(const ExpressionGraph& graph, std::span<const NodeId> roots)
      : graph_(graph),
        place_(graph.size()),
        uses_(graph.size(), 0),
        absorbs_(graph.size(), -1),
        absorbed_(graph.size(), 0),
        roots_(roots) {
    count_uses();
    absorb();
    for (std::size_t i = 0; i < graph.size(); ++i) {
      emit(static_cast<NodeId>(i));
    }
    for (std::size_t root = 0; root < roots.size(); ++root) {
      const ProgramOperand result{ProgramOperand::Kind::result, root};
      const ProgramOperand& from = at(roots[root]);
      if (from.kind != result.kind || from.index != result.index) {
        steps.push_back({.a = from, .to = result});
      }
    }
  }

  std::vector<ProgramStep> steps;
  std::vector<double> constants;
  std::size_t scratch_rows = 0;

 private:
  using Kind = ProgramOperand::Kind;

  ProgramOperand& at(NodeId node) { return place_[static_cast<std::size_t>(node)]; }
  int& uses(NodeId node) { return uses_[static_cast<std::size_t>(node)]; }
  bool is_root(NodeId node) const { return std::ranges::find(roots_, node) != roots_.end(); }

  void count_uses() {
    std::vector<char> needed(graph_.size(), 0);
    for (const NodeId root : roots_) {
      needed[static_cast<std::size_t>(root)] = 1;
    }
    for (std::size_t i = graph_.size(); i-- > 0;) {
      const ExpressionNode& node = graph_[static_cast<NodeId>(i)];
      if (needed[i] == 0) {
        continue;
      }
      for (const NodeId operand : {node.a, node.b}) {
        if (operand >= 0) {
          needed[static_cast<std::size_t>(operand)] = 1;
          ++uses(operand);
        }
      }
    }
    needed_ = std::move(needed);
  }

  static bool is_arithmetic(Operation operation) {
    return operation == Operation::negate ||
           (operation >= Operation::add && operation <= Operation::divide);
  }

  /// An operation of arithmetic whose result only another one uses becomes one step with it.
  void absorb() {
    for (std::size_t i = 0; i < graph_.size(); ++i) {
      const ExpressionNode& node = graph_[static_cast<NodeId>(i)];
      if (needed_[i] == 0 || !is_arithmetic(node.operation)) {
        continue;
      }
      for (const NodeId operand : {node.a, node.b}) {
        if (operand >= 0 && is_arithmetic(graph_[operand].operation) && uses(operand) == 1 &&
            !is_root(operand) && absorbs_[static_cast<std::size_t>(operand)] < 0) {
          absorbs_[i] = operand;
          absorbed_[static_cast<std::size_t>(operand)] = 1;
          break;
        }
      }
    }
  }

  /// The second operand; that of a negation is -1, a factor.
  ProgramOperand take_second(const ExpressionNode& node) {
    if (node.operation != Operation::negate) {
      return take(node.b);
    }
    constants.push_back(-1.0);
    return {Kind::constant, constants.size() - 1};
  }
  static Operation factor_for_sign(Operation operation) {
    return operation == Operation::negate ? Operation::multiply : operation;
  }

  void emit(NodeId id) {
    const ExpressionNode& node = graph_[id];
    if (needed_[static_cast<std::size_t>(id)] == 0 || place_leaf(id, node)) {
      return;
    }
    if (absorbed_[static_cast<std::size_t>(id)] != 0) {
      return;
    }
    ProgramStep step{.operation = static_cast<std::uint32_t>(node.operation)};
    if (const NodeId inner = absorbs_[static_cast<std::size_t>(id)]; inner >= 0) {
      const ExpressionNode& first = graph_[inner];
      step.operation = static_cast<std::uint32_t>(Operation::fused) +
                       fused_code(factor_for_sign(first.operation), factor_for_sign(node.operation),
                                  inner != node.a);
      step.a = take(first.a);
      step.b = take_second(first);
      step.c = inner == node.a ? take_second(node) : take(node.a);
    } else {
      step.a = take(node.a);
      step.b = node.b >= 0 ? take(node.b) : ProgramOperand{};
    }
    step.to = destination(id);
    at(id) = step.to;
    steps.push_back(step);
  }

  bool place_leaf(NodeId id, const ExpressionNode& node) {
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

  /// The place of an operand; its scratch row is free after its last use.
  ProgramOperand take(NodeId node) {
    const ProgramOperand place = at(node);
    if (--uses(node) == 0 && place.kind == Kind::scratch) {
      free_.push_back(place.index);
    }
    return place;
  }

  /// A root's first place is its result row. Steps work pack by pack, so a row may be written
  /// over while it is read.
  ProgramOperand destination(NodeId id) {
    const auto root = std::ranges::find(roots_, id);
    if (root != roots_.end()) {
      return {Kind::result, static_cast<std::size_t>(root - roots_.begin())};
    }
    if (free_.empty()) {
      return {Kind::scratch, scratch_rows++};
    }
    const std::size_t row = free_.back();
    free_.pop_back();
    return {Kind::scratch, row};
  }

  const ExpressionGraph& graph_;
  std::vector<ProgramOperand> place_;
  std::vector<int> uses_;
  std::vector<char> needed_;
  std::vector<NodeId> absorbs_;  ///< the operand that is computed in the same step, or -1
  std::vector<char> absorbed_;
  std::span<const NodeId> roots_;
  std::vector<std::size_t> free_;
};

}  // namespace

Program::Program(const ExpressionGraph& graph, std::span<const NodeId> roots) {
  run_bytecode_ = RHEOBASE_SIMD_DISPATCH(simd_level(), network::run_bytecode);
  Assembler assembler(graph, roots);
  steps_ = std::move(assembler.steps);
  scratch_rows_ = assembler.scratch_rows;
  for (const double value : assembler.constants) {
    constants_.insert(constants_.end(), kLanes, value);
  }
}

BytecodeOperand Program::bind(const ProgramOperand& operand, const UnitRows& rows,
                              double* const* results, double* scratch, std::size_t block) const {
  const auto external = [](const Row& row) {
    return BytecodeOperand{const_cast<double*>(row.data), row.mask, row.mask};
  };
  switch (operand.kind) {
    case ProgramOperand::Kind::scratch:
      return {scratch + operand.index * block, 0, kPerUnit};
    case ProgramOperand::Kind::state:
      return external(rows.state[operand.index]);
    case ProgramOperand::Kind::parameter:
      return external(rows.parameter[operand.index]);
    case ProgramOperand::Kind::input:
      return external(rows.input[operand.index]);
    case ProgramOperand::Kind::mean:
      return external(rows.mean[operand.index]);
    case ProgramOperand::Kind::result:
      return {results[operand.index], kPerUnit, kPerUnit};
    case ProgramOperand::Kind::constant:
      return external({constants_.data() + kLanes * operand.index, 0});
    case ProgramOperand::Kind::none:
      break;
  }
  return external({constants_.data(), 0});
}

void Program::run(const UnitRows& rows, double* const* results) const {
  alignas(64) double scratch[kScratchDoubles];
  constexpr std::size_t kMostSteps = 64;
  const std::size_t fitting = kScratchDoubles / std::max<std::size_t>(scratch_rows_, 1);
  const std::size_t block = std::min(kLongestBlock, fitting / kLanes * kLanes);
  std::array<BytecodeStep, kMostSteps> few;
  std::vector<BytecodeStep> many(steps_.size() > kMostSteps ? steps_.size() : 0);
  std::vector<double> large(block == 0 ? kLanes * scratch_rows_ : 0);
  BytecodeStep* bound = many.empty() ? few.data() : many.data();
  const std::size_t length = block == 0 ? kLanes : block;
  double* memory = block == 0 ? large.data() : scratch;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const ProgramStep& step = steps_[i];
    bound[i] = {
        static_cast<std::uint32_t>(step.operation), bind(step.a, rows, results, memory, length),
        bind(step.b, rows, results, memory, length), bind(step.c, rows, results, memory, length),
        bind(step.to, rows, results, memory, length)};
  }
  run_bytecode_(bound, steps_.size(), rows.units, length);
}

}  // namespace rheobase::network
