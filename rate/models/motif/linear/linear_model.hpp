#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/field_table_fwd.hpp"
#include "core/run_control.hpp"
#include "rate/models/motif/linear/exponential_fit.hpp"
#include "rate/models/motif/motif_targets.hpp"

namespace rheobase::rate {

/// Options of the linear thalamocortical model; the defaults are the paper's.
struct LinearOptions {
  int units = 99;
  double gain = 0.5;  ///< g: A = g (J_cc - 1)
  int terms = 10;     ///< K: eigenvalues a motif's loop places
  int starts = 10;    ///< random starts of a fit of exponentials
  int preparation_rank = 50;
  double beta = 0.05;  ///< weight of the readout's movement in the preparatory cost
  double preparation_tau = 5.0;
  int loop_iterations = 400;         ///< at most, of the search for a motif's u
  int preparation_iterations = 300;  ///< at most, of the search for U and V
  double step_tau = 0.1;             ///< sampling step of motifs
  Seed seed = 1;
  int threads = 0;
};

const FieldTable<LinearOptions>& linear_fields();

/// Eigenvalues and eigenvectors of A = R diag(lambda) L, L = R^-1.
struct LinearSpectrum {
  Eigen::VectorXcd lambda;
  Eigen::MatrixXcd right, left;
};

LinearSpectrum spectrum_of(const Eigen::MatrixXd& a);

/// A loop of rank one that gives A + u v^T the wanted eigenvalues, for any u.
struct PlacedLoop {
  Eigen::VectorXd u, v;
  Eigen::VectorXcd d;  ///< (L u)_j (R^T v)_j: fixes all eigenvalues
};

/// @param wanted  K < N eigenvalues, closed under conjugation
PlacedLoop place_eigenvalues(const LinearSpectrum& spectrum, const Eigen::VectorXcd& wanted,
                             const Eigen::VectorXd& u);

/// The state from which w . x(t) is the sum of exponentials.
/// @throws InputError where J = A + u v^T does not have the sum's eigenvalues
Eigen::VectorXd initial_state_of(const Eigen::MatrixXd& a, const PlacedLoop& loop,
                                 const ExponentialSum& sum, const Eigen::VectorXd& w);

/// One motif of the linear model.
struct LinearMotif {
  MotifTarget target;
  ExponentialSum fit;
  Eigen::VectorXd u, v, x_init;
  double random_cost = 0.0, cost = 0.0;  ///< C of the random u at the start, and of u
};

struct LinearModel {
  LinearOptions options;
  Eigen::MatrixXd a;  ///< N x N, without loops
  Eigen::VectorXd w;  ///< N
  Eigen::MatrixXd preparation_u, preparation_v;
  double random_preparation_cost = 0.0, preparation_cost = 0.0;  ///< per unit
  std::vector<LinearMotif> motifs;
};

/// J_cc, w ~ N(0, 1/N), no motifs. @throws InputError for options out of range
LinearModel make_linear_model(const LinearOptions& options);

/// Fits, places and optimises every target's loop. @throws InputError, Cancelled
void add_linear_motifs(LinearModel& model, const std::vector<MotifTarget>& targets,
                       const RunControl& control = {});

/// Finds the preparatory weights. @throws InputError where no stable start is found; Cancelled
void prepare_linear_model(LinearModel& model, const RunControl& control = {});

/// Checks shapes and finiteness, and that the preparatory module is stable: a model without one or
/// with an unstable one leads nowhere. `where` names the file or object at fault.
void validate(const LinearModel& model, const std::string& where);

/// One motif from several states: preparation_tau under A + U V^T with the input that leads to the
/// motif's initial state, then the motif's loop, exactly propagated.
struct LinearTrials {
  Eigen::MatrixXd y;         ///< (preparation + samples) x trials, readout
  Eigen::MatrixXd norm;      ///< the same shape, |x|
  Eigen::MatrixXd prepared;  ///< N x trials, states after preparation
  Eigen::MatrixXd end;       ///< N x trials, states after the motif
};

/// @param starts  N x trials
/// @throws InputError for a motif beyond the model
LinearTrials play_linear_motif(const LinearModel& model, std::size_t motif,
                               const Eigen::MatrixXd& starts);

/// Steps of preparation before every motif.
Eigen::Index preparation_steps(const LinearModel& model);

/// A chain: preparation_tau under A + U V^T with the input that leads to the motif's initial state,
/// then the motif's loop, exactly propagated.
struct LinearRun {
  Eigen::VectorXd y;         ///< readout at every step, the last state's too
  Eigen::VectorXd norm;      ///< |x| at the same steps
  Eigen::VectorXd rmse;      ///< of every link's motif to its target
  Eigen::VectorXd distance;  ///< |x - x_init| / |x_init| of every link after preparation
  Eigen::VectorXd end;       ///< state after the chain
};

/// @throws InputError for a motif beyond the model
LinearRun play_linear_chain(const LinearModel& model, const std::vector<std::size_t>& links,
                            const Eigen::VectorXd& start);

/// sqrt(E |x - x_init|^2 / N) after `tau` time constants of preparation from states of unit
/// variance around x_init.
double preparation_distance(const LinearModel& model, double tau);

}  // namespace rheobase::rate
