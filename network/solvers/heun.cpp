// Heun's method: k1 = f(y_n), k2 = f(y_n + h k1), y_(n+1) = y_n + h (k1 + k2) / 2.
//
// Reference: Heun, Zeitschrift fuer Mathematik und Physik 45:23 (1900).
#include "network/kernels/vector_kernels.hpp"
#include "network/solvers/solver_registry.hpp"

namespace rheobase::network {

namespace {

bool heun_step(const network::SolverStep& s) {
  double* k1 = s.work[0].data();
  double* k2 = s.work[1].data();
  double* at = s.work[2].data();
  RHEOBASE_SIMD_DISPATCH(s.level, network::displace)(at, s.y, k1, s.step, s.size);
  s.evaluation.slopes(at, k2, 1.0);
  RHEOBASE_SIMD_DISPATCH(s.level, network::accumulate)(k1, k2, 1.0, s.size);
  return RHEOBASE_SIMD_DISPATCH(s.level, network::advance)(s.y, k1, 0.5 * s.step, s.size);
}

}  // namespace

const SolverDefinition& solver_heun() {
  static const SolverDefinition definition{
      .name = "heun",
      .help = "explicit trapezoidal method, order 2",
      .citation = "Heun, Z. Math. Phys. 45:23 (1900)",
      .order = 2,
      .work = 3,
      .step = &heun_step,
  };
  return definition;
}

}  // namespace rheobase::network
