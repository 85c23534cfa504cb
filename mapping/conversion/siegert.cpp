// The rate of a leaky integrate-and-fire unit with white noise.
//
//   tau v' = -v + mu + sigma sqrt(2 tau) xi(t),  spike at theta, reset to N(v_r, s^2 t_ref),
//   T(v_r) = tau sqrt(pi) (G(x_theta) - G(x_r)),  x = (v - mu) / (sqrt(2) sigma),
//   G(x)   = integral of e^(u^2) (1 + erf u) from 0 to x,
//   F      = 1000 / (t_ref + E[T(v_r)])
//
// s^2 = 2 sigma^2 / tau is the intensity of the noise: it goes on while a unit is refractory, as in
// the engines, so that a unit leaves that period with a spread of its own. The mean over it takes
// three points of Gauss and Hermite, which is enough while the spread is small beside theta - v_r;
// what lies above the threshold fires at once, T = 0. Without refractory_noise, v = v_r.
//
// | symbol | member or argument | unit | default |
// | --- | --- | --- | --- |
// | tau | tau_membrane_ms | ms | 10 |
// | t_ref | refractory_ms | ms | 2 |
// | theta - v_r | threshold_mv - reset_mv | mV | 25 |
// | mu - theta | drive_mv | mV | |
// | sigma | noise_sd_mv | mV | 1 |
//
// Reference: Siegert, Phys Rev 81:617 (1951).
#include "mapping/conversion/siegert.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/whole_number.hpp"

namespace rheobase::mapping {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Below it e^(u^2) erfc(u) is neither 0 times infinity nor loses digits that matter.
constexpr double kLastOfTable = 16.0;
/// From here on e^(u^2) is beyond every rate.
constexpr double kSilent = 26.0;

/// Integral from 0 of a smooth function, by Gauss and Legendre from the nearest node below.
class TabulatedIntegral {
 public:
  TabulatedIntegral(double (*f)(double), double end) : f_(f) {
    const auto count = to_integer<std::size_t>(end / kWidth);
    sums_.assign(count + 1, 0.0);
    for (std::size_t i = 0; i < count; ++i) {
      const double from = static_cast<double>(i) * kWidth;
      sums_[i + 1] = sums_[i] + piece(from, from + kWidth);
    }
  }
  double operator()(double x) const {
    const auto node = std::min(static_cast<std::size_t>(x / kWidth), sums_.size() - 1);
    return sums_[node] + piece(static_cast<double>(node) * kWidth, x);
  }

 private:
  static constexpr double kWidth = 0.125;

  double piece(double from, double to) const {
    constexpr std::array<double, 3> nodes{0.2386191860831969, 0.6612093864662645,
                                          0.9324695142031521};
    constexpr std::array<double, 3> weights{0.4679139345726910, 0.3607615730481386,
                                            0.1713244923791704};
    const double middle = 0.5 * (from + to);
    const double half = 0.5 * (to - from);
    double sum = 0.0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      sum += weights[i] * (f_(middle - half * nodes[i]) + f_(middle + half * nodes[i]));
    }
    return half * sum;
  }

  double (*f_)(double);
  std::vector<double> sums_;
};

/// Integral of the asymptotic series of e^(t^2) erfc(t), up to a constant.
double far_integral(double t) {
  double term = 1.0;
  double sum = std::log(t);
  for (int k = 1; k <= 6; ++k) {
    term *= -(2.0 * k - 1.0) / (2.0 * t * t);
    sum -= term / (2.0 * k);
  }
  return sum / std::sqrt(std::numbers::pi);
}

/// Integral of e^(t^2) erfc(t) from 0 to x >= 0.
double scaled_complement_integral(double x) {
  static const TabulatedIntegral near([](double t) { return std::exp(t * t) * std::erfc(t); },
                                      kLastOfTable);
  static const double constant = near(kLastOfTable) - far_integral(kLastOfTable);
  return x <= kLastOfTable ? near(x) : constant + far_integral(x);
}

/// Mean passage time (ms) from the reset to the threshold.
double passage_ms(double from_drive_mv, double drive_mv, double noise_sd_mv, double tau_ms) {
  if (from_drive_mv <= drive_mv) {
    return 0.0;
  }
  if (noise_sd_mv == 0.0) {
    return drive_mv > 0.0 ? tau_ms * std::log(from_drive_mv / drive_mv) : kInfinity;
  }
  const double scale = std::numbers::sqrt2 * noise_sd_mv;
  const double high = siegert_integral(-drive_mv / scale);
  if (!std::isfinite(high)) {
    return kInfinity;
  }
  return tau_ms * std::sqrt(std::numbers::pi) * (high - siegert_integral(-from_drive_mv / scale));
}

}  // namespace

