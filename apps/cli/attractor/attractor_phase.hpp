#pragma once

#include <string>
#include <vector>

#include "apps/cli/json_output.hpp"
#include "apps/report/chart.hpp"
#include "rate/models/attractor/attractor_continuation.hpp"
#include "rate/models/attractor/attractor_fixed_points.hpp"
#include "rate/models/attractor/attractor_trials.hpp"

namespace rheobase::cli {

/// Fixed points of one epoch.
struct EpochPoints {
  std::string name;       ///< "presample", "sample", "delay", "photoinhibition 2"
  Eigen::VectorXd input;  ///< beside the common input, of each population, Hz
  std::vector<rate::FixedPoint> points;
};

/// Epochs of a trial without noise, their fixed points, and the branches over the common input.
struct AttractorPhase {
  rate::AttractorModel model;
  std::vector<EpochPoints> epochs;
  std::vector<rate::Branch> branches;
  double delay_input = 0.0;  ///< I of the delay, Hz
};

/// @param levels  of photoinhibition beside 0
/// @param branches  follow the equilibria over this range of I; an empty range: not at all
AttractorPhase attractor_phase(const rate::AttractorModel& model, const std::vector<double>& levels,
                               int side, const rate::ContinuationOptions& branches);

std::string phase_table(const AttractorPhase& phase);
std::string bifurcation_table(const AttractorPhase& phase);
Json phase_json(const AttractorPhase& phase);

/// Nullclines and fixed points of the delay with trajectories, the bifurcation diagram, and rates
/// over time.
/// @param noisy  noisy trajectories of each side
report::Chart phase_chart(const AttractorPhase& phase, const rate::AttractorProtocol& protocol,
                          int noisy, Seed seed);

}  // namespace rheobase::cli
