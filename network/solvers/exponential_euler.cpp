// Exponential Euler method with the slope's own derivative, J_i = df_i / dy_i at y_n:
//   y_i += h (e^(h J_i) - 1) / (h J_i) f_i(y_n)
// Exact where f_i = a_i - b_i y_i with constant a_i and b_i; stable for any step where J_i < 0.
//
// Reference: Pope, Communications of the ACM 6:491 (1963), with a diagonal Jacobian.
#include "network/kernels/vector_kernels.hpp"
#include "network/solvers/solver_registry.hpp"

namespace rheobase::network {

namespace {

bool exponential_step(const network::SolverStep& s) {
  double* j = s.work[1].data();
  s.evaluation.diagonal(s.y, j);
  RHEOBASE_SIMD_DISPATCH(s.level, network::advance_exponentially)
  (s.y, s.work[0].data(), j, s.step, s.size);
  return RHEOBASE_SIMD_DISPATCH(s.level, network::all_finite)(s.y, s.size);
}

}  // namespace

const SolverDefinition& solver_exponential_euler() {
  static const SolverDefinition definition{
      .name = "exponential-euler",
      .help = "exponential Euler method, order 1, exact for decays",
      .citation = "Pope, Commun. ACM 6:491 (1963)",
      .order = 1,
      .work = 2,
      .needs_short_steps = false,
      .step = &exponential_step,
  };
  return definition;
}

}  // namespace rheobase::network
