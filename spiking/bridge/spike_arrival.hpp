#pragma once

#include <array>
#include <vector>

#include "spiking/internal/delay_groups.hpp"
#include "spiking/internal/sparse_columns.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::spiking {

/// What a spike that came some time before the end of a step has made of its targets by then.
///
/// The exact responses depend on the target's own rates b of decay and a of its membrane. Within a
/// step they, and that of u over a, are quadratics in these rates, tabulated over the spike's age:
/// an arrival costs a few products per target.
class SpikeArrival {
 public:
  /// Responses to a jump of 1 in h (mV/ms; single exponential: in the current, mV); x is the
  /// target's decay rate relative to a middle one.
  struct Response {
    float h;
    std::array<float, 3> current;  ///< coefficients of 1, x, x^2
    std::array<float, 3> u;
    /// Where membranes differ, u over a has these beside: y, y^2, x y; y is the target's rate of
    /// the membrane relative to a middle one.
    std::array<float, 3> u_of_membrane = {};
  };

  SpikeArrival(const SpikingModel& model, double step_ms);

  /// Other weights than those of the model, N x N, mV/Hz.
  void set_weights(const Eigen::MatrixXd& weights) {
    jumps_ = groups_.columns<float>(weights, scale_);
  }

  const DelayGroups& groups() const { return groups_; }

  /// @param age_ms  time from the spike to the end of the step, in [0, step]
  Response response(double age_ms) const;

  /// Adds a spike of a copy of the unit of `group` to the state of its targets at the end of the
  /// step.
  void deliver(Eigen::Index group, double age_ms, float* u, float* current, float* h) const;

 private:
  std::vector<float> membrane_rate_;           ///< a of every unit; empty: all have the same
  std::vector<float> relative_membrane_rate_;  ///< y
  Eigen::VectorXd scale_;                      ///< of a weight, for a copy's jump
  DelayGroups groups_;
  SparseColumns<float> jumps_;        ///< of every group
  std::vector<float> relative_rate_;  ///< x of every unit
  std::vector<Response> table_;
  double ages_per_ms_;
};

}  // namespace rheobase::spiking
