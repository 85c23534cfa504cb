// Recurrent network of sigmoid units whose recurrent weights are all trained by FORCE to follow
// recorded rates:
//
//   tau dx/dt = -x + J r + h_side(t)        r = 1 / (1 + exp(theta - x))
//   Euler: x <- x + dt / tau (-x + J r + h(t)), h of the new step, then r
//   J ~ N(0, g^2 / N), dense, diagonal included
//
// Frozen input, one path per unit and side, the same in all trials (Ornstein-Uhlenbeck):
//   c(0) = h_0,  c(t) = c(t-1) + (-c(t-1) + A xi) / tau_h           the path common to the sides
//   outside the sample epoch and before the go cue  h = c
//   in the sample epoch and after the cue  h(t) = h(t-1) + (-h(t-1) + A s xi_side) / tau_h
//
//   symbol  name                 unit  default
//   N       units                      from the data
//   g       gain                 1     1.2
//   tau     tau_ms               ms    10
//   dt      step_ms              ms    1
//   theta   threshold            1     0
//   A       amplitude            1     10
//   s       side_amplitude       1     0.5
//   tau_h   correlation_steps    steps 1000
//   h_0     initial              1     0.5
//
// References: Rajan, Harvey & Tank, Neuron 90:128 (2016); Sussillo & Abbott, Neuron 63:544 (2009);
// Inagaki et al., Nature 566:212 (2019) for the recordings.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "core/field_table_fwd.hpp"
#include "core/random.hpp"
#include "rate/dynamics/rate_network.hpp"

namespace rheobase::rate {

struct ForceNetwork {
  Eigen::MatrixXd recurrent;  ///< J, N x N, rows postsynaptic
  double tau_ms = 10.0;
  double step_ms = 1.0;
  double threshold = 0.0;

  Eigen::Index units() const { return recurrent.rows(); }
};

/// Steps at which the epochs of a trial begin; a trial has steps 0 ... steps - 1, step 0 is its
/// start. A trial that starts with the sample has sample = 0.
struct TrialEpochs {
  Eigen::Index sample = 223;
  Eigen::Index delay = 1373;
  Eigen::Index cue = 3373;
  Eigen::Index steps = 3623;
};

/// @throws InputError for epochs out of order or a delay beyond the trial
void validate(const TrialEpochs& epochs);

/// @throws InputError for a matrix that is not square or parameters out of range
void validate(const ForceNetwork& network);

struct ForceInputOptions {
  double amplitude = 10.0;
  double side_amplitude = 0.5;  ///< relative to the common one
  double correlation_steps = 1000.0;
  double initial = 0.5;
};

struct ForceNetworkOptions {
  double gain = 1.2;
  double tau_ms = 10.0;
  double step_ms = 1.0;
  double threshold = 0.0;
};

/// For files and the command line.
const FieldTable<ForceNetworkOptions>& force_network_fields();
const FieldTable<ForceInputOptions>& force_input_fields();
const FieldTable<TrialEpochs>& trial_epoch_fields();

/// J drawn from `seed`. @throws InputError for fewer than two units
ForceNetwork make_force_network(Eigen::Index units, double gain, Seed seed);
ForceNetwork make_force_network(Eigen::Index units, const ForceNetworkOptions& options, Seed seed);

/// Input paths of both sides, each N x steps, of given standard normals (N x steps; column 0 is not
/// used). @throws InputError for normals of other sizes
std::vector<Eigen::MatrixXd> frozen_inputs(const TrialEpochs& epochs,
                                           const Eigen::MatrixXd& common_normals,
                                           const std::vector<Eigen::MatrixXd>& side_normals,
                                           const ForceInputOptions& options = {});

/// The same of normals drawn from `seed`.
std::vector<Eigen::MatrixXd> frozen_inputs(const TrialEpochs& epochs, Eigen::Index units, Seed seed,
                                           const ForceInputOptions& options = {});

/// The network as any other: sigmoid units with bias -theta, one input a unit (W_in = I), which
/// takes h(t + 1) at step t, as inputs of a rate network act a step later. Its trials begin at x =
/// theta.
/// @param readout   outputs x N
/// @param constant  outputs, added to the readout
/// @param initial   J before training; may be empty
RateNetwork network_of(const ForceNetwork& network, const Eigen::MatrixXd& readout,
                       const Eigen::VectorXd& constant, const Eigen::MatrixXd& initial = {});

}  // namespace rheobase::rate
