#pragma once

namespace rheobase::rate {

/// Transfer function phi of a rate unit (Kim, Li & Sejnowski, PNAS 2019). A new one is a word here,
/// a row of the table in activation.cpp and a struct in activation_packs.hpp.
enum class Activation {
  sigmoid,       ///< 1 / (1 + e^-x)
  softplus,      ///< log(1 + e^x), clipped to [0, 20]
  clipped_relu,  ///< max(x, 0), clipped to [0, 20]
};

inline constexpr double kRateCeiling = 20.0;  ///< upper bound of softplus and clipped_relu

/// phi(x) in double precision.
double activate(Activation activation, double x);

}  // namespace rheobase::rate
