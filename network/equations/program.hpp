#pragma once

#include <span>
#include <vector>

#include "network/equations/expression_graph.hpp"
#include "network/kernels/bytecode_kernels.hpp"
#include "network/kernels/unit_rows.hpp"

namespace rheobase::network {

/// Where a step of a program reads or writes.
struct ProgramOperand {
  enum class Kind { none, scratch, constant, state, parameter, input, mean, result };
  Kind kind = Kind::none;
  std::size_t index = 0;
};

struct ProgramStep {
  std::uint32_t operation = static_cast<std::uint32_t>(Operation::copy);
  ProgramOperand a{}, b{}, c{}, to{};
};

/// Expressions as steps over blocks of units: bytecode for run_bytecode (kernels/).
class Program {
 public:
  Program() = default;
  /// One result per root. The graph may be dropped afterwards.
  Program(const ExpressionGraph& graph, std::span<const NodeId> roots);

  void run(const UnitRows& rows, double* const* results) const;

  std::span<const ProgramStep> steps() const { return steps_; }
  std::size_t scratch_rows() const { return scratch_rows_; }

 private:
  BytecodeOperand bind(const ProgramOperand& operand, const UnitRows& rows, double* const* results,
                       double* scratch, std::size_t block) const;

  std::vector<ProgramStep> steps_;
  std::vector<double> constants_;  ///< a pack of copies each
  std::size_t scratch_rows_ = 0;
  void (*run_bytecode_)(const BytecodeStep*, std::size_t, std::size_t, std::size_t) = nullptr;
};

}  // namespace rheobase::network
