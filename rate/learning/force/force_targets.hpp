// Targets of FORCE training. With v_n(t) a unit's trial-averaged rate on both sides,
//
//   scaled         R = (v - min v) / (max v - min v), extremes over both sides and all bins
//   index          (R - L) / (R + L) of the mean rates over the steps before the cue; right above
//                  threshold, left below -threshold
//   suppressed     R_n = 0 on the side that a selective unit does not prefer
//   generated      v_n = low-pass(profile) + diversity sines(t) with tau_n in 20 ... 300 ms;
//   profile:
//                  the structured model's population of the unit's side (selective), or the mean of
//                  both, rising or mirrored
//
//   symbol  name       unit  default
//   N       units      1     87
//           selective  1     0.7      fraction of the units, half for each side
//           ramping    1     0.5      of the others, the fraction that rises
//           diversity  1     0.3      relative to the profile
//           threshold  1     0.1
//           steps      1     600      before the cue
//
// References: Rajan, Harvey & Tank, Neuron 90:128 (2016); Inagaki, Fontolan, Romani & Svoboda,
// Nature 566:212 (2019).
#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/analysis/rank_sum.hpp"
#include "core/random.hpp"
#include "rate/models/force/force_network.hpp"

namespace rheobase::rate {

/// Trial-averaged rates of all sides (units x bins each) scaled to 0 ... 1 by each unit's minimum
/// and maximum over all sides and bins.
/// @param names  of the units, for messages; empty: their numbers
/// @throws InputError naming units of constant rate (no spikes), for sides of different sizes and
///         values that are not finite
std::vector<Eigen::MatrixXd> normalised_jointly(const std::vector<Eigen::MatrixXd>& rates,
                                                const std::vector<std::string>& names = {});

/// Targets in which each selective unit is silent on the side it does not prefer.
/// @param target  right, left
/// @throws InputError for other numbers of sides or units
std::vector<Eigen::MatrixXd> suppressed_targets(
    std::vector<Eigen::MatrixXd> target, const std::vector<analysis::Selectivity>& selectivity);

/// Class of each unit by the index of its mean rates over `steps` steps before the cue.
/// @param rates  right, left
/// @throws InputError for steps outside the rates
std::vector<analysis::Selectivity> selectivity_before_cue(const std::vector<Eigen::MatrixXd>& rates,
                                                          Eigen::Index cue,
                                                          Eigen::Index steps = 600,
                                                          double threshold = 0.1);

/// What FORCE training takes from data: targets (right, left; N x steps) with their epochs and the
/// units' selectivity.
struct TargetSet {
  TrialEpochs epochs;
  std::vector<Eigen::MatrixXd> target;
  std::vector<analysis::Selectivity> selectivity;
};

struct GeneratedTargetOptions {
  Eigen::Index units = 87;
  double selective = 0.7;  ///< fraction of the units, half of them for each side
  double ramping = 0.5;    ///< of the others, the fraction that rises; the rest falls
  double diversity = 0.3;  ///< amplitude of each unit's own slow course, relative to its profile
  Seed seed = 1;
  TrialEpochs epochs{};
};

/// For files and the command line; the epochs have a table of their own.
const FieldTable<GeneratedTargetOptions>& generated_target_fields();

/// Targets made without a recording: profiles are the noise-free rates of the structured model
/// (type two-hemispheres-ramp) on these epochs. A selective unit follows the population of its
/// side, a nonselective one the mean of both, rising or mirrored; each through a low-pass filter of
/// its own (20 ... 300 ms) and with slow sines of its own, whose sides part in the sample and
/// stay apart.
/// @throws InputError for options out of range
TargetSet generated_targets(const GeneratedTargetOptions& options = {});

}  // namespace rheobase::rate
