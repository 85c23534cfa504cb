#pragma once

#include <cstdint>

namespace rheobase::network {

/// What a node of an expression does.
enum class Operation : std::uint32_t {
  constant,
  state,
  parameter,
  input,
  mean,
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
};

}  // namespace rheobase::network
