#pragma once

#include <cstddef>
#include <cstdint>

// Included by kernel files: plain data and declarations only.
namespace rheobase::spiking {

/// A unit in the current window of the event engine. h, I and u are the state at the start of the
/// window of the free course the unit is on now: a spike that arrives later is entered as the state
/// at the start from which the course after it would have come.
struct alignas(32) WindowState {
  double h = 0.0;
  double current = 0.0;
  double u = 0.0;
  /// How much may still be added to u in this window before the unit has to be looked at.
  /// Infinite: refractory. Minus infinite: it is a candidate.
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

/// Units are passed over in groups of this size; arrays over units are padded to it.
inline constexpr std::size_t kWindowLanes = 8;

/// The step of all units over one whole window (Propagator), arrays over units.
struct WindowStep {
  const double* current_keep = nullptr;
  const double* current_from_h = nullptr;
  const double* u_from_current = nullptr;
  const double* u_from_h = nullptr;
  const double* u_keep = nullptr;
  const double* u_from_drive = nullptr;
  double h_keep = 1.0;
};

struct WindowPass {
  std::size_t units = 0;  ///< padded; the padding is refractory
  WindowState* states = nullptr;
  const double* drive = nullptr;
  const double* refractory_u = nullptr;
  WindowStep step;
  double slack = 0.0;  ///< fraction by which bounds are widened
};

/// The passes over all units.
struct WindowKernels {
  /// Margins at the start of a window of the units that are not refractory: with the force c + I at
  /// its upper bound c', u e^(-at) + c' (1 - e^(-at)) bounds u. Units without margin are written to
  /// `flagged` (room for `units`), in order. Returns how many, or -1 where a state is not finite.
  std::ptrdiff_t (*begin)(const WindowPass& pass, std::int32_t* flagged);
  /// The states at the end of a window in which nothing more happens.
  void (*end)(const WindowPass& pass);
  /// `end`, then `begin` of a window of the same length and drive, in one pass.
  std::ptrdiff_t (*turn)(const WindowPass& pass, std::int32_t* flagged);
};

#define RHEOBASE_DECLARE(variant)                                                \
  namespace variant {                                                            \
  std::size_t deliver_spike(WindowState* states, const double* decay_offset,     \
                            const SynapseColumn& column, const Arrival& arrival, \
                            std::uint32_t* flagged);                             \
  WindowKernels window_kernels();                                                \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE

}  // namespace rheobase::spiking
