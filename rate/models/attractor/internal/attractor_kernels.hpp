// What the kernel of the attractor model reads and writes: pointers only, so that the kernel file
// needs no other header. 16 trials are the lanes; arrays over populations have populations x 16
// values, lane fastest.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rheobase::rate {

inline constexpr std::size_t kAttractorLanes = 16;
inline constexpr std::size_t kAttractorWindows = 3;

struct AttractorArguments {
  std::size_t populations = 2;  ///< 2 or 4
  std::size_t steps = 0;
  const double* weights = nullptr;  ///< populations x populations, rows postsynaptic
  double follow = 0;                ///< dt / tau
  double softness = 0, depression = 0, facilitation = 0, release = 0;
  double input = 0;  ///< common input I

  const double* ramp = nullptr;             ///< steps
  const double* cue = nullptr;              ///< steps
  const double* photoinhibition = nullptr;  ///< steps
  const double* ramp_input = nullptr;       ///< amplitudes, populations x 16
  const double* cue_input = nullptr;
  const double* photoinhibition_input = nullptr;

  double noise = 0;
  const double* xi = nullptr;  ///< steps x populations for all lanes, or null: drawn
  std::uint32_t seed = 0, purpose = 0;
  const std::uint32_t* trial = nullptr;  ///< 16 trial numbers

  double* state = nullptr;  ///< h, populations x 16; in and out

  /// States and rates 0, stride, 2 stride, ... of steps + 1 are kept; null: not kept.
  std::size_t stride = 1;
  double* kept_state = nullptr;
  double* kept_rate = nullptr;
  /// Weighted sums of the rates over time, kAttractorWindows x populations x 16; the weights of
  /// rate k (1 ... steps) stand at window_weight[window][k].
  const double* window_weight[kAttractorWindows] = {};
  double* window_sum = nullptr;
};

// Rate k + 1 is G of state k, as in the published program.
#define RHEOBASE_DECLARE(variant)                             \
  namespace variant {                                         \
  void attractor_trials(const AttractorArguments& arguments); \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE

}  // namespace rheobase::rate
