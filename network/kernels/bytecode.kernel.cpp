// A machine with one register, of a tile of units. What expressions compute stays in vector
// registers from one step to the next; memory sees results, and values that are used more than
// once.
//
// Threaded code: a step's handler ends in a call of the next one's, which the compiler makes a
// jump, with the tile as its arguments: as many as a call passes in registers.
#include <utility>

#include "network/kernels/bytecode_kernels.hpp"
#include "network/kernels/simd/elementary.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

namespace {

namespace bytecode = ::rheobase::network::bytecode;
using ::rheobase::network::BytecodeRow;
using ::rheobase::network::BytecodeStep;
using ::rheobase::network::Operation;

using Register = Doubles::Register;
constexpr std::size_t kStep = Doubles::lanes;
constexpr std::size_t kRegisters = 8;  ///< that a call passes
constexpr std::size_t kPacks = kRegisters / Doubles::parts;
static_assert(kPacks * kStep <= ::rheobase::network::kTileUnits);

/// One of the six operators of bytecode::combine.
template <std::uint32_t Operator>
RHEOBASE_INLINE Register arithmetic(const Register& a, const Register& b) {
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

/// A step's row in this tile: a register after the other, or one for all.
template <bool Shared>
struct Operand {
  using Memory = Doubles::Unaligned;
  Memory* data;
  Register first;

  RHEOBASE_INLINE Operand(const BytecodeRow& row, std::size_t unit)
      : data(reinterpret_cast<Memory*>(row.data + (unit & row.tile))) {
    if constexpr (Shared) {
      first = *data;
    }
  }
  RHEOBASE_INLINE Register operator[](std::size_t k) const {
    if constexpr (Shared) {
      return first;
    } else {
      return data[k];
    }
  }
};

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
    case Operation::power:
      return map<Packs>(tile, x, stride, [](D a, D b) { return power(a, b); });
    case Operation::power_slope:
      return map<Packs>(tile, x, stride, [](D a, D b) { return power_slope(a, b); });
    case Operation::finite_ratio:
      return map<Packs>(tile, x, stride, [](D a, D b) { return finite_ratio(a, b); });
    case Operation::tanh:
      return map<Packs>(tile, [](D a) { return tanh(a); });
    case Operation::sigmoid:
      return map<Packs>(tile, [](D a) { return sigmoid(a); });
    case Operation::exp:
      return map<Packs>(tile, [](D a) { return exp(a); });
    case Operation::log:
      return map<Packs>(tile, [](D a) { return log(a); });
    case Operation::positive_log:
      return map<Packs>(tile, [](D a) { return positive_log(a); });
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

template <std::size_t>
using Numbered = Register;

/// The machine with that many registers.
template <class Numbers>
struct Machine;
template <std::size_t... I>
struct Machine<std::index_sequence<I...>> {
  using Handler = void (*)(const BytecodeStep*, std::size_t unit, Numbered<I>... a);
  static constexpr std::size_t packs = sizeof...(I) / Doubles::parts;

  /// One step, then all that follow.
  template <std::uint32_t Code, bool XShared, bool YShared>
  static void execute(const BytecodeStep* step, std::size_t unit, Numbered<I>... a) {
    if constexpr (Code != bytecode::end) {
      const Operand<XShared> x(step->x, unit);
      const Operand<YShared> y(step->y, unit);
      if constexpr (Code == bytecode::load) {
        ((a = x[I]), ...);
      } else if constexpr (Code == bytecode::store) {
        ((x.data[I] = a), ...);
      } else if constexpr (Code == bytecode::negate) {
        ((a = -a), ...);
      } else if constexpr (Code < bytecode::start) {
        ((a = arithmetic<Code - bytecode::combine>(a, x[I])), ...);
      } else if constexpr (Code < bytecode::nest) {
        ((a = arithmetic<Code - bytecode::start>(x[I], y[I])), ...);
      } else if constexpr (Code < bytecode::function) {
        constexpr std::uint32_t operators = Code - bytecode::nest;
        ((a = arithmetic<operators / 4>(a, arithmetic<operators % 4>(x[I], y[I]))), ...);
      } else {
        ((y.data[I] = a), ...);
        constexpr std::uint32_t operation = Code - bytecode::function + bytecode::first_function;
        apply_function<packs>(static_cast<Operation>(operation), reinterpret_cast<double*>(y.data),
                              reinterpret_cast<const double*>(x.data), XShared ? 0 : kStep);
        ((a = y.data[I]), ...);
      }
      ++step;
      return reinterpret_cast<Handler>(step->handler)(step, unit, a...);
    }
  }

  template <std::uint32_t Code, bool XShared, bool YShared>
  static constexpr Handler handler() {
    constexpr bool reads_x = Code == bytecode::load || Code > bytecode::negate;
    constexpr bool reads_y = Code >= bytecode::start && Code < bytecode::function;
    return &execute < Code, reads_x && XShared, reads_y && YShared > ;
  }

  /// All tiles that fit between `first`, which moves behind them, and `units`.
  template <std::size_t... Code>
  static void run(BytecodeStep* steps, std::size_t& first, std::size_t units,
                  std::index_sequence<Code...>) {
    static constexpr Handler handlers[][4] = {
        {handler<Code, false, false>(), handler<Code, false, true>(), handler<Code, true, false>(),
         handler<Code, true, true>()}...};
    if (first + packs * kStep > units) {
      return;
    }
    for (BytecodeStep* step = steps;; ++step) {
      step->handler =
          reinterpret_cast<void (*)()>(handlers[step->code][2 * step->x_shared + step->y_shared]);
      if (step->code == bytecode::end) {
        break;
      }
    }
    for (; first + packs * kStep <= units; first += packs * kStep) {
      reinterpret_cast<Handler>(steps->handler)(steps, first,
                                                (static_cast<void>(I), Register{})...);
    }
  }
};

/// Tiles of that many packs, then narrower ones for what is left.
template <std::size_t Packs>
void run_tiles(BytecodeStep* steps, std::size_t first, std::size_t units) {
  Machine<std::make_index_sequence<Packs * Doubles::parts>>::run(
      steps, first, units, std::make_index_sequence<bytecode::codes>());
  if constexpr (Packs > 1) {
    run_tiles<Packs / 2>(steps, first, units);
  }
}

}  // namespace

void run_bytecode(BytecodeStep* steps, std::size_t units) {
  run_tiles<kPacks>(steps, 0, units);
}

}  // namespace rheobase::RHEOBASE_SIMD::network
