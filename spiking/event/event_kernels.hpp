#pragma once

#include <cstddef>
#include <cstdint>

// Included by kernel files: plain data and declarations only.
namespace rheobase {

/// A unit in the current window of the event engine. h, I and u are the state at the start of the
/// window of the free course the unit is on now: a spike that arrives later is entered as the state
/// at the start from which the course after it would have come.
struct alignas(32) WindowState {
  double h = 0.0;
  double current = 0.0;
  double u = 0.0;
  /// How much may still be added to u in this window before the unit has to be looked at.
  /// Infinite: held (refractory). Minus infinite: it is a candidate.
  double margin = 0.0;
};

/// What a spike that arrives at time s of the window adds to the states at its start, per unit of
/// weight. Polynomials in (b - centre), b the decay rate of the postsynaptic unit.
struct Arrival {
  static constexpr std::size_t kMaxTerms = 32;
  double h = 0.0;
  double current[kMaxTerms] = {};  ///< coefficients, lowest power first
  double u[kMaxTerms] = {};
  std::size_t terms = 0;
  double bound = 0.0;  ///< of what it adds to u by the end of the window
};

/// The synapses of one presynaptic unit.
struct SynapseColumn {
  const std::int32_t* target = nullptr;
  const double* weight = nullptr;
  std::size_t count = 0;
};

/// Enters a spike into all its targets. decay_offset[unit] = b - centre. The positions in the
/// column of targets without margin are written to `flagged` (room for `count`); returns how many.
using DeliverFunction = std::size_t (*)(WindowState* states, const double* decay_offset,
                                        const SynapseColumn& column, const Arrival& arrival,
                                        std::uint32_t* flagged);

namespace portable {
std::size_t deliver_spike(WindowState* states, const double* decay_offset,
                          const SynapseColumn& column, const Arrival& arrival,
                          std::uint32_t* flagged);
}
#if defined(__x86_64__)
namespace avx2 {
std::size_t deliver_spike(WindowState* states, const double* decay_offset,
                          const SynapseColumn& column, const Arrival& arrival,
                          std::uint32_t* flagged);
}
namespace avx512 {
std::size_t deliver_spike(WindowState* states, const double* decay_offset,
                          const SynapseColumn& column, const Arrival& arrival,
                          std::uint32_t* flagged);
}
#endif

}  // namespace rheobase
