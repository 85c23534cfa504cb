#include <utility>

#include "network/kernels/bytecode_kernels.hpp"
#include "network/kernels/operation.hpp"
#include "network/kernels/simd/elementary.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

namespace {

using ::rheobase::network::BytecodeOperand;
using ::rheobase::network::BytecodeStep;
using ::rheobase::network::Operation;

constexpr std::size_t kStep = Doubles::lanes;

struct Source {
  const double* data;
  std::size_t lane;

  RHEOBASE_INLINE Source(const BytecodeOperand& operand, std::size_t start)
      : data(operand.data + (start & operand.block)), lane(operand.lane) {}
  RHEOBASE_INLINE Doubles at(std::size_t i) const { return Doubles::load(data + (i & lane)); }
};

template <class Function>
RHEOBASE_INLINE void unary(const BytecodeStep& step, std::size_t start, std::size_t n,
                           Function function) {
  const Source a(step.a, start);
  double* to = step.to.data + (start & step.to.block);
  for (std::size_t i = 0; i < n; i += kStep) {
    function(a.at(i)).store(to + i);
  }
}

template <class Function>
RHEOBASE_INLINE void binary(const BytecodeStep& step, std::size_t start, std::size_t n,
                            Function function) {
  const Source a(step.a, start);
  const Source b(step.b, start);
  double* to = step.to.data + (start & step.to.block);
  for (std::size_t i = 0; i < n; i += kStep) {
    function(a.at(i), b.at(i)).store(to + i);
  }
}

constexpr auto kFirstCode = static_cast<std::uint32_t>(Operation::fused);

/// +, -, * or /, counted from Operation::add.
template <std::uint32_t Which>
RHEOBASE_INLINE Doubles arithmetic(const Doubles& a, const Doubles& b) {
  if constexpr (Which == 0) {
    return a + b;
  } else if constexpr (Which == 1) {
    return a - b;
  } else if constexpr (Which == 2) {
    return a * b;
  } else {
    return a / b;
  }
}

template <std::uint32_t Code>
void fused_loop(const BytecodeStep& step, std::size_t start, std::size_t n) {
  const Source a(step.a, start);
  const Source b(step.b, start);
  const Source c(step.c, start);
  double* to = step.to.data + (start & step.to.block);
#pragma GCC unroll 4
  for (std::size_t i = 0; i < n; i += kStep) {
    const Doubles inner = arithmetic<Code / 8>(a.at(i), b.at(i));
    if constexpr (Code % 2 == 0) {
      arithmetic<Code / 2 % 4>(inner, c.at(i)).store(to + i);
    } else {
      arithmetic<Code / 2 % 4>(c.at(i), inner).store(to + i);
    }
  }
}

template <std::size_t... Codes>
RHEOBASE_INLINE void run_fused(const BytecodeStep& step, std::size_t start, std::size_t n,
                               std::index_sequence<Codes...>) {
  using Loop = void (*)(const BytecodeStep&, std::size_t, std::size_t);
  static constexpr Loop loops[] = {&fused_loop<Codes>...};
  loops[step.operation - kFirstCode](step, start, n);
}

void elementary_function(const BytecodeStep& s, std::size_t start, std::size_t n) {
  switch (static_cast<Operation>(s.operation)) {
    case Operation::tanh:
      return unary(s, start, n, [](const Doubles& x) { return tanh(x); });
    case Operation::sigmoid:
      return unary(s, start, n, [](const Doubles& x) { return sigmoid(x); });
    case Operation::exp:
      return unary(s, start, n, [](const Doubles& x) { return exp(x); });
    case Operation::log:
      return unary(s, start, n, [](const Doubles& x) { return log(x); });
    case Operation::sqrt:
      return unary(s, start, n, [](const Doubles& x) { return sqrt(x); });
    case Operation::sin:
      return unary(s, start, n, [](const Doubles& x) { return sin(x); });
    case Operation::cos:
      return unary(s, start, n, [](const Doubles& x) { return cos(x); });
    case Operation::abs:
      return unary(s, start, n, [](const Doubles& x) { return abs(x); });
    case Operation::sign:
      return unary(s, start, n, [](const Doubles& x) { return sign(x); });
    case Operation::step:
      return unary(s, start, n, [](const Doubles& x) { return step(x); });
    default:
      return unary(s, start, n, [](const Doubles& x) { return x; });
  }
}

void run_step(const BytecodeStep& s, std::size_t start, std::size_t n) {
  using D = const Doubles&;
  if (s.operation >= kFirstCode) {
    return run_fused(s, start, n, std::make_index_sequence<::rheobase::network::kFusedCodes>());
  }
  switch (static_cast<Operation>(s.operation)) {
    case Operation::add:
      return binary(s, start, n, [](D a, D b) { return a + b; });
    case Operation::subtract:
      return binary(s, start, n, [](D a, D b) { return a - b; });
    case Operation::multiply:
      return binary(s, start, n, [](D a, D b) { return a * b; });
    case Operation::divide:
      return binary(s, start, n, [](D a, D b) { return a / b; });
    case Operation::minimum:  // where neither is less they are equal or one is NaN, which stays
      return binary(s, start, n, [](D a, D b) {
        return select_less(a, b, a, select_less(b, a, b, (a + b) * 0.5));
      });
    case Operation::maximum:
      return binary(s, start, n, [](D a, D b) {
        return select_less(a, b, b, select_less(b, a, a, (a + b) * 0.5));
      });
    case Operation::negate:
      return unary(s, start, n, [](D a) { return -a; });
    default:
      return elementary_function(s, start, n);
  }
}

}  // namespace

void run_bytecode(const BytecodeStep* steps, std::size_t count, std::size_t units,
                  std::size_t block) {
  for (std::size_t start = 0; start < units; start += block) {
    const std::size_t n = units - start < block ? units - start : block;
    for (std::size_t i = 0; i < count; ++i) {
      run_step(steps[i], start, n);
    }
  }
}

}  // namespace rheobase::RHEOBASE_SIMD::network
