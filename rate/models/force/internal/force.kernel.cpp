// Steps of the FORCE network (force_network.hpp): one network while it learns, 16 trials at a time
// while it is tested.
#include "core/simd/double_math.hpp"
#include "core/simd/mask.hpp"
#include "core/simd/normal.hpp"
#include "rate/models/force/internal/force_kernels.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace {

constexpr std::size_t kLane = Doubles::lanes;
constexpr std::size_t kPacks = kForceLanes / kLane;
/// Packs of rows of one pass over the columns, and rows of one pass over 16 trials.
constexpr std::size_t kRowPacks = kRegisterBytes == 64 ? 8 : kRegisterBytes == 32 ? 4 : 2;
constexpr std::size_t kRows = kRegisterBytes == 64 ? 8 : kRegisterBytes == 32 ? 2 : 1;

/// y of B packs of rows; with Update, J <- J - e g' on the way.
template <std::size_t B, bool Update>
RHEOBASE_INLINE void product_rows(const ForceStepArguments& a, std::size_t first,
                                  const double* error, const double* gain) {
  Doubles total[B];
  Doubles e[B];
  for (std::size_t b = 0; b < B; ++b) {
    total[b] = Doubles::all(0.0);
    e[b] = Update ? Doubles::load(error + first + b * kLane) : total[b];
  }
  for (std::size_t j = 0; j < a.units; ++j) {
    double* column = a.recurrent + j * a.padded + first;
    const Doubles r = Doubles::all(a.rate[j]);
    for (std::size_t b = 0; b < B; ++b) {
      Doubles w = Doubles::load(column + b * kLane);
      if constexpr (Update) {
        w = w - e[b] * gain[j];
        w.store(column + b * kLane);
      }
      total[b] = total[b] + w * r;
    }
  }
  for (std::size_t b = 0; b < B; ++b) {
    total[b].store(a.current + first + b * kLane);
  }
}

template <bool Update>
void product(const ForceStepArguments& a, const double* error, const double* gain) {
  std::size_t i = 0;
  for (; i + kRowPacks * kLane <= a.padded; i += kRowPacks * kLane) {
    product_rows<kRowPacks, Update>(a, i, error, gain);
  }
  for (; i + 2 * kLane <= a.padded; i += 2 * kLane) {
    product_rows<2, Update>(a, i, error, gain);
  }
  for (; i < a.padded; i += kLane) {
    product_rows<1, Update>(a, i, error, gain);
  }
}

template <std::size_t K>
RHEOBASE_INLINE void advance_packs(const ForceStepArguments& a, const double* input, double noise,
                                   std::size_t first) {
  Doubles x[K];
  Doubles r[K];
  for (std::size_t k = 0; k < K; ++k) {
    const std::size_t at = first + k * kLane;
    const Doubles before = Doubles::load(a.state + at);
    const Doubles drive = Doubles::load(a.current + at) + Doubles::load(input + at) + noise;
    x[k] = before + (drive - before) * a.follow;
    x[k].store(a.state + at);
    x[k] = x[k] - a.threshold;
  }
  sigmoid_double(x, r);
  for (std::size_t k = 0; k < K; ++k) {
    r[k].store(a.rate + first + k * kLane);
  }
}

/// y of R units for 16 trials.
template <std::size_t R>
RHEOBASE_INLINE void product_trials(const ForceTrialsArguments& a, std::size_t first) {
  Doubles total[R][kPacks];
  for (auto& row : total) {
    for (Doubles& lane : row) {
      lane = Doubles::all(0.0);
    }
  }
  const double* w = a.recurrent + first * a.padded;
  for (std::size_t j = 0; j < a.units; ++j) {
    Doubles r[kPacks];
    for (std::size_t l = 0; l < kPacks; ++l) {
      r[l] = Doubles::load(a.rate + j * kForceLanes + l * kLane);
    }
    for (std::size_t row = 0; row < R; ++row) {
      const Doubles weight = Doubles::all(w[row * a.padded + j]);
      for (std::size_t l = 0; l < kPacks; ++l) {
        total[row][l] = total[row][l] + weight * r[l];
      }
    }
  }
  for (std::size_t row = 0; row < R; ++row) {
    for (std::size_t l = 0; l < kPacks; ++l) {
      total[row][l].store(a.work + (first + row) * kForceLanes + l * kLane);
    }
  }
}

/// Four steps of noise, of one unit or of all.
void draw(const ForceTrialsArguments& a, std::uint32_t block) {
  const Words trials = Words::load(a.trial);
  const std::size_t units = a.common_noise ? 1 : a.units;
  for (std::size_t unit = 0; unit < units; ++unit) {
    const FloatBlock xi =
        normals(Words::all(static_cast<std::uint32_t>(unit)), block, a.purpose, a.seed, trials);
    for (std::size_t k = 0; k < 4; ++k) {
      xi.value[k].store(a.xi + (k * a.units + unit) * kForceLanes);
    }
  }
}

