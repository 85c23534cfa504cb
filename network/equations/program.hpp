#pragma once

#include <span>
#include <vector>

#include "network/equations/expression_graph.hpp"
#include "network/kernels/bytecode_kernels.hpp"
#include "network/kernels/unit_rows.hpp"

namespace rheobase::network {

/// A row that a program reads or writes.
struct ProgramOperand {
  enum class Kind : std::uint32_t {
    state,
    parameter,
    input,
    mean,
    constant,
    scratch,
    result,
    none
  };
  Kind kind = Kind::none;
  std::size_t index = 0;

  friend bool operator==(const ProgramOperand&, const ProgramOperand&) = default;
};

/// A bytecode::Code and the places that it names.
struct ProgramStep {
  std::uint32_t code = 0;
  std::uint32_t x = 0;
  std::uint32_t y = 0;
};

/// Expressions as instructions over tiles of units: bytecode for run_bytecode (kernels/).
class Program {
 public:
  Program() = default;
  /// One result per root. The graph may be dropped afterwards.
  Program(const ExpressionGraph& graph, std::span<const NodeId> roots);

  void run(const UnitRows& rows, double* const* results) const;

 private:
  std::vector<ProgramStep> steps_;
  std::vector<ProgramOperand> places_;  ///< the rows that steps name
  std::vector<double> constants_;       ///< a pack of copies each
  std::size_t scratch_rows_ = 0;
  void (*run_bytecode_)(BytecodeStep*, std::size_t) = nullptr;
};

}  // namespace rheobase::network
