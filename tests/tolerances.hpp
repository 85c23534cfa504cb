#pragma once

/// Tolerances that several tests share, each with its reason.
namespace rheobase::tolerance {

/// Golden traces: summation order differs from the published program's (measured 3e-13).
inline constexpr double kGoldenReadout = 1e-9;

/// Analytic against central-difference gradients in double (relative).
inline constexpr double kGradient = 1e-6;

/// Statistical tests: fixed seeds, five standard errors.
inline constexpr double kSigmas = 5.0;

}  // namespace rheobase::tolerance
