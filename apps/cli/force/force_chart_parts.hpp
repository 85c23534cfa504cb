#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "apps/report/chart.hpp"
#include "rate/learning/force/force_coding.hpp"

namespace rheobase::cli {

/// Mean projection of each side with its standard deviation, over time from the go cue.
/// @param clamped  steps that are shaded; empty: none
report::ChartPanel force_projection_panel(const std::string& title, const rate::ForceCoding& coding,
                                          const rate::TrialEpochs& epochs, double step_ms,
                                          const rate::ForceClamp& clamped = {});

/// The usual range of projections with room for a key, wider where what is drawn asks for it.
std::pair<double, double> projection_range(const std::vector<report::ChartSeries>& series);

/// Histogram of the endpoints of each side.
report::ChartPanel force_endpoint_panel(const std::string& title, const rate::ForceCoding& coding);

/// Shares of values in equal bins of `width` from low to high: centre, share.
Eigen::MatrixXd shares_in_bins(const std::vector<double>& values, double low, double high,
                               double width);

}  // namespace rheobase::cli
