#pragma once

#include <cstddef>
#include <cstdint>

#include "network/kernels/operation.hpp"

namespace rheobase::network {

/// Codes of a machine with one register `a`, as many units as a tile has; x and y are the rows that
/// a step names. Operators are +, -, *, / in this order, then y - x and y / x, "swapped".
namespace bytecode {
enum Code : std::uint32_t {
  load,                    ///< a = x
  store,                   ///< x = a
  negate,                  ///< a = -a
  combine,                 ///< a = a op x: plus one of six operators
  start = combine + 6,     ///< a = x op y: plus one of the first four
  nest = start + 4,        ///< a = a op (x op y): plus four times one of six, plus one of four
  function = nest + 6 * 4  ///< a = f(a) or f(a, x): plus an Operation
};
}  // namespace bytecode

/// Units of the longest tile.
inline constexpr std::size_t kTileUnits = 128;

struct BytecodeStep {
  std::uint32_t code = 0;
  std::uint32_t x = 0;
  std::uint32_t y = 0;
};

/// Unit i of the tile that starts at unit s is at data[(s & tile) + i] or, where the row is shared,
/// at data[i & 7].
struct BytecodeRow {
  double* data;
  std::size_t tile;  ///< all ones, or 0 for rows of one tile
  bool shared;
};

}  // namespace rheobase::network

// Runs the steps, tile by tile, for `units` units: whole packs.
#define RHEOBASE_DECLARE(variant)                                                      \
  namespace rheobase::variant::network {                                               \
  void run_bytecode(const ::rheobase::network::BytecodeStep* steps, std::size_t count, \
                    const ::rheobase::network::BytecodeRow* rows, std::size_t units);  \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE
