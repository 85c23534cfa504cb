// What the kernels of the FORCE network read and write: pointers only, so that the kernel file
// needs no other header.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rheobase::rate {

inline constexpr std::size_t kForceLanes = 16;

/// One network. Vectors have `padded` entries, units rounded up to whole packs of 8 doubles and
/// zero beyond; J is stored by columns of `padded` entries.
struct ForceStepArguments {
  std::size_t units = 0, padded = 0;
  double* recurrent = nullptr;  ///< J
  double* current = nullptr;    ///< y = J r
  double* state = nullptr;      ///< x
  double* rate = nullptr;       ///< r
  double follow = 0;            ///< dt / tau
  double threshold = 0;
};

/// 16 trials of one network as lanes; arrays over units have units x 16 values, lane fastest.
struct ForceTrialsArguments {
  std::size_t units = 0, padded = 0;
  std::size_t first = 0, last = 0;    ///< steps first ... last - 1
  const double* recurrent = nullptr;  ///< J by rows
  const double* input = nullptr;      ///< h, steps x padded
  const double* target = nullptr;     ///< R, steps x padded, or null: errors are not summed
  double follow = 0, threshold = 0;

  double noise = 0;
  bool common_noise = true;  ///< one number a step for all units
  std::size_t noise_from = 0, noise_to = 0;
  std::uint32_t seed = 0, purpose = 0;
  const std::uint32_t* trial = nullptr;  ///< 16 trial numbers

  const double* keep = nullptr;  ///< factors of the rates in the clamped steps, or null
  std::size_t clamp_from = 0, clamp_to = 0;

  double* state = nullptr;  ///< x; in and out
  double* rate = nullptr;   ///< r; in and out
  double* work = nullptr;   ///< units x 16
  float* xi = nullptr;      ///< workspace: 4 x units x 16

  std::size_t choice_step = 0;
  double* choice_rate = nullptr;  ///< r at that step
  std::size_t mean_from = 0, mean_to = 0;
  double* rate_sum = nullptr;  ///< summed over those steps
  double* error = nullptr;     ///< 2 x 16: sums of |R - r| and of (R - r)^2 over steps 1 ...
  std::size_t stride = 1;
  double* kept_rate = nullptr;  ///< r of steps 0, stride, ..., or null
};

// force_product:         y = J r
// force_update_product:  J <- J - error gain', then y = J r
// force_advance:         x <- x + follow (y + input + noise - x), r = 1 / (1 + exp(threshold - x))
// force_trials:          steps of 16 trials; step 0 is the state as it is
// The sums of J r run in the order of the presynaptic index in all of them.
#define RHEOBASE_DECLARE(variant)                                                             \
  namespace variant {                                                                         \
  void force_product(const ForceStepArguments& arguments);                                    \
  void force_update_product(const ForceStepArguments& arguments, const double* error,         \
                            const double* gain);                                              \
  void force_advance(const ForceStepArguments& arguments, const double* input, double noise); \
  void force_trials(const ForceTrialsArguments& arguments);                                   \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE

}  // namespace rheobase::rate
