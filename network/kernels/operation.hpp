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
  multiply_add,  ///< a b + c, rounded twice; of programs only
};

}  // namespace rheobase::network
