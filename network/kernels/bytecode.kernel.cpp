// A machine with one register, of a tile of units. What expressions compute stays in vector
// registers from one step to the next; memory sees results, and values that are used more than
// once.
#include "network/kernels/bytecode_kernels.hpp"
#include "network/kernels/simd/elementary.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

namespace {

namespace bytecode = ::rheobase::network::bytecode;
using ::rheobase::network::BytecodeRow;
using ::rheobase::network::BytecodeStep;
using ::rheobase::network::Operation;

constexpr std::size_t kStep = Doubles::lanes;
// Of a tile, as many as leave some for operands: the longer it is, the less a step's dispatch
// counts.
#if defined(__AVX512F__)
constexpr std::size_t kRegisters = 16;
#else
constexpr std::size_t kRegisters = 8;
#endif
constexpr std::size_t kPacks = kRegisters / Doubles::parts;
static_assert(kPacks * kStep <= ::rheobase::network::kTileUnits);

/// One of the six operators of bytecode::combine.
template <std::uint32_t Operator>
RHEOBASE_INLINE Doubles arithmetic(const Doubles& a, const Doubles& b) {
  if constexpr (Operator == 0) {
    return a + b;
  } else if constexpr (Operator == 1) {
    return a - b;
  } else if constexpr (Operator == 2) {
    return a * b;
  } else if constexpr (Operator == 3) {
    return a / b;
  } else if constexpr (Operator == 4) {
    return b - a;
  } else {
    return b / a;
  }
}

/// A step's row in this tile: a pack after the other, or one for all.
template <bool Shared>
struct Operand {
  const double* data;
  Doubles first;

