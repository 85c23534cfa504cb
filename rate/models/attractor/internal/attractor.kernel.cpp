// Euler steps of the attractor model (attractor_model.hpp) for 16 trials at a time.
#include "core/simd/double_math.hpp"
#include "core/simd/mask.hpp"
#include "core/simd/normal.hpp"
#include "rate/models/attractor/internal/attractor_kernels.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace {

/// Packs a population has: pack 2 p + i holds trials 8 i ... of population p.
constexpr std::size_t kPacks = kAttractorLanes / Doubles::lanes;

/// G(h) of every population.
template <std::size_t K>
RHEOBASE_INLINE void synaptic_rates(const AttractorArguments& a, const Doubles (&h)[K],
                                    Doubles (&rate)[K]) {
  Doubles scaled[K];
  for (std::size_t k = 0; k < K; ++k) {
    scaled[k] = h[k] / a.softness;
  }
  softplus_double(scaled, rate);
  const double linear = a.release * (a.facilitation + a.depression);
  const double quadratic = a.release * a.facilitation * a.depression;
  for (std::size_t k = 0; k < K; ++k) {
    const Doubles y = rate[k] * a.softness;
    rate[k] =
        y * (y * (a.release * a.facilitation) + a.release) / ((y * quadratic + linear) * y + 1.0);
  }
}

/// Four steps of noise: populations x 16 floats each.
template <std::size_t P>
void draw(const AttractorArguments& a, std::size_t step, float (&xi)[4][P * kAttractorLanes]) {
  const Words trials = Words::load(a.trial);
  for (std::size_t p = 0; p < P; ++p) {
    const FloatBlock drawn =
        normals(Words::all(static_cast<std::uint32_t>(p)), static_cast<std::uint32_t>(step / 4),
                a.purpose, a.seed, trials);
    for (std::size_t i = 0; i < 4; ++i) {
      drawn.value[i].store(xi[i] + p * kAttractorLanes);
    }
  }
}

template <std::size_t K>
RHEOBASE_INLINE void keep(const Doubles (&values)[K], double* to, std::size_t sample) {
  for (std::size_t k = 0; to != nullptr && k < K; ++k) {
    values[k].store(to + (sample * K + k) * Doubles::lanes);
  }
}

template <std::size_t K>
RHEOBASE_INLINE void add_to_windows(const AttractorArguments& a, std::size_t index,
                                    const Doubles (&rate)[K]) {
  for (std::size_t window = 0; window < kAttractorWindows; ++window) {
    const double weight = a.window_weight[window] == nullptr ? 0.0 : a.window_weight[window][index];
    if (weight != 0.0) {
      double* sums = a.window_sum + window * K * Doubles::lanes;
      for (std::size_t k = 0; k < K; ++k) {
        (Doubles::load(sums + k * Doubles::lanes) + rate[k] * weight)
            .store(sums + k * Doubles::lanes);
      }
    }
  }
}

template <std::size_t P>
void run(const AttractorArguments& a) {
  constexpr std::size_t K = P * kPacks;
  alignas(64) float xi[4][P * kAttractorLanes];
  Doubles h[K];
  Doubles rate[K];
  for (std::size_t k = 0; k < K; ++k) {
    h[k] = Doubles::load(a.state + k * Doubles::lanes);
    rate[k] = Doubles::all(0.0);
  }
  keep(h, a.kept_state, 0);
  keep(rate, a.kept_rate, 0);
  for (std::size_t step = 0; step < a.steps; ++step) {
    if (a.noise != 0.0 && a.xi == nullptr && step % 4 == 0) {
      draw<P>(a, step, xi);
    }
    synaptic_rates(a, h, rate);
    for (std::size_t k = 0; k < K; ++k) {
      const std::size_t p = k / kPacks;
      const std::size_t at = k * Doubles::lanes;
      Doubles drive = rate[k % kPacks] * a.weights[p * P];
      for (std::size_t q = 1; q < P; ++q) {
        drive = drive + rate[q * kPacks + k % kPacks] * a.weights[p * P + q];
      }
      drive = drive + a.input + Doubles::load(a.ramp_input + at) * a.ramp[step] +
              Doubles::load(a.cue_input + at) * a.cue[step] +
              Doubles::load(a.photoinhibition_input + at) * a.photoinhibition[step];
      if (a.noise != 0.0) {
        drive = drive + (a.xi != nullptr ? Doubles::all(a.xi[step * P + p])
                                         : load_floats<double>(xi[step % 4] + at)) *
                            a.noise;
      }
      h[k] = h[k] + (drive - h[k]) * a.follow;
    }
    const std::size_t index = step + 1;
    if (index % a.stride == 0) {
      keep(h, a.kept_state, index / a.stride);
      keep(rate, a.kept_rate, index / a.stride);
    }
    add_to_windows(a, index, rate);
  }
  for (std::size_t k = 0; k < K; ++k) {
    h[k].store(a.state + k * Doubles::lanes);
  }
}

}  // namespace

void attractor_trials(const AttractorArguments& arguments) {
  if (arguments.populations == 2) {
    run<2>(arguments);
  } else {
    run<4>(arguments);
  }
}

}  // namespace rheobase::rate::RHEOBASE_SIMD
