#pragma once

#include <array>
#include <cstdint>

namespace rheobase {

/// A user's seed; with the options it determines every random number of a run.
using Seed = std::uint32_t;

/// What a random number is for. Streams of different purposes never share a number; the values
/// are part of the reproducibility promise: append, never renumber.
enum class Purpose : std::uint32_t {
  task = 1,               ///< condition and noise of a trial
  rate_noise = 2,         ///< xi of the rate network
  initialisation = 3,     ///< weights and signs of a new network
  membrane_noise = 4,     ///< membrane noise of a spiking network
  initial_voltage = 5,    ///< initial voltages of a spiking network
  stimulation = 6,        ///< coins of artificial stimulation
  evaluation_task = 7,    ///< condition and noise of an evaluation trial
  evaluation_noise = 8,   ///< xi of an evaluation trial
  membrane_crossing = 9,  ///< spikes of the bridge engine
  spike_noise = 10,       ///< spike-like noise of the rates in training
  initial_state = 11,     ///< state of a rate network at the start of a trial
  update_schedule = 12,   ///< steps at which a rule of random intervals updates
  unit_parameters = 13,   ///< thresholds and biases of spiking units that differ
};

/// Trial numbers by use, so that no network is scored on trials that chose it: `eval` counts from
/// 0, the scaling search, its confirmation of what it chose and the stop criteria of training from
/// their own offsets.
inline constexpr std::uint32_t kSearchTrials = 0x40000000U;
inline constexpr std::uint32_t kConfirmationTrials = 0x60000000U;
inline constexpr std::uint32_t kStopCriterionTrials = 0x80000000U;

/// Philox4x32-10 (Salmon et al., SC 2011): 128 random bits as a pure function of counter and key.
std::array<std::uint32_t, 4> philox_block(const std::array<std::uint32_t, 4>& counter,
                                          const std::array<std::uint32_t, 2>& key);

/// A sequential stream of random numbers: a function of (seed, trial, purpose) alone.
///
/// key = (seed, trial), counter = (block, 0, purpose, lane). Vectorised generators use counter =
/// (unit, step / 4, purpose, 0), or step / 8; see core/simd/normal.hpp and fast_normal.hpp.
class RandomStream {
 public:
  RandomStream(Seed seed, std::uint32_t trial, Purpose purpose, std::uint32_t lane = 0);

  std::uint32_t bits();
  double uniform();                          ///< in (0, 1), 53 bits
  double uniform(double low, double high);   ///< in (low, high)
  double normal();                           ///< standard normal, Box-Muller in double
  bool coin(double probability);             ///< true with this probability
  std::uint32_t below(std::uint32_t n);      ///< uniform in [0, n), without modulo bias
  double gamma(double shape, double scale);  ///< Marsaglia & Tsang (2000); shape >= 1

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
  double spare_normal_ = 0.0;
  bool has_spare_ = false;
};

}  // namespace rheobase
