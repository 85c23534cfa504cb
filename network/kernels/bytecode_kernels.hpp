#pragma once

#include <cstddef>
#include <cstdint>

#include "network/kernels/operation.hpp"

namespace rheobase::network {

/// Codes of a machine with one register `a`, as many units as a tile has; x and y are the rows that
/// a step names. Operators are +, -, *, / in this order, then y - x and y / x, "swapped".
namespace bytecode {
enum Code : std::uint32_t {
  end,                     ///< of all steps
  load,                    ///< a = x
  store,                   ///< x = a
  negate,                  ///< a = -a
  combine,                 ///< a = a op x: plus one of six operators
  start = combine + 6,     ///< a = x op y: plus one of the first four
  nest = start + 4,        ///< a = a op (x op y): plus four times one of six, plus one of four
  function = nest + 6 * 4  ///< a = f(a) or f(a, x), worked out in y: plus one from minimum to step
};
inline constexpr auto first_function = static_cast<std::uint32_t>(Operation::minimum);
inline constexpr std::uint32_t codes =
    function + static_cast<std::uint32_t>(Operation::step) - first_function + 1;
}  // namespace bytecode

/// Units of the longest tile.
inline constexpr std::size_t kTileUnits = 64;

/// A row of a step: unit i of the tile that starts at unit s is at data[(s & tile) + i] or, where
/// the row is shared, at data[i & 7].
struct BytecodeRow {
  double* data;
  std::size_t tile;  ///< all ones, or 0 for rows of one tile
};

struct BytecodeStep {
  void (*handler)();  ///< set by run_bytecode
  BytecodeRow x;
  BytecodeRow y;
  std::uint32_t code;
  bool x_shared;
  bool y_shared;
};

}  // namespace rheobase::network

// Runs the steps, of which the last is `end`, tile by tile for `units` units: whole packs.
#define RHEOBASE_DECLARE(variant)                                                 \
  namespace rheobase::variant::network {                                          \
  void run_bytecode(::rheobase::network::BytecodeStep* steps, std::size_t units); \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE
