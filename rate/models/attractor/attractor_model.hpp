// Discrete attractor model of the anterior lateral motor cortex (ALM): in each hemisphere two
// excitatory populations, selective for one lick direction each, and one inhibitory population,
// which is fast and linear and therefore eliminated.
//
//   tau dh_i/dt = -h_i + J_same G(h_i) + J_other G(h_j) + J_H G(h_k) + I + I_i(t) + sigma xi_i(t)
//   y = alpha log(1 + exp(h / alpha))
//   G = y (U + U tau_f y) / (1 + U (tau_f + tau_D) y + U tau_f tau_D y^2)
//   J_same = j_CC - j_CI j_IC / (1 + j_II)     J_other = j_CN - j_CI j_IC / (1 + j_II)
//   I = i_C - j_CI i_I (1 + photoinhibition) / (1 + j_II)
//
// j: the other population of the hemisphere; k: the same population of the other hemisphere. G is
// the firing rate y times the steady state of short-term facilitation and depression. I_i(t) holds
// the cue and the nonselective ramp. Euler steps; the noise xi ~ N(0, 1) is drawn anew for each
// step and stands inside the bracket, so its effect depends on the step.
//
//   symbol     name              unit  first type
//   j_CC       same              1     5.8     excitation within a population
//   j_CN       other             1     0.9     excitation between the two
//   j_CI       from_inhibition   1     5
//   j_IC       to_inhibition     1     1.08
//   j_II       inhibition        1     2
//   J_H        across            1     0       excitation from the other hemisphere
//   i_C, i_I   drive, drive_inhibition         2.27, 1
//   tau_D      depression_s      s     0.14
//   tau_f      facilitation_s    s     0.8
//   U          release           1     0.05
//   alpha      softness          Hz    4.5
//   tau        tau_ms            ms    100
//   dt         step_ms           ms    1
//   sigma      noise             Hz    9
//
// Reference: Inagaki, Fontolan, Romani & Svoboda, Nature 566:212 (2019), Extended Data Figs 1
// and 9.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "core/field_table_fwd.hpp"

namespace rheobase::rate {

/// Populations in the order of the published model: selective for side 0 (right, contralateral to
/// hemisphere 1) and side 1 (left) in hemisphere 1, then side 0 and side 1 in hemisphere 2.
struct AttractorModel {
  std::string name;
  std::string description;
  int hemispheres = 1;

  double same = 0.0, other = 0.0, from_inhibition = 0.0, to_inhibition = 0.0, inhibition = 0.0;
  double across = 0.0;
  double drive = 0.0, drive_inhibition = 0.0;
  double depression_s = 0.0, facilitation_s = 0.0, release = 0.05;
  double softness = 4.5;
  double tau_ms = 100.0, step_ms = 1.0;
  double noise = 0.0;

  double ramp = 0.0;                    ///< Hz, final value of the nonselective ramp
  double ramp_duration_ms = 10.0;       ///< from the start of the sample epoch
  bool ramp_to_cued_only = false;       ///< in hemisphere 1 the other population gets none
  double cue = 0.0, cue_sd = 0.0;       ///< Hz, amplitude of the cue and its spread over trials
  std::vector<double> photoinhibition;  ///< published levels, multiples of drive_inhibition

  int populations() const { return 2 * hemispheres; }
  /// Side (0, 1) a population is selective for.
  static int side_of(int population) { return population % 2; }
};

/// The five published parameter sets: "several-fixed-points", "single-fixed-point" (one
/// hemisphere), "two-hemispheres-ramp", "two-hemispheres-step", "two-hemispheres-internal".
std::span<const AttractorModel> published_attractors();

/// @throws InputError that lists the names
const AttractorModel& published_attractor(std::string_view name);

/// Its parameters, for files and the command line; the defaults are those of a published set.
const FieldTable<AttractorModel>& attractor_fields();

/// @throws InputError for parameters out of range
void validate(const AttractorModel& model);

/// Weights after the elimination of inhibition: populations x populations.
Eigen::MatrixXd effective_weights(const AttractorModel& model);

/// Common input I of the undisturbed network, Hz.
double common_input(const AttractorModel& model);

/// Change of I per unit of photoinhibition, Hz (negative).
double photoinhibition_input(const AttractorModel& model);

/// G(h), Hz.
double synaptic_rate(const AttractorModel& model, double h);

/// dG/dh.
double synaptic_rate_slope(const AttractorModel& model, double h);

}  // namespace rheobase::rate
