// Synchrony chi = sqrt(var_t(<a_i>_i) / <var_t(a_i)>_i) of activity a_i(t): 1 where all units do
// the same, about 1 / sqrt(N) where they are independent.
// Reference: Golomb & Rinzel, Phys Rev E 48:4810 (1993).
#pragma once

#include <optional>

#include <Eigen/Core>

namespace rheobase::analysis {

/// Synchrony chi = sqrt(var_t(mean over units) / mean over units(var_t)): 1 when all units do the
/// same, about 1 / sqrt(N) when they are independent (Golomb & Rinzel, Phys Rev E 48:4810, 1993;
/// Golomb, Hansel & Mato, Handbook of Biological Physics 4:887, 2001).
///
/// Any signal that follows activity will do: voltages, filtered spike trains, rates.
/// @param activity  N x samples
/// @returns nothing where no unit varies
/// @throws InputError for fewer than two samples or values that are not finite
std::optional<double> synchrony_chi(const Eigen::MatrixXd& activity);

}  // namespace rheobase::analysis
