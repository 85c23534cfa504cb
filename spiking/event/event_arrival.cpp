#include "spiking/event/event_arrival.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/elementary.hpp"

namespace rheobase::spiking {

namespace {

/// Smallest n with x^n / n! below rounding.
std::size_t terms_to_rounding(double x) {
  double term = 1.0;
  std::size_t n = 0;
  while (term > 0x1p-55 && n < Arrival::kMaxTerms - 1) {
    ++n;
    term *= x / static_cast<double>(n);
  }
  return n;
}

constexpr std::array<double, Arrival::kMaxTerms + 1> kInverse = [] {
  std::array<double, Arrival::kMaxTerms + 1> values{};
  for (std::size_t k = 1; k < values.size(); ++k) {
    values[k] = 1.0 / static_cast<double>(k);
  }
  return values;
}();

}  // namespace

ArrivalSeries::ArrivalSeries(double membrane_rate, double rise_rate,
                             const Eigen::VectorXd& decay_rate, SynapseKind kind,
                             double longest_window_ms)
    : membrane_rate_(membrane_rate),
      rise_rate_(rise_rate),
      double_exponential_(kind == SynapseKind::double_exponential),
      centre_(0.5 * (decay_rate.minCoeff() + decay_rate.maxCoeff())) {
  const double radius = decay_rate.maxCoeff() - centre_;
  double spread = std::abs(membrane_rate - centre_);
  if (double_exponential_) {
    spread = std::max(spread, std::abs(rise_rate - centre_));
  }
  terms_ = std::max<std::size_t>(1, terms_to_rounding(radius * longest_window_ms));
  recurrence_ = std::max(terms_ + 1, terms_to_rounding((spread + radius) * longest_window_ms) + 1);
  recurrence_ = std::min(recurrence_, Arrival::kMaxTerms);
}

Arrival ArrivalSeries::at(double s, double length) const {
  Arrival arrival;
  arrival.terms = terms_;
  std::array<double, Arrival::kMaxTerms + 1> power;  // s^k / k! e^(ms)
  power[0] = elementary::exp(centre_ * s);
  for (std::size_t k = 1; k <= recurrence_; ++k) {
    power[k] = power[k - 1] * (s * kInverse[k]);
  }
  const double to_membrane = membrane_rate_ - centre_;
  const double left = length - s;
  if (!double_exponential_) {
    double first = 0.0;
    for (std::size_t k = recurrence_; k-- > 0;) {
      first = power[k + 1] + to_membrane * first;
      if (k < terms_) {
        arrival.current[k] = power[k];
        arrival.u[k] = -membrane_rate_ * first;
      }
    }
    arrival.bound = membrane_rate_ * left;
    return arrival;
  }
  const double to_rise = rise_rate_ - centre_;
  double first = 0.0;
  double second = 0.0;
  for (std::size_t k = recurrence_; k-- > 0;) {
    // second still misses the term of `first` at its own, higher index.
    second = first + to_membrane * second;
    first = power[k + 1] + to_rise * first;
    if (k < terms_) {
      arrival.current[k] = -first;
      arrival.u[k] = membrane_rate_ * second;
    }
  }
  arrival.h = elementary::exp(rise_rate_ * s);
  arrival.bound = 0.5 * membrane_rate_ * left * left;
  return arrival;
}

}  // namespace rheobase::spiking
