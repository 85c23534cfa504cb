#pragma once

#include <vector>

#include "core/aligned_vector.hpp"
#include "core/dispatch.hpp"
#include "spiking/clock/clock_kernels.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::spiking {

/// Filtered spike trains r of all units and the readout W_out r, advanced in closed form from
/// one output sample to the next; a spike enters with its own distance to the sample. In a period P
///   r <- r e^(-P/td) + hr D(1/td, 1/tr; P),   hr <- hr e^(-P/tr)      D: synaptic_filter.hpp
/// and a spike of age s adds 1/(tr td) e^(-s/tr) to hr and 1/(tr td) D(1/td, 1/tr; s) to r (single
/// exponential: 1/td e^(-s/td) to r), times in seconds.
template <class T>
class SampledReadout {
 public:
  /// @param period_ms  distance of two samples
  SampledReadout(const SpikingModel& model, double period_ms, SimdLevel level)
      : SampledReadout(model.readout_filter(), model.w_out, period_ms, level, 1.0 / model.copies) {}
  /// @param share  of r that one spike's area of 1 has
  SampledReadout(const SynapseParameters& synapse, const Eigen::MatrixXd& w_out, double period_ms,
                 SimdLevel level, double share = 1.0);

  /// A spike since the last sample.
  void spike(Eigen::Index unit, double time_ms) { pending_.push_back({unit, time_ms}); }
  /// Advances one period, to the sample at `time_ms`; returns the outputs without their bias.
  const Eigen::VectorXd& sample(double time_ms);
  /// Clears what has decayed to nothing, see flush_tiny.
  void flush() {
    flush_tiny(std::span(r_));
    flush_tiny(std::span(hr_));
  }
  /// r (Hz) at the last sample.
  Eigen::VectorXd rate() const;

 private:
  struct Spike {
    Eigen::Index unit;
    double time_ms;
  };

  ClockKernels<T> kernels_;
  Eigen::Index units_;
  double rise_rate_hz_;
  double share_;
  bool double_exponential_;
  Eigen::VectorXd decay_rate_hz_;
  AlignedVector<T> r_, hr_, decay_, rise_;
  AlignedVector<T> weight_;       ///< of the first output
  Eigen::MatrixXd more_weights_;  ///< N x the other outputs
  Eigen::VectorXd output_;
  ReadoutFilter<T> filter_;
  std::vector<Spike> pending_;
};

}  // namespace rheobase::spiking
