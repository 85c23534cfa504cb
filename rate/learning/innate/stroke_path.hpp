// Pen paths of own making, with the durations, lengths and speeds of the handwriting targets of
// Laje & Buonomano (2013, figure 2), which are not free to be copied.
//
// A path is a sum of minimum-jerk strokes between via points that overlap in time (Flash & Hogan,
// J. Neurosci. 5:1688, 1985; Morasso & Mussa Ivaldi, Biol. Cybern. 45:131, 1982):
//   y(t) = p_0 + sum_k (p_{k+1} - p_k) s((t - t_k) / d_k),   s(u) = 10 u^3 - 15 u^4 + 6 u^5
// with durations d_k proportional to |p_{k+1} - p_k|^exponent.
#pragma once

#include <string_view>
#include <vector>

#include <Eigen/Core>

namespace rheobase::rate {

struct StrokeOptions {
  int steps = 1322;       ///< of the path
  double length = 4.0;    ///< of the path, sum of the distances of its points
  double overlap = 0.5;   ///< fraction of a stroke that is left when the next begins
  double exponent = 0.3;  ///< 0: all strokes last as long; 1: as their length
};

/// A path through about these via points (2 x n), scaled to `length`, its bounding box centred on
/// 0. 2 x steps. @throws InputError where the via points or options make no path
Eigen::MatrixXd stroke_path(const Eigen::MatrixXd& via, const StrokeOptions& options);

/// The words there are: "chaos" (1322 ms, length 4.00) and "neuron" (1234 ms, length 4.76).
std::vector<std::string_view> written_words();

/// The path of a word, 2 x its time in steps. @throws InputError that lists the words there are
Eigen::MatrixXd word_path(std::string_view word, double step_ms = 1.0);

}  // namespace rheobase::rate
