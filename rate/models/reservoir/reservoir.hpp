// The chaotic rate network of Laje & Buonomano (2013) as replicated by Vitay (2016).
//
//   x(t) = x(t-1) + (W_in y(t) + W r(t-1) + I0 xi(t) - x(t-1)) dt / tau,   r = tanh(x),   z = W_out
//   r
//
//   symbol  name                    unit  default
//   N       units                   1     800
//   p       connection_probability  1     0.1       each pair i != j has a synapse with it
//   g       gain                    1     1.8       W_ij ~ N(0, 1) g / sqrt(p N) where there is one
//           inputs                  1     2         W_in ~ N(0, 1), not scaled by their number
//           outputs                 1     1         W_out ~ N(0, 1) / sqrt(N)
//           plastic_fraction        1     0.6       of the units learn: rows 0 ... int(0.6 N) - 1
//   tau     tau_ms                  ms    10
//   dt      step_ms                 ms    1
//   I0      noise                   1     0.001     standard deviation inside the bracket, per step
//   S       spike_noise             Hz    0         spikes a second at r = 1 that the rates imitate
//
// With spike-like noise W and W_out see, in place of r,
//
//   r + (sqrt((1 + r) / 2 + gamma) - sqrt(gamma)) n / sqrt(2 tau S),   n Ornstein-Uhlenbeck, tau,
//   SD 1
//
// gamma = 1e-4: what a LIF unit of rate S (1 + r) / 2 tells behind a synapse of time constant tau
// once `map` has rewritten tanh as a sigmoid (docs/conversion.md, spike-like noise).
//
// There is no feedback of the readout. xi is standard normal per unit and step, without a factor
// sqrt(dt): the published noise moves x by 1e-4 a step.
//
// References: Laje & Buonomano, Nat. Neurosci. 16:925 (2013); Vitay, ReScience 2(1) (2016).
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <Eigen/Core>

#include "core/aligned_vector.hpp"
#include "core/dispatch.hpp"
#include "core/field_table_fwd.hpp"
#include "core/random.hpp"
#include "rate/dynamics/rate_network.hpp"
#include "rate/models/reservoir/sparse_rows.hpp"

namespace rheobase::rate {

/// Options of a new reservoir.
struct ReservoirOptions {
  int units = 800;
  double connection_probability = 0.1;
  double gain = 1.8;
  int inputs = 2;
  int outputs = 1;
  double plastic_fraction = 0.6;
  double tau_ms = 10.0;
  double step_ms = 1.0;
};

const FieldTable<ReservoirOptions>& reservoir_fields();
/// @throws InputError that names the field
void validate(const ReservoirOptions& options);

/// Weights and constants of a network: plain data, validate() checks it once.
/// Row = postsynaptic, column = presynaptic unit.
struct Reservoir {
  Eigen::MatrixXd w;             ///< N x N
  PresynapticLists presynaptic;  ///< N lists: the synapses there are (their weight may be 0)
  Eigen::MatrixXd w_in;          ///< N x inputs
  Eigen::MatrixXd w_out;         ///< outputs x N
  int plastic_units = 0;         ///< rows 0 ... plastic_units - 1 of w learn
  double tau_ms = 10.0;
  double step_ms = 1.0;

  Eigen::Index units() const { return w.rows(); }
  Eigen::Index inputs() const { return w_in.cols(); }
  Eigen::Index outputs() const { return w_out.rows(); }
};

/// Draws a network: a function of (options, seed).
/// @throws InputError for options out of range and where a plastic unit has no presynaptic unit
Reservoir make_reservoir(const ReservoirOptions& options, Seed seed);

/// A network of given weights: synapses of plastic rows where `mask` (plastic rows x N) is not 0,
/// those of the other rows where w is not 0. @throws InputError as validate()
Reservoir reservoir_from(const Eigen::MatrixXd& w, const Eigen::MatrixXd& w_in,
                         const Eigen::MatrixXd& w_out, const Eigen::MatrixXd& mask,
                         double tau_ms = 10.0, double step_ms = 1.0);

/// @throws InputError that names the field ("W_rec", "W_in", "W_out", "mask", ...)
void validate(const Reservoir& network, const std::string& where);

/// The network as any other: tanh, white noise of factor `noise` inside the bracket, start states
/// uniform in [-1, 1).
RateNetwork network_of(const Reservoir& network, double noise = 0.001);

/// A network in motion: weights in the kernels' layout and the state x, r.
///
/// Real = float or double; every instruction set gives the same bits.
template <class Real>
class RunningReservoir {
 public:
  using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;

  explicit RunningReservoir(const Reservoir& network, SimdLevel level = simd_level());

  /// x = x0 (N values), r = tanh(x0).
  void start(const Eigen::Ref<const Eigen::VectorXd>& x0);

  /// The same from where it is: spike-like noise of the last step is forgotten.
  void start_again();

  /// One step with input y (a value a channel). `xi`: N standard normals padded to 16, or null.
  void step(std::span<const Real> input, const float* xi = nullptr, Real noise = 0);

  /// Noise as of spikes on the rates of now, for what W and W_out see of them until the next step.
  /// @param n        a normal number a unit, correlated over tau
  /// @param spikes   S, Hz
  void add_spike_noise(std::span<const float> n, double spikes);

  std::span<const Real> x() const { return {x_.data(), units_}; }
  std::span<const Real> r() const { return {noisy_ ? own_.data() : told_.data(), units_}; }
  /// What W and W_out see: r, or r with spike-like noise.
  std::span<const Real> told() const { return {told_.data(), units_}; }
  /// z = W_out times what units tell, one value an output.
  void read_out(std::span<Real> z) const;

  SparseRows<Real>& recurrent() { return recurrent_; }
  const SparseRows<Real>& recurrent() const { return recurrent_; }
  Matrix& readout() { return readout_; }  ///< outputs x N
  const Matrix& readout() const { return readout_; }
  double tau_steps() const { return given_.tau_ms / given_.step_ms; }
  std::size_t units() const { return units_; }
  std::size_t inputs() const { return inputs_; }

  /// The network with the weights of now.
  Reservoir network() const;

 private:
  Reservoir given_;  ///< as it was at the start
  SimdLevel level_;
  std::size_t units_, inputs_;
  SparseRows<Real> recurrent_;
  AlignedVector<Real> input_weights_;  ///< a padded array a channel
  Matrix readout_;
  AlignedVector<Real> x_, told_, drive_;
  AlignedVector<Real> own_;  ///< r beneath spike-like noise
  bool noisy_ = false;
};

extern template class RunningReservoir<float>;
extern template class RunningReservoir<double>;

}  // namespace rheobase::rate
