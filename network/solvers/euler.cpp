// Euler's method: y_(n+1) = y_n + h f(y_n).
//
// Reference: Euler, Institutionum calculi integralis (1768), section 2, chapter 7.
#include "network/kernels/vector_kernels.hpp"
#include "network/solvers/solver_registry.hpp"

namespace rheobase::network {

namespace {

bool euler_step(const network::SolverStep& s) {
  return RHEOBASE_SIMD_DISPATCH(s.level, network::advance)(s.y, s.work[0].data(), s.step, s.size);
}

}  // namespace

const SolverDefinition& solver_euler() {
  static const SolverDefinition definition{
      .name = "euler",
      .help = "explicit Euler method, order 1",
      .citation = "Euler, Institutionum calculi integralis (1768)",
      .order = 1,
      .work = 1,
      .step = &euler_step,
  };
  return definition;
}

}  // namespace rheobase::network
