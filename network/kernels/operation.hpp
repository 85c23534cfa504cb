#pragma once

#include <cstdint>

namespace rheobase::network {

/// What a node of an expression or a step of a program does.
enum class Operation : std::uint32_t {
  constant,
  state,
  parameter,
  input,
  mean,
  copy,
  negate,
  add,
  subtract,
  multiply,
  divide,
  minimum,
  maximum,
  tanh,
  sigmoid,
  exp,
  log,
  sqrt,
  sin,
  cos,
  abs,
  sign,
  step,
  /// Of programs only: this plus fused_code(...), two operations of arithmetic, rounded one by one.
  fused,
};

/// Of add, subtract, multiply, divide: second(first(a, b), c), or second(c, first(a, b)).
constexpr std::uint32_t fused_code(Operation first, Operation second, bool swapped) {
  constexpr auto base = static_cast<std::uint32_t>(Operation::add);
  return ((static_cast<std::uint32_t>(first) - base) * 4 +
          (static_cast<std::uint32_t>(second) - base)) *
             2 +
         (swapped ? 1 : 0);
}
inline constexpr std::uint32_t kFusedCodes = 32;

}  // namespace rheobase::network
