#pragma once

#include <vector>

#include "spiking/spiking_model.hpp"

namespace rheobase::mapping {

/// Integral of e^(u^2) (1 + erf u) from 0 to x, for every x: relative error below 1e-10, infinite
/// from 26 on.
double siegert_integral(double x);

/// Standard deviation (mV) of a LIF voltage without spikes under white noise of this intensity
/// (mV^2/ms), and back.
double membrane_noise_sd(double intensity, double tau_membrane_ms);
double membrane_noise_intensity(double sd_mv, double tau_membrane_ms);

/// Rate (Hz) of a LIF unit with white noise whose voltage without spikes is `drive_mv` above the
/// threshold in the mean. @param noise_sd_mv  its standard deviation, 0 or more
double siegert_rate(const spiking::NeuronParameters& neuron, double drive_mv, double noise_sd_mv);

/// A rate and how it grows with the drive.
struct RateAndSlope {
  double rate_hz = 0.0;
  double slope = 0.0;  ///< Hz/mV
};

/// The same curve at one noise as a table, relative error below 1e-3 wherever the rate is above
/// 0.01 Hz: a fit asks for some 100,000 values.
class RateCurve {
 public:
  RateCurve(const spiking::NeuronParameters& neuron, double noise_sd_mv);
  double operator()(double drive_mv) const;
  /// The value of operator() and the derivative of the table's cubic.
  RateAndSlope with_slope(double drive_mv) const;
  double noise_sd_mv() const { return noise_sd_mv_; }

 private:
  double position(double drive_mv) const;
  RateAndSlope at_position(double position) const;  ///< slope: Hz a step of the table

  double noise_sd_mv_;
  double scale_mv_;  ///< drive = scale sinh(position)
  std::vector<double> log_rate_;
};

}  // namespace rheobase::mapping