/// The next state and rate of one unit in 16 trials.
RHEOBASE_INLINE void advance_unit(const ForceTrialsArguments& a, std::size_t unit, std::size_t step,
                                  const float* xi, Doubles (&r)[kPacks]) {
  const std::size_t at = unit * kForceLanes;
  const double h = a.input[step * a.padded + unit];
  Doubles x[kPacks];
  for (std::size_t l = 0; l < kPacks; ++l) {
    const Doubles before = Doubles::load(a.state + at + l * kLane);
    const Doubles noise =
        xi == nullptr ? Doubles::all(0.0) : load_floats<double>(xi + l * kLane) * a.noise;
    const Doubles drive = Doubles::load(a.work + at + l * kLane) + h + noise;
    x[l] = before + (drive - before) * a.follow;
    x[l].store(a.state + at + l * kLane);
    x[l] = x[l] - a.threshold;
  }
  sigmoid_double(x, r);
  if (a.keep != nullptr && step >= a.clamp_from && step < a.clamp_to) {
    for (std::size_t l = 0; l < kPacks; ++l) {
      r[l] = r[l] * Doubles::load(a.keep + at + l * kLane);
    }
  }
}

RHEOBASE_INLINE void add_to(double* sums, const Doubles& value) {
  (Doubles::load(sums) + value).store(sums);
}

/// Adds |R - r| and (R - r)^2 of all units.
RHEOBASE_INLINE void add_errors(const ForceTrialsArguments& a, std::size_t step) {
  Doubles absolute[kPacks];
  Doubles squared[kPacks];
  for (std::size_t l = 0; l < kPacks; ++l) {
    absolute[l] = squared[l] = Doubles::all(0.0);
  }
  for (std::size_t unit = 0; unit < a.units; ++unit) {
    const Doubles target = Doubles::all(a.target[step * a.padded + unit]);
    for (std::size_t l = 0; l < kPacks; ++l) {
      const Doubles e = target - Doubles::load(a.rate + unit * kForceLanes + l * kLane);
      absolute[l] = absolute[l] + max(e, Doubles::all(0.0) - e);
      squared[l] = squared[l] + e * e;
    }
  }
  for (std::size_t l = 0; l < kPacks; ++l) {
    add_to(a.error + l * kLane, absolute[l]);
    add_to(a.error + kForceLanes + l * kLane, squared[l]);
  }
}

/// What is kept of one step.
void observe(const ForceTrialsArguments& a, std::size_t step) {
  const std::size_t count = a.units * kForceLanes;
  if (a.target != nullptr && step > 0) {
    add_errors(a, step);
  }
  const bool in_mean = step >= a.mean_from && step < a.mean_to;
  for (std::size_t i = 0; i < count && (in_mean || step == a.choice_step); i += kLane) {
    const Doubles r = Doubles::load(a.rate + i);
    if (in_mean) {
      add_to(a.rate_sum + i, r);
    }
    if (step == a.choice_step) {
      r.store(a.choice_rate + i);
    }
  }
  if (a.kept_rate != nullptr && step % a.stride == 0) {
    double* to = a.kept_rate + step / a.stride * count;
    for (std::size_t i = 0; i < count; i += kLane) {
      Doubles::load(a.rate + i).store(to + i);
    }
  }
}

}  // namespace

void force_product(const ForceStepArguments& arguments) {
  product<false>(arguments, nullptr, nullptr);
}

void force_update_product(const ForceStepArguments& arguments, const double* error,
                          const double* gain) {
  product<true>(arguments, error, gain);
}

void force_advance(const ForceStepArguments& arguments, const double* input, double noise) {
  std::size_t i = 0;
  for (; i + 4 * kLane <= arguments.padded; i += 4 * kLane) {
    advance_packs<4>(arguments, input, noise, i);
  }
  for (; i < arguments.padded; i += kLane) {
    advance_packs<1>(arguments, input, noise, i);
  }
  for (i = arguments.units; i < arguments.padded; ++i) {
    arguments.rate[i] = 0.0;
  }
}

void force_trials(const ForceTrialsArguments& a) {
  std::uint32_t drawn = ~std::uint32_t{0};
  if (a.first == 0) {
    observe(a, 0);
  }
  for (std::size_t step = a.first == 0 ? 1 : a.first; step < a.last; ++step) {
    const auto block = static_cast<std::uint32_t>(step / 4);
    const bool noisy = a.noise != 0.0 && step >= a.noise_from && step < a.noise_to;
    if (noisy && block != drawn) {
      draw(a, block);
      drawn = block;
    }
    std::size_t unit = 0;
    for (; unit + kRows <= a.units; unit += kRows) {
      product_trials<kRows>(a, unit);
    }
    for (; unit < a.units; ++unit) {
      product_trials<1>(a, unit);
    }
    const float* xi = noisy ? a.xi + step % 4 * a.units * kForceLanes : nullptr;
    for (unit = 0; unit < a.units; ++unit) {
      const std::size_t own = a.common_noise ? 0 : unit * kForceLanes;
      Doubles r[kPacks];
      advance_unit(a, unit, step, noisy ? xi + own : nullptr, r);
      for (std::size_t l = 0; l < kPacks; ++l) {
        r[l].store(a.rate + unit * kForceLanes + l * kLane);
      }
    }
    observe(a, step);
  }
}

}  // namespace rheobase::rate::RHEOBASE_SIMD
