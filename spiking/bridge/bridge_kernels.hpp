#pragma once

#include <cstddef>
#include <cstdint>

// Included by kernel files: plain data and declarations only.
namespace rheobase::spiking {

/// u of a refractory unit (mV): no LIF step and no input brings it back to the threshold.
inline constexpr float kFarBelowThreshold = -1e12F;

/// What changes from step to step, as arrays over units padded to whole packs of 16. Arrays over
/// membranes hold those of the first copies, then as many of the second ones, and so on.
struct BridgeState {
  float* u = nullptr;        ///< of membranes, mV, see BridgeMembrane; far below while refractory
  float* current = nullptr;  ///< synaptic current, mV
  float* h = nullptr;        ///< its rising part, mV/ms; unused by the single exponential
};

/// Coefficients of 16 units.
struct alignas(64) BridgeCoefficients {
  float current_keep[16] = {};
  float current_from_h[16] = {};
  float u_from_current[16] = {};
  float u_from_h[16] = {};
  float correction_from_current[16] = {};  ///< of the sum of I at both ends of the step
  float correction_from_h[16] = {};        ///< of the sum of h at both ends
  float correction_from_drive[16] = {};
  float u_keep[16] = {};
  float noise_sd[16] = {};
  float crossing_rate[16] = {};  ///< K = 2a / (s^2 sinh(aD)), 1/mV^2
};

/// The population of the bridge engine. A step D of the currents is
///   I' = current_keep I + current_from_h h,  h' = h_keep h,
/// and of LIF units the exact propagator
///   u' = u_keep u + drive + u_from_current I + u_from_h h + noise_sd xi.
/// QIF units add noise_sd xi and then flow with the force drive + (I + I') / 2.
struct BridgePopulation {
  BridgeState now, next;
  float* survival = nullptr;          ///< of membranes: chance of no crossing since the last spike
  const float* limit = nullptr;       ///< of membranes: survival at which they fire
  const float* drive = nullptr;       ///< LIF: (1 - e^(-aD)) (bias + E - threshold); QIF: bias + E
  std::size_t drive_packs = 0;        ///< from one copy's drive to the next: 0 where it is shared
  const float* refractory = nullptr;  ///< of membranes, QIF: 1 while refractory, else 0
  const BridgeCoefficients* coefficients = nullptr;  ///< of every pack
  float h_keep = 0.0F;
  std::size_t packs = 0;  ///< of units; a copy's membranes have as many
  std::size_t copies = 1;
  bool double_exponential = true;
  bool quadratic = false;
  float noise_sd = 0.0F;   ///< QIF: of all
  float turn = 0.0F;       ///< QIF: D / tau_m
  float threshold = 0.0F;  ///< QIF: mV
};

struct BridgeKernels {
  /// One step from p.now to p.next; `noise` is of membranes. fired[pack] of all copies' packs gets
  /// a bit per lane that reached the threshold; returns whether any did.
  bool (*advance)(const BridgePopulation& p, const float* noise, std::uint32_t* fired);
};

namespace portable {
BridgeKernels bridge_kernels();
}
#if defined(__x86_64__)
namespace avx2 {
BridgeKernels bridge_kernels();
}
namespace avx512 {
BridgeKernels bridge_kernels();
}
#endif

}  // namespace rheobase::spiking
