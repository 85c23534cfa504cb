#pragma once

#include <Eigen/Core>

#include "spiking/event/event_kernels.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::spiking {

/// Makes the polynomials of an arriving spike for all postsynaptic decay rates at once.
///
/// A spike at time s jumps h (single exponential: I) by its weight. The state at the start of the
/// window that leads to the same course after s is that jump advanced by -s:
/// e^(gs), D(b, g; -s) and a D3(a, b, g; -s) (single: 0, e^(bs) and a D(a, b; -s)). As functions of
/// b these are divided differences of e^(s .), so their Taylor coefficients about a centre m obey
/// the two-term recurrences f[.., m^(k)] = f[.. , m^(k+1)] (x - m) + f[m^(k+1)], stable downwards,
/// without a division: no case of equal rates is special. Terms are kept down to rounding.
class ArrivalSeries {
 public:
  /// @param decay_rate  N, 1/ms  @param rise_rate  unused by the single exponential
  ArrivalSeries(double membrane_rate, double rise_rate, const Eigen::VectorXd& decay_rate,
                SynapseKind kind, double longest_window_ms);

  /// @param s  time of arrival in the window  @param length  of the window
  Arrival at(double s, double length) const;

  double centre() const { return centre_; }

 private:
  double membrane_rate_;
  double rise_rate_;
  bool double_exponential_;
  double centre_;
  std::size_t terms_;       ///< of the polynomials
  std::size_t recurrence_;  ///< terms of the recurrence
};

}  // namespace rheobase::spiking
