#include "core/simd/mask.hpp"
#include "core/simd/math.hpp"
#include "spiking/bridge/bridge_kernels.hpp"

namespace rheobase::spiking::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace {

/// K u0 u1 from which on a path between u0 and u1 is taken not to have touched the threshold: less
/// than 2e-7 of them do.
constexpr float kSafeExponent = 16.0F;

RHEOBASE_INLINE Floats drive_of(const BridgePopulation& p, std::size_t pack, std::size_t copy) {
  return Floats::load(p.drive + (pack + copy * p.drive_packs) * Floats::lanes);
}

/// Currents over one step, and their sum at both ends.
template <bool double_exponential>
RHEOBASE_INLINE Floats step_currents(const BridgePopulation& p, std::size_t pack) {
  const std::size_t at = pack * Floats::lanes;
  const BridgeCoefficients& c = p.coefficients[pack];
  const Floats before = Floats::load(p.now.current + at);
  Floats after = before * Floats::load(c.current_keep);
  if constexpr (double_exponential) {
    const Floats h = Floats::load(p.now.h + at);
    after = after + h * Floats::load(c.current_from_h);
    (h * p.h_keep).store(p.next.h + at);
  }
  after.store(p.next.current + at);
  return before + after;
}

/// The sum of the currents at both ends; the first copy is the one that takes them there.
template <bool double_exponential>
RHEOBASE_INLINE Floats currents_of_copy(const BridgePopulation& p, std::size_t pack,
                                        std::size_t copy) {
  const std::size_t at = pack * Floats::lanes;
  return copy == 0 ? step_currents<double_exponential>(p, pack)
                   : Floats::load(p.now.current + at) + Floats::load(p.next.current + at);
}

/// The exact step of LIF units. Whether any of them ends at or above threshold or may have touched
/// it: u0 u1 is not far above 0 for any that started there.
template <bool double_exponential, bool first_copy>
RHEOBASE_INLINE bool step_lif(const BridgePopulation& p, std::size_t pack, std::size_t copy,
                              const float* noise) {
  const std::size_t at = pack * Floats::lanes;
  const std::size_t membrane = at + copy * p.packs * Floats::lanes;
  const BridgeCoefficients& c = p.coefficients[pack];
  if constexpr (first_copy) {
    step_currents<double_exponential>(p, pack);
  }
  const Floats u0 = Floats::load(p.now.u + membrane);
  Floats pushed = Floats::load(p.now.current + at) * Floats::load(c.u_from_current) +
                  Floats::load(noise + membrane) * Floats::load(c.noise_sd);
  if constexpr (double_exponential) {
    pushed = pushed + Floats::load(p.now.h + at) * Floats::load(c.u_from_h);
  }
  const Floats u1 = (u0 * Floats::load(c.u_keep) + drive_of(p, pack, copy)) + pushed;
  u1.store(p.next.u + membrane);
  const Floats exponent = (u0 * Floats::load(c.crossing_rate)) * u1;
  // A NaN counts.
  return any_not_less(Floats::all(kSafeExponent), exponent, u1, Floats::all(0.0F));
}

/// Noise, then the exact flow v1 = (v0 C + F S) / (C - v0 S) of tau_m v' = v^2 + F with
/// C = cos(w), S = sin(w) / sqrt(F), w = sqrt(F) D / tau_m, as series in w^2 of either sign.
template <bool double_exponential>
RHEOBASE_INLINE std::uint32_t step_qif(const BridgePopulation& p, std::size_t pack,
                                       std::size_t copy, const float* noise) {
  const std::size_t at = pack * Floats::lanes;
  const std::size_t membrane = at + copy * p.packs * Floats::lanes;
  constexpr float cosine_terms[] = {1.0F,         -1.0F / 2,       1.0F / 24,       -1.0F / 720,
                                    1.0F / 40320, -1.0F / 3628800, 1.0F / 479001600};
  constexpr float sine_terms[] = {
      1.0F,          -1.0F / 6,        1.0F / 120,          -1.0F / 5040,
      1.0F / 362880, -1.0F / 39916800, 1.0F / 6227020800.0F};
  const Floats force =
      drive_of(p, pack, copy) + currents_of_copy<double_exponential>(p, pack, copy) * 0.5F;
  const Floats v0 = Floats::load(p.now.u + membrane) + Floats::load(noise + membrane) * p.noise_sd;
  const Floats square = force * (p.turn * p.turn);
  const Floats cosine = detail::polynomial(square, cosine_terms);
  const Floats sine = detail::polynomial(square, sine_terms) * p.turn;
  const Floats remaining = cosine - v0 * sine;
  const Floats far_above = Floats::all(-kFarBelowThreshold);
  Floats v1 = select_less(Floats::all(0.0F), remaining, (v0 * cosine + force * sine) / remaining,
                          far_above);
  v1 = select_less(Floats::load(p.refractory + membrane), Floats::all(0.5F), v1,
                   Floats::all(kFarBelowThreshold));
  v1.store(p.next.u + membrane);
  return not_less_bits(v1, Floats::all(p.threshold));  // a NaN counts
}

/// Units at or above threshold at either end of the step, and crossings in between. A path between
/// u0 < 0 and u1 < 0 touched the threshold with probability exp(-K u0 u1 (1 + 4 k / (|u0| +
/// |u1|))), where the curvature correction k is how far the mean path lies below its hyperbolic
/// chord at half time. One draw decides for all steps since the unit's last spike: it fires when
/// the chance of having survived them falls below its limit.
template <bool double_exponential>
RHEOBASE_INLINE std::uint32_t cross(const BridgePopulation& p, std::size_t pack, std::size_t copy) {
  const std::size_t at = pack * Floats::lanes;
  const std::size_t membrane = at + copy * p.packs * Floats::lanes;
  const Floats zero = Floats::all(0.0F);
  const Floats u0 = Floats::load(p.now.u + membrane);
  const Floats u1 = Floats::load(p.next.u + membrane);
  const Floats currents = Floats::load(p.now.current + at) + Floats::load(p.next.current + at);
  const BridgeCoefficients& c = p.coefficients[pack];
  Floats correction = drive_of(p, pack, copy) * Floats::load(c.correction_from_drive) +
                      currents * Floats::load(c.correction_from_current);
  if constexpr (double_exponential) {
    correction = correction + (Floats::load(p.now.h + at) + Floats::load(p.next.h + at)) *
                                  Floats::load(c.correction_from_h);
  }
  const Floats exponent = u0 * u1 * Floats::load(c.crossing_rate);
  const Floats minus_corrected = exponent * correction * 4.0F / (u0 + u1) - exponent;
  const Floats before = Floats::load(p.survival + membrane);
  const Floats after = before - before * exp(minus_corrected);
  after.store(p.survival + membrane);
  return not_less_bits(u0, zero) | not_less_bits(u1, zero) |
         not_less_bits(Floats::load(p.limit + membrane), after);
}

template <bool double_exponential, bool first_copy>
RHEOBASE_INLINE std::uint32_t advance_copy(const BridgePopulation& p, std::size_t copy,
                                           const float* noise, std::uint32_t* const bits) {
  constexpr std::size_t group = 64;
  std::uint32_t any = 0;
  for (std::size_t first = 0; first < p.packs; first += group) {
    const std::size_t end = first + group < p.packs ? first + group : p.packs;
    std::uint64_t near = 0;  // a bit per pack: which are near is no pattern to be foreseen
    for (std::size_t pack = first; pack < end; ++pack) {
      near |= std::uint64_t{step_lif<double_exponential, first_copy>(p, pack, copy, noise)}
              << (pack - first);
      bits[pack] = 0;
    }
    for (; near != 0; near &= near - 1) {
      const std::size_t pack = first + static_cast<std::size_t>(__builtin_ctzl(near));
      bits[pack] = cross<double_exponential>(p, pack, copy);
      any |= bits[pack];
    }
  }
  return any;
}

template <bool double_exponential>
bool advance_lif(const BridgePopulation p, const float* noise, std::uint32_t* const fired) {
  std::uint32_t any = advance_copy<double_exponential, true>(p, 0, noise, fired);
  for (std::size_t copy = 1; copy < p.copies; ++copy) {
    any |= advance_copy<double_exponential, false>(p, copy, noise, fired + copy * p.packs);
  }
  return any != 0;
}

template <bool double_exponential>
bool advance_qif(const BridgePopulation p, const float* noise, std::uint32_t* const fired) {
  std::uint32_t any = 0;
  for (std::size_t copy = 0; copy < p.copies; ++copy) {
    std::uint32_t* const bits = fired + copy * p.packs;
    for (std::size_t pack = 0; pack < p.packs; ++pack) {
      bits[pack] = step_qif<double_exponential>(p, pack, copy, noise);
      any |= bits[pack];
    }
  }
  return any != 0;
}

bool advance(const BridgePopulation& p, const float* noise, std::uint32_t* fired) {
  if (p.quadratic) {
    return p.double_exponential ? advance_qif<true>(p, noise, fired)
                                : advance_qif<false>(p, noise, fired);
  }
  return p.double_exponential ? advance_lif<true>(p, noise, fired)
                              : advance_lif<false>(p, noise, fired);
}

}  // namespace

BridgeKernels bridge_kernels() {
  return {&advance};
}

}  // namespace rheobase::spiking::RHEOBASE_SIMD
