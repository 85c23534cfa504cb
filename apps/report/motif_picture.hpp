#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "rate/learning/motif/motif_evaluation.hpp"

namespace rheobase::report {

/// Draws targets over time, up to five a row (figures 4 and 5 of Logiaco & Escola 2021). PNG (300
/// dpi), SVG or PDF by the extension of `path`; complete or not there at all.
/// @throws InputError for another extension or an unwritable path, Error when gnuplot is missing
void draw_motif_targets(const std::vector<rate::MotifTarget>& targets, double step_tau,
                        const std::filesystem::path& path);

/// A motif as it is played.
struct PlayedMotif {
  rate::MotifTarget target;
  Eigen::VectorXd from_random;  ///< output from a random state
  Eigen::VectorXd after_other;  ///< after another motif; empty where there is none
};

/// The preparatory module of a network (figure 12).
struct PreparationFigure {
  rate::PreparationSpectra spectra;
  Eigen::MatrixXd untrained_norm;  ///< |r|, steps x trials, before training
  Eigen::MatrixXd norm;            ///< the same with the module
  std::vector<double> losses;      ///< of every batch
};

/// What the figure of a library shows: outputs (figures 6 to 9), errors from random states and
/// after other motifs, states at the ends of motifs against N(0, 1) (figure 2), errors over
/// training (figure 17), and the preparatory module where there is one.
struct MotifFigure {
  std::vector<PlayedMotif> motifs;  ///< may be empty
  double step_tau = 0.1;
  rate::MotifScores scores;
  /// Points x 2 (batches, RMSE) of the motifs that were trained.
  std::vector<Eigen::MatrixXd> courses;
  std::optional<PreparationFigure> preparation;
};

/// @throws as draw_motif_targets
void draw_motifs(const MotifFigure& figure, const std::filesystem::path& path);

/// A chain as it is played.
struct ChainFigure {
  std::vector<std::string> names;   ///< of the links
  std::vector<Eigen::Index> start;  ///< of the links' motifs, steps
  Eigen::VectorXd target;           ///< NaN where there is none: in a preparation before its motif
  Eigen::VectorXd output;
  Eigen::VectorXd norm;  ///< of the activity
  std::string norm_name = "|r|";
  double step_tau = 0.1;
};

/// Readout and target over time with the motifs' names, and the norm of the activity below. A
/// motif's band begins with its preparation. Names that do not fit beside each other stand upright
/// above the panel; of chains too long for that some links are numbered.
/// @throws as draw_motif_targets
void draw_motif_chain(const ChainFigure& figure, const std::filesystem::path& path);

/// The linear model (figure 11).
struct LinearFigure {
  std::vector<PlayedMotif> motifs;
  double step_tau = 0.1;
  rate::MotifScores scores;
  Eigen::VectorXcd alone, prepared;  ///< eigenvalues of A and of A + U V^T
  Eigen::VectorXcd placed;           ///< those of a motif that its loop placed
  Eigen::VectorXd distance;          ///< sqrt(E |x - x_init|^2 / N) over the steps of preparation
  std::optional<rate::MotifScores> beside;  ///< of a network of motifs
  std::string beside_name;
};

/// @throws as draw_motif_targets
void draw_linear_model(const LinearFigure& figure, const std::filesystem::path& path);

}  // namespace rheobase::report
