// Firing rates by kernel smoothing, nu(t) = 1000 sum_k K(t - t_k) Hz over the spike times t_k (ms),
// with kernels K of area 1:
//
//   gaussian            e^(-t^2 / (2 w^2)) / (sqrt(2 pi) w), cut at 6 w
//   boxcar              1/w in [-w/2, w/2)
//   exponential         e^(-t/w) / w, t >= 0
//   double exponential  (e^(-t/w) - e^(-t/tr)) / (w - tr), t >= 0: the filter of the readout
//
//   symbol  member    unit  default
//   w       width_ms  ms    20
//   tr      rise_ms   ms    2
//
// Reference: Dayan & Abbott, Theoretical Neuroscience (2001), section 1.2.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include <Eigen/Core>

namespace rheobase::analysis {

/// Shape of what a spike at time 0 adds to a rate; every one has area 1, so rates are in Hz.
enum class KernelShape {
  gaussian,            ///< e^(-t^2 / (2 width^2)) / (sqrt(2 pi) width), cut at 6 widths
  boxcar,              ///< 1 / width in [-width/2, width/2)
  exponential,         ///< e^(-t/width) / width, t >= 0
  double_exponential,  ///< (e^(-t/width) - e^(-t/rise)) / (width - rise), t >= 0
};

struct RateKernel {
  KernelShape shape = KernelShape::gaussian;
  double width_ms = 20.0;  ///< standard deviation, full width or decay time
  double rise_ms = 2.0;    ///< of the double exponential; equal to width: t e^(-t/width) / width^2
};

/// Value of the kernel in 1/ms at `lag_ms` after the spike.
double kernel_value(const RateKernel& kernel, double lag_ms);

/// The spikes of one trial: unit[k] (0-based) fired at time_ms[k], in any order.
struct SpikeList {
  std::span<const std::int32_t> unit;
  std::span<const double> time_ms;
};

/// Samples at start_ms + k * step_ms, k = 0 ... samples - 1.
struct SampleGrid {
  double start_ms = 0.0;
  double step_ms = 1.0;
  Eigen::Index samples = 0;
};

/// Firing rates by kernel smoothing (Dayan & Abbott, Theoretical Neuroscience, 2001, section 1.2),
/// N x samples in Hz. The exact sum over spikes at every sample; no correction at the ends.
/// @param kernels  one for all units or one for each
/// @param stop     asked every 256 spikes and samples, may be empty
/// @throws InputError for a unit outside 0 ... units - 1, times that are not finite, widths or a
///                    step that are not positive, another number of kernels; Cancelled where
///                    stopped
Eigen::MatrixXd firing_rates(const SpikeList& spikes, Eigen::Index units, const SampleGrid& grid,
                             std::span<const RateKernel> kernels,
                             const std::function<bool()>& stop = {});
Eigen::MatrixXd firing_rates(const SpikeList& spikes, Eigen::Index units, const SampleGrid& grid,
                             const RateKernel& kernel);

/// Spikes of every unit per second in [start_ms, end_ms), N values in Hz.
/// @throws InputError as firing_rates and for an interval that is empty
Eigen::VectorXd mean_rates(const SpikeList& spikes, Eigen::Index units, double start_ms,
                           double end_ms);

}  // namespace rheobase::analysis
