#include "spiking/event/event_propagator.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "core/elementary.hpp"

namespace rheobase::spiking {

namespace {

// Rates closer than this (times t) go through the series of the second difference. At 1 the
// recurrence of divided differences loses less than two bits.
constexpr double kSeriesSpread = 1.0;

// (2/3)^k / (2 k!) < 2^-54 from k = 16 on: |p|, |q|, |r| <= 2/3 where the spread is below 1.
constexpr std::size_t kSeriesTerms = 17;

/// 1 / (k + 2)!, down to rounding.
constexpr std::array<double, 20> kSeriesCoefficients = [] {
  std::array<double, 20> values{};
  double factorial = 2.0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = 1.0 / factorial;
    factorial *= static_cast<double>(k + 3);
  }
  return values;
}();

/// (1 - e^-x) / x, 1 for x = 0.
double averaged_decay(double x) {
  return x == 0.0 ? 1.0 : -elementary::expm1(-x) / x;
}

/// sum_k h_k(p, q, r) / (k + 2)! with h_k the complete homogeneous symmetric polynomials of three
/// numbers whose sum is zero: h_k = -e2 h_(k-2) + e3 h_(k-3).
double second_difference_series(double p, double q, double r) {
  const double minus_e2 = -(p * q + p * r + q * r);
  const double e3 = p * q * r;
  double before3 = 0.0;
  double before2 = 0.0;
  double before1 = 1.0;
  double tail = 0.0;
  for (std::size_t k = 1; k < kSeriesTerms; ++k) {
    const double now = minus_e2 * before2 + e3 * before3;
    tail += now * kSeriesCoefficients[k];
    before3 = before2;
    before2 = before1;
    before1 = now;
  }
  return 0.5 + tail;
}

}  // namespace

double exponential_cascade(double x, double y, double z, double t) {
  if (x > y) {
    std::swap(x, y);
  }
  if (y > z) {
    std::swap(y, z);
  }
  if (x > y) {
    std::swap(x, y);
  }
  if ((z - x) * std::abs(t) < kSeriesSpread) {
    const double mean = x + ((y - x) + (z - x)) / 3.0;
    return t * t * elementary::exp(-mean * t) *
           second_difference_series((mean - x) * t, (mean - y) * t, (mean - z) * t);
  }
  return (exponential_cascade(x, y, t) - exponential_cascade(y, z, t)) / (z - x);
}

Propagator make_propagator(const DecayRates& rates, double t) {
  const auto [a, b, g] = rates;
  Propagator step;
  step.h_keep = elementary::exp(-g * t);
  step.current_keep = elementary::exp(-b * t);
  step.u_keep = elementary::exp(-a * t);
  step.u_from_drive = -elementary::expm1(-a * t);
  // D(x, y) = t e^(-xt) (1 - e^(-(y - x)t)) / ((y - x)t) with x the slower rate.
  step.current_from_h =
      t * (b < g ? step.current_keep : step.h_keep) * averaged_decay(std::abs(g - b) * t);
  step.u_from_current =
      a * t * (b < a ? step.current_keep : step.u_keep) * averaged_decay(std::abs(a - b) * t);
  step.u_from_h = a * exponential_cascade(a, b, g, t);
  return step;
}

double u_at_start(const DecayRates& rates, double t, const UnitState& start, double drive,
                  double u_then) {
  const auto [a, b, g] = rates;
  const double p = (a - b) * t;
  const double q = (a - g) * t;
  const double largest = std::max(std::abs(p), std::abs(q));
  // E(p) = t (1 + sum p^k / (k + 1)!); E[p, q] = t^2 (1/2 + sum h_k / (k + 2)!) with h_k the
  // complete homogeneous symmetric polynomials, |h_k| / (k + 2)! < largest^k / (k + 1)!.
  double power_p = p;
  double power_q = q;
  double symmetric = p + q;
  double first = 0.0;
  double second = 0.0;
  double bound = 0.5 * largest;
  for (std::size_t k = 1; k < kSeriesCoefficients.size() && bound > 0x1p-56; ++k) {
    first += power_p * kSeriesCoefficients[k - 1];
    second += symmetric * kSeriesCoefficients[k];
    power_p *= p;
    power_q *= q;
    symmetric = symmetric * p + power_q;
    bound *= largest / static_cast<double>(k + 2);
  }
  const double growth = elementary::expm1(a * t);
  return u_then + growth * (u_then - drive) -
         a * t * (start.current * (1.0 + first) + start.h * t * (0.5 + second));
}

double largest_current_from_h(const DecayRates& rates, double t) {
  // D(b, g; s) rises until s = ln(g/b) / (g - b) = log1p(z) / (b z), z = (g - b) / b.
  const double z = (rates.rise - rates.decay) / rates.decay;
  const double peak = (z == 0.0 ? 1.0 : elementary::log1p(z) / z) / rates.decay;
  return exponential_cascade(rates.decay, rates.rise, std::min(t, peak));
}

}  // namespace rheobase::spiking
