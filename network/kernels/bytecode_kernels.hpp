#pragma once

#include <cstddef>
#include <cstdint>

namespace rheobase::network {

/// A row of a step: unit i of the block that starts at unit `s` is at data[(s & block) + (i &
/// lane)].
struct BytecodeOperand {
  double* data = nullptr;
  std::size_t block = 0;  ///< 0 or all ones
  std::size_t lane = 0;   ///< 0 or all ones
};

/// One operation (equations/expression_graph.hpp) on rows.
struct BytecodeStep {
  std::uint32_t operation = 0;
  BytecodeOperand a, b, c, to;
};

}  // namespace rheobase::network

// Runs the steps over blocks of `block` units, whole packs each.
#define RHEOBASE_DECLARE(variant)                                                      \
  namespace rheobase::variant::network {                                               \
  void run_bytecode(const ::rheobase::network::BytecodeStep* steps, std::size_t count, \
                    std::size_t units, std::size_t block);                             \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE
