// Principal angles of subspaces with orthonormal bases A and B: cos theta_k = singular values of
// A^T B; small angles from sin theta_k = singular values of B - A A^T B.
// References: Bjorck & Golub, Math Comput 27:579 (1973); Knyazev & Argentati, SIAM J Sci Comput
// 23:2008 (2002).
#pragma once

#include <Eigen/Core>

namespace rheobase::analysis {

/// Principal angles (radians, increasing, 0 to pi/2) between the spans of two sets of columns, as
/// many as the smaller span has dimensions (Björck & Golub, Math Comput 27:579, 1973; small angles
/// from their sines, Knyazev & Argentati, SIAM J Sci Comput 23:2008, 2002).
/// @param first, second  N x p and N x q; columns need not be independent or normalised
/// @throws InputError for different N, values that are not finite or an empty span
Eigen::VectorXd principal_angles(const Eigen::MatrixXd& first, const Eigen::MatrixXd& second);

}  // namespace rheobase::analysis