double siegert_integral(double x) {
  static const TabulatedIntegral growing([](double t) { return std::exp(t * t); }, kSilent);
  if (x <= 0.0) {
    return -scaled_complement_integral(-x);
  }
  // 1 + erf u = 2 - erfc u.
  return x < kSilent ? 2.0 * growing(x) - scaled_complement_integral(x) : kInfinity;
}

double membrane_noise_sd(double intensity, double tau_membrane_ms) {
  return std::sqrt(0.5 * intensity * tau_membrane_ms);
}

double membrane_noise_intensity(double sd_mv, double tau_membrane_ms) {
  return 2.0 * sd_mv * sd_mv / tau_membrane_ms;
}

double siegert_rate(const spiking::NeuronParameters& neuron, double drive_mv, double noise_sd_mv) {
  const double tau = neuron.tau_membrane_ms;
  // Distances to the mean voltage: larger ones lie further below.
  const double from = drive_mv + neuron.threshold_mv - neuron.reset_mv;
  if (!neuron.refractory_noise) {
    const double held = neuron.refractory_ms + passage_ms(from, drive_mv, noise_sd_mv, tau);
    return held > 0.0 ? 1000.0 / held : kInfinity;
  }
  const double node = noise_sd_mv * std::sqrt(3.0 * 2.0 * neuron.refractory_ms / tau);
  const double passage = (4.0 * passage_ms(from, drive_mv, noise_sd_mv, tau) +
                          passage_ms(from - node, drive_mv, noise_sd_mv, tau) +
                          passage_ms(from + node, drive_mv, noise_sd_mv, tau)) /
                         6.0;
  const double interval = neuron.refractory_ms + passage;
  return interval > 0.0 ? 1000.0 / interval : kInfinity;
}

namespace {

/// Positions -kReach ... kReach: sinh(10) scales, 11,000 mV and more, on either side.
constexpr double kCurveReach = 10.0;
constexpr double kCurveStep = 1.0 / 32.0;
/// In place of 0 under the logarithm.
constexpr double kLeastRate = 1e-100;

}  // namespace

RateCurve::RateCurve(const spiking::NeuronParameters& neuron, double noise_sd_mv)
    : noise_sd_mv_(noise_sd_mv), scale_mv_(std::max(noise_sd_mv, 1e-3)) {
  const auto count = to_integer<std::size_t>(2.0 * kCurveReach / kCurveStep) + 1;
  for (std::size_t i = 0; i < count; ++i) {
    const double position = static_cast<double>(i) * kCurveStep - kCurveReach;
    const double rate = siegert_rate(neuron, scale_mv_ * std::sinh(position), noise_sd_mv);
    log_rate_.push_back(std::log(std::max(rate, kLeastRate)));
  }
}

double RateCurve::position(double drive_mv) const {
  return (std::asinh(drive_mv / scale_mv_) + kCurveReach) / kCurveStep;
}

/// Cubic in the logarithm through four neighbours (Catmull and Rom), and its derivative.
inline RateAndSlope RateCurve::at_position(double position) const {
  if (!(position >= 1.0)) {
    return {};
  }
  const auto at = static_cast<std::size_t>(position);
  if (at + 2 >= log_rate_.size()) {
    return {std::exp(log_rate_.back()), 0.0};
  }
  const double t = position - static_cast<double>(at);
  const double a = log_rate_[at - 1];
  const double b = log_rate_[at];
  const double c = log_rate_[at + 1];
  const double d = log_rate_[at + 2];
  const double second = 2.0 * a - 5.0 * b + 4.0 * c - d;
  const double third = 3.0 * (b - c) + d - a;
  const double cubic = b + 0.5 * t * (c - a + t * (second + t * third));
  if (!(cubic > 0.5 * std::log(kLeastRate))) {
    return {};
  }
  const double rate = std::exp(cubic);
  return {rate, rate * 0.5 * (c - a + t * (2.0 * second + t * 3.0 * third))};
}

double RateCurve::operator()(double drive_mv) const {
  return at_position(position(drive_mv)).rate_hz;
}

RateAndSlope RateCurve::with_slope(double drive_mv) const {
  RateAndSlope at = at_position(position(drive_mv));
  at.slope /= kCurveStep * std::sqrt(drive_mv * drive_mv + scale_mv_ * scale_mv_);
  return at;
}

}  // namespace rheobase::mapping
