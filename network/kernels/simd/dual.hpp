// Numbers with a derivative, for kernel files only: the equations of a template, instantiated with
// them, give their own partial derivatives.
#pragma once

#include "network/kernels/simd/elementary.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

struct Dual {
  Doubles value;
  Doubles tangent;

  RHEOBASE_INLINE static Dual all(double value) { return {Doubles::all(value), Doubles::all(0.0)}; }
};

RHEOBASE_INLINE Dual operator-(const Dual& a) {
  return {-a.value, -a.tangent};
}
RHEOBASE_INLINE Dual operator+(const Dual& a, const Dual& b) {
  return {a.value + b.value, a.tangent + b.tangent};
}
RHEOBASE_INLINE Dual operator-(const Dual& a, const Dual& b) {
  return {a.value - b.value, a.tangent - b.tangent};
}
RHEOBASE_INLINE Dual operator*(const Dual& a, const Dual& b) {
  return {a.value * b.value, a.tangent * b.value + a.value * b.tangent};
}
RHEOBASE_INLINE Dual operator/(const Dual& a, const Dual& b) {
  const Doubles quotient = a.value / b.value;
  return {quotient, (a.tangent - quotient * b.tangent) / b.value};
}
RHEOBASE_INLINE Dual operator*(const Dual& a, double b) {
  return {a.value * b, a.tangent * b};
}

RHEOBASE_INLINE Dual tanh(const Dual& a) {
  const Doubles value = tanh(a.value);
  return {value, (Doubles::all(1.0) - value * value) * a.tangent};
}
RHEOBASE_INLINE Dual sigmoid(const Dual& a) {
  const Doubles value = sigmoid(a.value);
  return {value, value * (Doubles::all(1.0) - value) * a.tangent};
}

}  // namespace rheobase::RHEOBASE_SIMD::network
