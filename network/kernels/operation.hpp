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
  power,         ///< a^b; NaN where a < 0 and b is not whole
  power_slope,   ///< b a^(b - 1); 0 where a is 0 and b < 1
  finite_ratio,  ///< a / b; 0 where b is 0
  tanh,
  sigmoid,
  exp,
  log,
  positive_log,  ///< log a; 0 where a <= 0
  sqrt,
  sin,
  cos,
  abs,
  sign,
  step,
};

}  // namespace rheobase::network
