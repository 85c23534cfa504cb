#include "network/kernels/bytecode_kernels.hpp"
#include "network/kernels/elementary.hpp"
#include "network/kernels/operation.hpp"

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

void multiply_add(const BytecodeStep& step, std::size_t start, std::size_t n) {
  const Source a(step.a, start);
  const Source b(step.b, start);
  const Source c(step.c, start);
  double* to = step.to.data + (start & step.to.block);
  for (std::size_t i = 0; i < n; i += kStep) {
    (a.at(i) * b.at(i) + c.at(i)).store(to + i);
  }
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
    case Operation::multiply_add:
      return multiply_add(s, start, n);
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
