#include "network/stepper.hpp"

#include "core/error.hpp"
#include "network/solver.hpp"

namespace rheobase::network {

Stepper::Stepper(const Network& network, NetworkState& state, const std::string& solver, Seed seed,
                 std::uint32_t trial)
    : solver_(solver_named(solver)),
      network_(network),
      state_(state),
      level_(simd_level()),
      evaluation_(network, state, level_),
      noise_(network, seed, trial, level_),
      work_(static_cast<std::size_t>(solver_.work), AlignedVector<double>(state.values.size())) {
  require_own_state(network, state, "run");
  if (solver_.step == nullptr) {
    throw InputError("run", "solver", solver, "must be one of fixed steps");
  }
}

Stepper::~Stepper() = default;

void Stepper::evaluate(const double* inputs) {
  const double* y = state_.values.data();
  SpikeEvents& spikes = evaluation_.spikes();
  evaluation_.set_external(inputs);
  spikes.detect(y, time());
  spikes.collect(y);
  evaluation_.slopes(y, work_[0].data(), 0.0);
}

void Stepper::advance() {
  double* y = state_.values.data();
  const double now = time();
  const bool finite =
      solver_.step({evaluation_, y, network_.step(), state_.values.size(), work_, level_});
  evaluation_.spikes().apply(y, now);
  noise_.add(state_.step, evaluation_.spikes(), y);
  evaluation_.mend_lanes(y);
  ++state_.step;
  if (!finite) {
    evaluation_.require_finite(y, time());
  }
}

}  // namespace rheobase::network
