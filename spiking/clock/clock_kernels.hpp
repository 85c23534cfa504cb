#pragma once

#include <cstddef>
#include <cstdint>

// Included by kernel files: plain data and declarations only.
namespace rheobase::spiking {

/// What changes from step to step, as arrays over units padded to whole packs of T.
template <class T>
struct ClockState {
  T* v = nullptr;     ///< membrane voltage, mV
  T* ipsc = nullptr;  ///< synaptic current, mV
  T* h = nullptr;     ///< its rising part times dt, mV; unused by the single exponential
};

/// The population of the clock engine.
template <class T>
struct ClockPopulation {
  ClockState<T> now, next;   ///< `advance` swaps them as it needs: read `now`
  const T* base = nullptr;   ///< bias + input of the current column, mV
  const T* gain = nullptr;   ///< dt / tau_m, 0 while refractory
  const T* decay = nullptr;  ///< e^(-dt/td)
  T rise_decay = 0;          ///< e^(-dt/tr)
  T threshold = 0;
  T noise_sd = 0;  ///< per step, mV
  std::size_t packs = 0;
  bool quadratic = false;
  bool double_exponential = true;
};

/// How far a call of `advance` came.
struct ClockAdvance {
  long steps = 0;  ///< steps done; the last one has spikes if `spiking`
  bool spiking = false;
};

/// Filtered spike trains of the readout over units, padded to whole packs of T.
template <class T>
struct ReadoutFilter {
  T* r = nullptr;            ///< Hz
  T* hr = nullptr;           ///< Hz/s
  const T* decay = nullptr;  ///< of r over one sample period
  const T* rise = nullptr;   ///< r per hr over one sample period, s
  const T* weight = nullptr;
  T rise_decay = 0;  ///< of hr over one sample period
  std::size_t packs = 0;
};

template <class T>
struct ClockKernels {
  /// Up to `steps` Euler steps, stopping after the first with a spike. `noise` is null or one row
  /// of `stride` standard normals a step. fired[pack] is a bit per lane that is not below threshold
  /// (a NaN counts) in the last step done.
  ClockAdvance (*advance)(ClockPopulation<T>&, const float* noise, std::size_t stride, long steps,
                          std::uint32_t* fired);
  /// r and hr over one sample period; returns weight . r.
  T (*advance_readout)(ReadoutFilter<T>);
};

namespace portable {
template <class T>
ClockKernels<T> clock_kernels();
}
#if defined(__x86_64__)
namespace avx2 {
template <class T>
ClockKernels<T> clock_kernels();
}
namespace avx512 {
template <class T>
ClockKernels<T> clock_kernels();
}
#endif

}  // namespace rheobase::spiking
