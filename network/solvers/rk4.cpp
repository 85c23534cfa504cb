// Kutta's method of order 4: k1 = f(y), k2 = f(y + h k1 / 2), k3 = f(y + h k2 / 2),
// k4 = f(y + h k3), y_(n+1) = y_n + h (k1 + 2 k2 + 2 k3 + k4) / 6.
//
// Reference: Kutta, Zeitschrift fuer Mathematik und Physik 46:435 (1901).
#include "network/kernels/vector_kernels.hpp"
#include "network/solvers/solver_registry.hpp"

namespace rheobase::network {

namespace {

bool rk4_step(const network::SolverStep& s) {
  const auto displace = RHEOBASE_SIMD_DISPATCH(s.level, network::displace);
  const auto accumulate = RHEOBASE_SIMD_DISPATCH(s.level, network::accumulate);
  double* sum = s.work[0].data();
  double* k = s.work[1].data();
  double* at = s.work[2].data();
  displace(at, s.y, sum, 0.5 * s.step, s.size);
  s.evaluation.slopes(at, k, 0.5);
  accumulate(sum, k, 2.0, s.size);
  displace(at, s.y, k, 0.5 * s.step, s.size);
  s.evaluation.slopes(at, k, 0.5);
  accumulate(sum, k, 2.0, s.size);
  displace(at, s.y, k, s.step, s.size);
  s.evaluation.slopes(at, k, 1.0);
  accumulate(sum, k, 1.0, s.size);
  return RHEOBASE_SIMD_DISPATCH(s.level, network::advance)(s.y, sum, s.step / 6.0, s.size);
}

}  // namespace

const SolverDefinition& solver_rk4() {
  static const SolverDefinition definition{
      .name = "rk4",
      .help = "classical Runge-Kutta method, order 4",
      .citation = "Kutta, Z. Math. Phys. 46:435 (1901)",
      .order = 4,
      .work = 3,
      .step = &rk4_step,
  };
  return definition;
}

}  // namespace rheobase::network
