// Moving average y_i = mean(x_{i-m}, ..., x_{i+m}), m = min((span - 1) / 2, i, n - 1 - i), whole
// numbers: MATLAB's `smooth`.
#pragma once

#include <Eigen/Core>

namespace rheobase::analysis {

/// Centred moving average over `span` samples; near the ends the window shrinks symmetrically, so
/// that it stays centred and odd. An even span acts as span - 1, as MATLAB's `smooth` does.
/// @throws InputError for a span below 1 or longer than the signal
Eigen::VectorXd moving_average(const Eigen::Ref<const Eigen::VectorXd>& signal, Eigen::Index span);

}  // namespace rheobase::analysis
