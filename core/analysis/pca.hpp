// Principal components of activity X, N units x M samples, with mean mu over samples:
//
//   C = (X - mu)(X - mu)^T / (M - 1) = V diag(v) V^T,   v decreasing
//   fraction of component k = v_k / sum v,   projections V^T (X - mu)
//   participation ratio (sum v)^2 / sum v^2
//
// References: Hotelling, J Educ Psychol 24:417 (1933); Gao et al., bioRxiv 214262 (2017),
// participation ratio.
#pragma once

#include <functional>

#include <Eigen/Core>

namespace rheobase::analysis {

/// Principal components of the activity of N units over M samples; K = min(N, M) of them.
struct Pca {
  Eigen::VectorXd mean;         ///< N, over samples
  Eigen::MatrixXd components;   ///< N x K, orthonormal columns by decreasing variance
  Eigen::VectorXd variance;     ///< K, along each component, divided by M - 1
  Eigen::VectorXd explained;    ///< K, fractions of the total variance; 0 where there is none
  Eigen::MatrixXd projections;  ///< K x M, of the centred activity
};

/// Eigenvectors of the covariance matrix (Hotelling, J Educ Psychol 24:417, 1933). The sign of a
/// component makes its entry of largest modulus positive.
/// @param activity  N x M, one row per unit, one column per sample; M >= 2
/// @param stop      asked between parts of the products, may be empty
/// @throws InputError for fewer samples or values that are not finite, Cancelled where stopped
Pca pca(const Eigen::MatrixXd& activity, const std::function<bool()>& stop = {});

/// Coordinates of other activity (N x L) in the first `count` components: count x L.
/// @throws InputError for another number of units or more components than there are
Eigen::MatrixXd project(const Pca& basis, const Eigen::MatrixXd& activity, Eigen::Index count);

/// Components that together hold at least `fraction` (0 to 1) of the variance; 0 without variance.
Eigen::Index components_for(const Pca& basis, double fraction);

/// Effective number of components, (sum of variances)^2 / sum of squared variances (participation
/// ratio; Gao et al., bioRxiv 214262, 2017). 0 without variance.
double participation_ratio(const Pca& basis);

}  // namespace rheobase::analysis
