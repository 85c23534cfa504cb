// Selectivity of unit i by a linear model of its responses over trials k with factors f,
//
//   y_ik = a_i + sum_f b_if x_kf + sum_{f<g} b_ifg x_kf x_kg + residual,   x_kf centred over trials
//
// by least squares. A term has an effect where the two-sided t test of its coefficient has p below
// alpha, t = b / sqrt(s^2 (X'X)^-1_bb) with s^2 = residual squares / (trials - terms - 1):
//
//   none              unselective        more than one factor  linear mixed
//   one factor        pure               any product           nonlinear mixed
//
// Reference: Rigotti et al., Nature 497:585 (2013), supplement.
#pragma once

#include <utility>
#include <vector>

#include <Eigen/Core>

namespace rheobase::analysis {

enum class SelectivityClass {
  unselective,
  pure,             ///< one factor matters
  linear_mixed,     ///< several factors matter and their effects add up
  nonlinear_mixed,  ///< the effect of one factor depends on another
};

/// A linear model of each unit's responses: main effects, then products of pairs of factors.
struct MixedSelectivity {
  /// Factors of every term; second = -1: the main effect of the first.
  std::vector<std::pair<int, int>> terms;
  Eigen::MatrixXd coefficients;  ///< N x terms
  Eigen::MatrixXd p_values;      ///< N x terms, two-sided t test of coefficient = 0
  Eigen::VectorXd r_squared;     ///< N, fraction of the response variance explained; 0 if constant
  std::vector<SelectivityClass> classes;  ///< N
};

/// Pure and mixed selectivity by analysis of variance (Rigotti et al., Nature 497:585, 2013,
/// supplement: nonlinear mixed selectivity = a significant interaction).
/// @param responses  N x trials, e.g. mean rate of each unit in a window of each trial
/// @param factors    trials x F levels, e.g. -1 and +1; columns are centred before use
/// @param alpha      level of each test (not corrected for their number)
/// @throws InputError for shapes that do not agree, values that are not finite, fewer than
///                    terms + 2 trials, terms that do not vary independently, alpha outside (0, 1)
MixedSelectivity mixed_selectivity(const Eigen::MatrixXd& responses, const Eigen::MatrixXd& factors,
                                   double alpha = 0.01);

}  // namespace rheobase::analysis
