#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "rate/learning/motif/motif_evaluation.hpp"

namespace rheobase::report {

/// Draws targets over time, five a row (figures 4 and 5 of Logiaco & Escola 2021). PNG (300 dpi),
/// SVG or PDF by the extension of `path`; complete or not there at all.
/// @throws InputError for another extension or an unwritable path, Error when gnuplot is missing
void draw_motif_targets(const std::vector<rate::MotifTarget>& targets, double step_tau,
                        const std::filesystem::path& path);

/// A motif as it is played.
struct PlayedMotif {
  rate::MotifTarget target;
  Eigen::VectorXd from_random;  ///< output from a random state
  Eigen::VectorXd after_other;  ///< after another motif; empty where there is none
};

/// What the figure of a library shows: outputs (figures 6 to 9), errors from random states and
/// after other motifs, states at the ends of motifs against N(0, 1) (figure 2), and, where there is
/// a preparatory module, its spectra and the length of the rates' vector (figure 12).
struct MotifFigure {
  std::vector<PlayedMotif> motifs;
  double step_tau = 0.1;
  rate::MotifScores scores;
  std::optional<rate::PreparationSpectra> spectra;
  Eigen::MatrixXd rate_norm;  ///< steps x trials
};

/// @throws as draw_motif_targets
void draw_motifs(const MotifFigure& figure, const std::filesystem::path& path);

}  // namespace rheobase::report
