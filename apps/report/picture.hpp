#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/sampled_signal.hpp"
#include "rate/dynamics/unit_type.hpp"

namespace rheobase::report {

/// A span of time, drawn as a shaded area.
struct TimeWindow {
  double start_ms = 0.0;
  double end_ms = 0.0;
};

/// Mean and standard deviation of a signal over the trials of one condition.
struct OutputBand {
  std::string condition;
  SampledSignal mean;
  Eigen::VectorXd sd;  ///< one value per sample of `mean`
  int trials = 0;
};

/// The spikes of one trial.
struct SpikeRaster {
  std::string condition;
  std::vector<int> unit;        ///< 0-based
  std::vector<double> time_ms;  ///< one per entry of `unit`
  std::vector<TimeWindow> stimulus;
};

/// One value of a scaling search.
struct ScalingMark {
  double scaling_factor = 0.0;
  double accuracy = 0.0;  ///< 0 to 1
  double low = 0.0;       ///< ends of the 95 % interval
  double high = 1.0;
  int copies = 1;                        ///< LIF units of a rate unit
  std::optional<double> predicted = {};  ///< accuracy of the rate network with as much noise
};

/// Whether the values were fitted, each with copies and a prediction.
inline bool is_fitted_search(const std::vector<ScalingMark>& marks) {
  return std::ranges::any_of(
      marks, [](const ScalingMark& mark) { return mark.copies > 1 || mark.predicted.has_value(); });
}

/// Whether any of them was predicted.
inline bool has_prediction(const std::vector<ScalingMark>& marks) {
  return std::ranges::any_of(marks,
                             [](const ScalingMark& mark) { return mark.predicted.has_value(); });
}

/// On both sides of the values of a search; of one value a part of it.
inline double search_margin(double first, double last) {
  constexpr double kPart = 0.06;
  return kPart * (last > first ? std::max(last - first, 1.0) : std::max(first, 1.0));
}

/// Everything the figure of one network shows. Panels without data are left out.
struct Picture {
  std::string title;
  double duration_ms = 0.0;
  std::vector<TimeWindow> stimulus;
  std::vector<OutputBand> rate_output;
  std::vector<OutputBand> spiking_output;
  std::vector<ScalingMark> scaling;  ///< in increasing order
  double best_scaling_factor = 0.0;
  std::vector<SpikeRaster> rasters;       ///< the first two are drawn
  std::vector<rate::UnitType> unit_type;  ///< N
  Eigen::VectorXd tau_ms;                 ///< N, synaptic decay
};

/// Mean and standard deviation (n - 1; 0 for one trial) over the rows of `trials` (trials x
/// samples).
OutputBand output_band(const std::string& condition, const Eigen::MatrixXd& trials, double start_ms,
                       double step_ms);

/// Draws the figure with gnuplot, 180 x 105 mm: PNG (300 dpi) or SVG by the extension of `path`.
/// The file is complete or not there at all.
/// @throws InputError for another extension or an unwritable path, Error when gnuplot is missing
void draw_picture(const Picture& picture, const std::filesystem::path& path);

}  // namespace rheobase::report