  RHEOBASE_INLINE explicit Operand(const double* from) : data(from) {
    if constexpr (Shared) {
      first = Doubles::load(from);
    }
  }
  RHEOBASE_INLINE Doubles pack(std::size_t k) const {
    if constexpr (Shared) {
      return first;
    } else {
      return Doubles::load(data + k * kStep);
    }
  }
};

struct Load {
  RHEOBASE_INLINE static Doubles of(const Doubles&, const Doubles& x) { return x; }
};
template <std::uint32_t Operator>
struct Combine {
  RHEOBASE_INLINE static Doubles of(const Doubles& a, const Doubles& x) {
    return arithmetic<Operator>(a, x);
  }
};
template <std::uint32_t Operator>
struct Start {
  RHEOBASE_INLINE static Doubles of(const Doubles&, const Doubles& x, const Doubles& y) {
    return arithmetic<Operator>(x, y);
  }
};
template <std::uint32_t Code>
struct Nest {
  RHEOBASE_INLINE static Doubles of(const Doubles& a, const Doubles& x, const Doubles& y) {
    return arithmetic<Code / 4>(a, arithmetic<Code % 4>(x, y));
  }
};

template <class Function, std::size_t Packs, class X, class... Y>
RHEOBASE_INLINE void over_packs(Doubles (&a)[Packs], const X& x, const Y&... y) {
  for (std::size_t k = 0; k < Packs; ++k) {
    a[k] = Function::of(a[k], x.pack(k), y.pack(k)...);
  }
}

template <class Function, std::size_t Packs, class... X>
RHEOBASE_INLINE void with_row(Doubles (&a)[Packs], const double* y, bool shared, const X&... x) {
  if (shared) {
    over_packs<Function>(a, x..., Operand<true>(y));
  } else {
    over_packs<Function>(a, x..., Operand<false>(y));
  }
}

template <class Function, std::size_t Packs>
RHEOBASE_INLINE void with_rows(Doubles (&a)[Packs], const double* x, bool x_shared, const double* y,
                               bool y_shared) {
  if (x_shared) {
    with_row<Function>(a, y, y_shared, Operand<true>(x));
  } else {
    with_row<Function>(a, y, y_shared, Operand<false>(x));
  }
}

template <std::size_t Packs, class Function>
RHEOBASE_INLINE void map(double* tile, Function function) {
  for (std::size_t k = 0; k < Packs; ++k) {
    function(Doubles::load(tile + k * kStep)).store(tile + k * kStep);
  }
}
template <std::size_t Packs, class Function>
RHEOBASE_INLINE void map(double* tile, const double* x, std::size_t stride, Function function) {
  for (std::size_t k = 0; k < Packs; ++k) {
    function(Doubles::load(tile + k * kStep), Doubles::load(x + k * stride))
        .store(tile + k * kStep);
  }
}

/// What takes registers of its own works in memory.
template <std::size_t Packs>
[[gnu::noinline]] void apply_function(Operation operation, double* tile, const double* x,
                                      std::size_t stride) {
  using D = const Doubles&;
  switch (operation) {
    case Operation::minimum:  // where neither is less they are equal or one is NaN, which stays
      return map<Packs>(tile, x, stride, [](D a, D b) {
        return select_less(a, b, a, select_less(b, a, b, (a + b) * 0.5));
      });
    case Operation::maximum:
      return map<Packs>(tile, x, stride, [](D a, D b) {
        return select_less(a, b, b, select_less(b, a, a, (a + b) * 0.5));
      });
    case Operation::tanh:
      return map<Packs>(tile, [](D a) { return tanh(a); });
    case Operation::sigmoid:
      return map<Packs>(tile, [](D a) { return sigmoid(a); });
    case Operation::exp:
      return map<Packs>(tile, [](D a) { return exp(a); });
    case Operation::log:
      return map<Packs>(tile, [](D a) { return log(a); });
    case Operation::sqrt:
      return map<Packs>(tile, [](D a) { return sqrt(a); });
    case Operation::sin:
      return map<Packs>(tile, [](D a) { return sin(a); });
    case Operation::cos:
      return map<Packs>(tile, [](D a) { return cos(a); });
    case Operation::abs:
      return map<Packs>(tile, [](D a) { return abs(a); });
    case Operation::sign:
      return map<Packs>(tile, [](D a) { return sign(a); });
    default:
      return map<Packs>(tile, [](D a) { return step(a); });
  }
}

#define RHEOBASE_FOUR(CASE, n) CASE(n) CASE(n + 1) CASE(n + 2) CASE(n + 3)
#define RHEOBASE_COMBINE(n)               \
  case bytecode::combine + n:             \
    with_row<Combine<n>>(a, x, x_shared); \
    break;
#define RHEOBASE_WITH_ROWS(base, Function, n)                                     \
  case bytecode::base + n:                                                        \
    with_rows<Function<n>>(a, x, x_shared, place(step->y), rows[step->y].shared); \
    break;
#define RHEOBASE_START(n) RHEOBASE_WITH_ROWS(start, Start, n)
#define RHEOBASE_NEST(n) RHEOBASE_WITH_ROWS(nest, Nest, n)

template <std::size_t Packs>
void run_tile(const BytecodeStep* step, const BytecodeStep* end, const BytecodeRow* rows,
              std::size_t first_unit) {
  const auto place = [&](std::uint32_t row) {
    return rows[row].data + (first_unit & rows[row].tile);
  };
  Doubles a[Packs] = {};
  for (; step != end; ++step) {
    double* x = place(step->x);
    const bool x_shared = rows[step->x].shared;
    switch (step->code) {
      case bytecode::load:
        with_row<Load>(a, x, x_shared);
        break;
      case bytecode::store:
        for (std::size_t k = 0; k < Packs; ++k) {
          a[k].store(x + k * kStep);
        }
        break;
      case bytecode::negate:
        for (std::size_t k = 0; k < Packs; ++k) {
          a[k] = -a[k];
        }
        break;
        RHEOBASE_FOUR(RHEOBASE_COMBINE, 0)
        RHEOBASE_COMBINE(4)
        RHEOBASE_COMBINE(5)
        RHEOBASE_FOUR(RHEOBASE_START, 0)
        RHEOBASE_FOUR(RHEOBASE_NEST, 0)
        RHEOBASE_FOUR(RHEOBASE_NEST, 4)
        RHEOBASE_FOUR(RHEOBASE_NEST, 8)
        RHEOBASE_FOUR(RHEOBASE_NEST, 12)
        RHEOBASE_FOUR(RHEOBASE_NEST, 16)
        RHEOBASE_FOUR(RHEOBASE_NEST, 20)
      default: {
        alignas(64) double tile[Packs * kStep];
        for (std::size_t k = 0; k < Packs; ++k) {
          a[k].store(tile + k * kStep);
        }
        apply_function<Packs>(static_cast<Operation>(step->code - bytecode::function), tile, x,
                              x_shared ? 0 : kStep);
        for (std::size_t k = 0; k < Packs; ++k) {
          a[k] = Doubles::load(tile + k * kStep);
        }
      }
    }
  }
}

#undef RHEOBASE_FOUR
#undef RHEOBASE_COMBINE
#undef RHEOBASE_WITH_ROWS
#undef RHEOBASE_START
#undef RHEOBASE_NEST

/// Tiles of that many packs, then narrower ones for what is left.
template <std::size_t Packs>
void run_tiles(const BytecodeStep* step, const BytecodeStep* end, const BytecodeRow* rows,
               std::size_t start, std::size_t units) {
  for (; start + Packs * kStep <= units; start += Packs * kStep) {
    run_tile<Packs>(step, end, rows, start);
  }
  if constexpr (Packs > 1) {
    run_tiles<Packs / 2>(step, end, rows, start, units);
  }
}

}  // namespace

void run_bytecode(const BytecodeStep* steps, std::size_t count, const BytecodeRow* rows,
                  std::size_t units) {
  run_tiles<kPacks>(steps, steps + count, rows, 0, units);
}

}  // namespace rheobase::RHEOBASE_SIMD::network
