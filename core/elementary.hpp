// Elementary functions in double precision from products, sums and quotients alone: the same bits
// on every x86-64 processor. Those of the C library differ there in their last bit, as it takes
// variants with fused multiply-adds. tests/core/elementary_test.cpp states the bounds. Kernels have
// their own, on packs: core/simd.
#pragma once

namespace rheobase::elementary {

/// e^x, error below 0.6 ulp (0.8 for subnormal results).
double exp(double x);

/// e^x - 1, error below 0.8 ulp.
double expm1(double x);

/// ln x, error below 0.9 ulp; -infinity at 0, NaN below.
double log(double x);

/// ln(1 + x), error below 0.9 ulp; -infinity at -1, NaN below.
double log1p(double x);

/// Error below 2.5 ulp.
double sinh(double x);
double cosh(double x);
double tanh(double x);

struct SineCosine {
  double sine, cosine;
};

/// sin and cos of x, error below 0.9 ulp; those of the C library where |x| > 1e6.
SineCosine sine_cosine(double x);

/// sin and cos of 2 pi t, error below 0.9 ulp: exact at multiples of a quarter turn.
SineCosine sine_cosine_of_turns(double t);

/// Angle between the first axis and (x, y), which must be finite: atan2(y, x), error below 2 ulp.
double angle(double x, double y);

}  // namespace rheobase::elementary
