#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <Eigen/Core>

#include "core/random.hpp"
#include "rate/dynamics/rate_network.hpp"

namespace rheobase::rate {

/// Where the random numbers of a run come from.
struct RateNoise {
  std::optional<double> factor =
      std::nullopt;  ///< in place of the network's own; 0 switches the noise off
  Seed seed = 1;
  std::uint32_t trial = 0;
  Purpose purpose = Purpose::evaluation_noise;
};

/// A rate network step by step, in double precision: the equations of RateNetwork as they stand,
/// the plain path that the fast one is tested against. Whole runs (run_rate) are steps of it.
///
/// The network's recurrent weights and readout may be changed between steps by whoever owns them:
/// recursive least squares does. The object copies what does not change.
class Stepper {
 public:
  /// @throws InputError for a network that validate() refuses
  Stepper(RateNetwork network, const RateNoise& noise);

  /// x_0 and r_0; n = 0.
  void reset();
  /// From n - 1 to n with the input u_{n-1} (inputs values).
  /// @throws NonFiniteError with step and unit where x leaves the finite numbers
  void step(const Eigen::Ref<const Eigen::VectorXd>& input);

  Eigen::Index steps_done() const { return step_; }
  const Eigen::VectorXd& x() const { return x_; }
  const Eigen::VectorXd& r() const { return r_; }
  Eigen::VectorXd output() const;

  const RateNetwork& network() const { return network_; }
  /// The weights of the next step. The shape must stay.
  Eigen::MatrixXd& w() { return network_.w; }
  /// Readout, N x outputs.
  Eigen::MatrixXd& readout() { return readout_; }

 private:
  /// n_t of every unit at the present step.
  const Eigen::VectorXd& draw();
  void apply_transfer();

  RateNetwork network_;
  RateNoise source_;
  double factor_;
  double (*phi_)(double);
  Eigen::MatrixXd readout_;
  Eigen::ArrayXd alpha_;
  Eigen::Index step_ = 0;
  Eigen::VectorXd x_, r_, drive_, noise_;
  std::vector<float> block_;  ///< four steps of normal numbers
};

}  // namespace rheobase::rate
