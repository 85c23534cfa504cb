#pragma once

#include <optional>

#include "rate/models/motif/linear/linear_model.hpp"

namespace rheobase::rate {

/// What the noise a motif's readout suffers depends on. C(u) = sqrt(activity * gain), scale-free in
/// u.
class NoiseCost {
 public:
  /// @param duration  T in time constants; infinite: the infinite horizon, for stable J
  NoiseCost(const LinearSpectrum& spectrum, const Eigen::VectorXd& w, const ExponentialSum& sum,
            double duration);

  /// ln C(u), and its gradient where wanted. NaN where u is not finite.
  double log_cost(const Eigen::VectorXd& u, Eigen::VectorXd* gradient) const;

 private:
  const LinearSpectrum& spectrum_;
  Eigen::Index placed_;
  Eigen::VectorXcd alpha_, d_, readout_, scale_;
  Eigen::MatrixXcd cauchy_;  ///< C_ji = 1 / (l_i - lambda_j), placed eigenvalues first
  Eigen::MatrixXcd cauchy_transposed_, left_transposed_;
  Eigen::MatrixXcd decay_;                           ///< Lam_ij
  Eigen::MatrixXcd right_products_, left_products_;  ///< R^T R, L L^T
  double units_, duration_;
};

/// Cost of preparatory weights: Tr P + beta N w^T J P J^T w with J = A + U V^T and J P + P J^T + 1
/// = 0; with its gradients.
struct PreparatoryCost {
  double distance = 0.0;  ///< Tr P
  double movement = 0.0;  ///< the other part
  Eigen::MatrixXd u_gradient, v_gradient;
};

/// Nothing where J is not stable.
std::optional<PreparatoryCost> preparatory_cost(const Eigen::MatrixXd& a, const Eigen::VectorXd& w,
                                                double beta, const Eigen::MatrixXd& u,
                                                const Eigen::MatrixXd& v);

}  // namespace rheobase::rate
