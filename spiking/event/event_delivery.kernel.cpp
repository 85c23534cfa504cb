#include "core/simd/pack.hpp"
#include "spiking/event/event_kernels.hpp"

namespace rheobase::spiking::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace {

template <class T>
RHEOBASE_INLINE T polynomial(const double* coefficients, std::size_t terms, const T& x,
                             const T& zero) {
  T value = zero + coefficients[terms - 1];
  for (std::size_t k = terms - 1; k-- > 0;) {
    value = value * x + coefficients[k];
  }
  return value;
}

/// Adds one spike to one state; true if nothing is left of the margin.
RHEOBASE_INLINE bool add(WindowState& state, double weight, double current, double u,
                         const Arrival& arrival) {
  state.h += weight * arrival.h;
  state.current += weight * current;
  state.u += weight * u;
  state.margin -= (weight > 0.0 ? weight : 0.0) * arrival.bound;
  return !(state.margin >= 0.0);
}

}  // namespace

std::size_t deliver_spike(WindowState* states, const double* decay_offset,
                          const SynapseColumn& column, const Arrival& arrival,
                          std::uint32_t* flagged) {
  constexpr std::size_t lanes = Doubles::lanes;
  const Doubles zero = Doubles::all(0.0);
  std::size_t found = 0;
  std::size_t first = 0;
  for (; first + lanes <= column.count; first += lanes) {
    const std::int32_t* target = column.target + first;
    double offset[lanes];
    double current[lanes];
    double u[lanes];
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      offset[lane] = decay_offset[target[lane]];
    }
    const Doubles x = Doubles::load(offset);
    polynomial(arrival.current, arrival.terms, x, zero).store(current);
    polynomial(arrival.u, arrival.terms, x, zero).store(u);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      flagged[found] = static_cast<std::uint32_t>(first + lane);
      found +=
          add(states[target[lane]], column.weight[first + lane], current[lane], u[lane], arrival);
    }
  }
  for (; first < column.count; ++first) {
    const std::int32_t target = column.target[first];
    const double x = decay_offset[target];
    flagged[found] = static_cast<std::uint32_t>(first);
    found += add(states[target], column.weight[first],
                 polynomial(arrival.current, arrival.terms, x, 0.0),
                 polynomial(arrival.u, arrival.terms, x, 0.0), arrival);
  }
  return found;
}

}  // namespace rheobase::spiking::RHEOBASE_SIMD
