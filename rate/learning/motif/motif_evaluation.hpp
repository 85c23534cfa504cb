#pragma once

#include <vector>

#include <Eigen/Core>

#include "core/analysis/signed_rank.hpp"
#include "core/run_control.hpp"
#include "rate/models/motif/motif_library.hpp"

namespace rheobase::rate {

/// Trials of one motif.
struct MotifTrials {
  std::vector<Eigen::VectorXd> output;  ///< samples 0 ... steps-1 of every trial
  std::vector<Eigen::VectorXd> end;     ///< state after them: where the next motif starts
  std::vector<Eigen::VectorXd> norm;    ///< |r| at these samples; where it is asked for
};

/// Which noise the trials have: trial i carries the number first_trial + i.
struct MotifNoise {
  double factor = 0.0;
  Seed seed = 1;
  std::uint32_t first_trial = 0;
  double spikes = 0.0;  ///< scaling factor (Hz) of spike-like noise of the rates; 0: none
};

/// Plays `steps` steps of a motif (0: all) from given states. @throws NonFiniteError
/// where an output is not finite, Cancelled where `control`, asked within trials, says so
MotifTrials play_motif(const MotifLibrary& library, std::size_t motif,
                       const std::vector<Eigen::VectorXd>& starts, const MotifNoise& noise,
                       Eigen::Index steps = 0, bool with_norm = false,
                       const RunControl& control = {});

/// Root of the mean of (y - y*)^2 over all trials and samples.
double root_mean_square_error(const MotifTrials& trials, const MotifTarget& target);

struct MotifEvaluationOptions {
  int trials = 9;             ///< from random states, of every motif
  double initial_std = -1.0;  ///< of these states; negative: the library's
  double noise = -1.0;        ///< in every step; negative: the library's
  double spike_noise = 0.0;   ///< scaling factor (Hz) of spike-like noise of the rates; 0: none
  Seed seed = 1;
  int threads = 1;
};

/// Root mean square errors of every motif, and the states they end in.
struct MotifScores {
  Eigen::VectorXd random;           ///< from random states
  Eigen::VectorXd others;           ///< after every other motif, that one from a random state
  Eigen::MatrixXd pair;             ///< (first, second): of the second; NaN on the diagonal
  analysis::SignedRank difference;  ///< random against others, over motifs
  Eigen::MatrixXd end_states;       ///< N x motifs: of the first trial
  double end_std = 0.0;             ///< of all their entries
};

/// RMSE of every motif from `trials` random states and after every other motif, one trial each
/// (Logiaco & Escola 2021, figures 2 and 3). @throws InputError for a library without motifs
MotifScores evaluate_motifs(const MotifLibrary& library, const MotifEvaluationOptions& options,
                            const RunControl& control = {});

/// The same where the first motif is left at a fraction of its length (figure 3e): RMSE of the
/// second motif over the transitions from every other, motifs x fractions.
Eigen::MatrixXd evaluate_interrupted(const MotifLibrary& library,
                                     const std::vector<double>& fractions,
                                     const MotifEvaluationOptions& options,
                                     const RunControl& control = {});

/// A chain as it is played, one motif behind the other.
struct ChainRun {
  Eigen::VectorXd output;
  Eigen::VectorXd norm;  ///< |r|
};

/// Motifs in order, the first from `start`. @throws Cancelled where `control`, asked within motifs,
/// says so
ChainRun play_chain(const MotifLibrary& library, const std::vector<ChainLink>& links,
                    const Eigen::VectorXd& start, const MotifNoise& noise,
                    const RunControl& control = {});

/// `count` of `motifs` motifs drawn at random, none twice in a row where there are more than one.
std::vector<ChainLink> random_chain(std::size_t motifs, int count, Seed seed);

/// Length of the rates' vector under the preparatory module alone, from random states.
struct PreparationCourse {
  Eigen::MatrixXd norm;  ///< |r|, steps x trials
};

PreparationCourse preparation_course(const MotifLibrary& library, Eigen::Index steps, int trials,
                                     Seed seed);

/// Eigenvalues of g J, of g J + U V^T and of g J' + U V^T with another J' of the same kind.
struct PreparationSpectra {
  Eigen::VectorXcd without, with, with_random;
};

/// @throws InputError for an architecture without preparation
PreparationSpectra preparation_spectra(const MotifLibrary& library);

}  // namespace rheobase::rate
