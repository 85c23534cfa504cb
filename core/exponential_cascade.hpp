#pragma once

namespace rheobase {

/// Response of the cascade of two exponential filters with rates x and y (1/time) to a unit
/// impulse, without the amplitude x y: the integral of e^(-x s) e^(-y (t - s)) over s in [0, t],
/// = (e^(-y t) - e^(-x t)) / (x - y) and t e^(-x t) for equal rates. Stable near them; symmetric.
double exponential_cascade(double x, double y, double t);

}  // namespace rheobase
