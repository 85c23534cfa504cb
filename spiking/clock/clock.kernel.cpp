#include "core/simd/mask.hpp"
#include "spiking/clock/clock_kernels.hpp"

namespace rheobase::spiking::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace {

/// Which equations a kernel is compiled for.
template <class Number, bool is_quadratic, bool is_double_exponential, bool is_noisy>
struct Equations {
  using T = Number;
  static constexpr bool quadratic = is_quadratic;
  static constexpr bool double_exponential = is_double_exponential;
  static constexpr bool noisy = is_noisy;
};

/// One pack of units in registers.
template <class E>
struct Units {
  using T = typename E::T;
  Pack<T> v, ipsc, h;

  RHEOBASE_INLINE Units(const ClockState<T>& from, std::size_t at)
      : v(Pack<T>::load(from.v + at)), ipsc(Pack<T>::load(from.ipsc + at)) {
    if constexpr (E::double_exponential) {
      h = Pack<T>::load(from.h + at);
    }
  }
  RHEOBASE_INLINE void store(const ClockState<T>& to, std::size_t at) const {
    v.store(to.v + at);
    ipsc.store(to.ipsc + at);
    if constexpr (E::double_exponential) {
      h.store(to.h + at);
    }
  }
};

template <class T>
struct UnitConstants {
  Pack<T> base, gain, decay;

  RHEOBASE_INLINE UnitConstants(const ClockPopulation<T>& p, std::size_t at)
      : base(Pack<T>::load(p.base + at)),
        gain(Pack<T>::load(p.gain + at)),
        decay(Pack<T>::load(p.decay + at)) {}
};

/// v += gain ((-v or v^2) + I) + noise with I = IPSC + base;
/// IPSC = IPSC e^(-dt/td) + h; h = h e^(-dt/tr), h already times dt.
template <class E>
RHEOBASE_INLINE void euler_step(Units<E>& u, const UnitConstants<typename E::T>& c,
                                const ClockPopulation<typename E::T>& p, const float* noise) {
  using T = typename E::T;
  const Pack<T> current = u.ipsc + c.base;
  u.v = u.v + c.gain * (E::quadratic ? u.v * u.v + current : current - u.v);
  if constexpr (E::noisy) {
    u.v = u.v + load_floats<T>(noise) * p.noise_sd;
  }
  u.ipsc = u.ipsc * c.decay;
  if constexpr (E::double_exponential) {
    u.ipsc = u.ipsc + u.h;
    u.h = u.h * p.rise_decay;
  }
}

/// Units of one pack that are not below threshold after `steps` steps, and the first step after
/// which any of them was not (`steps` if none was before the last).
struct PackSpikes {
  std::uint32_t fired;
  long first_step;
};

/// `steps` steps of one pack in registers, from p.now to p.next.
template <class E>
RHEOBASE_INLINE PackSpikes advance_pack(const ClockPopulation<typename E::T>& p, std::size_t pack,
                                        const float* noise, std::size_t stride, long steps) {
  using T = typename E::T;
  const std::size_t at = pack * Pack<T>::lanes;
  const Pack<T> threshold = Pack<T>::all(p.threshold);
  Units<E> units(p.now, at);
  const UnitConstants<T> constants(p, at);
  std::uint32_t fired = 0;
  std::uint32_t spiking_steps = 0;
  for (long step = 0; step < steps; ++step) {
    euler_step(units, constants, p, E::noisy ? noise + at : nullptr);
    noise += E::noisy ? stride : 0;
    fired = not_less_bits(units.v, threshold);
    spiking_steps |= (fired != 0 ? 1U : 0U) << step;
  }
  units.store(p.next, at);
  return {fired, __builtin_ctzl(spiking_steps | 1UL << (steps - 1)) + 1};
}

/// Up to `steps` steps of all units from p.now to p.next, to the first with a spike: nobody can go
/// on before it is delivered. Packs that had already gone further go back.
template <class E>
ClockAdvance advance_block(const ClockPopulation<typename E::T> p, const float* noise,
                           std::size_t stride, long steps, std::uint32_t* const fired) {
  std::uint32_t any = 0;
  std::size_t too_far = 0;
  for (std::size_t pack = 0; pack < p.packs; ++pack) {
    const PackSpikes spikes = advance_pack<E>(p, pack, noise, stride, steps);
    fired[pack] = spikes.fired;
    if (spikes.first_step < steps) {
      steps = spikes.first_step;
      too_far = pack + 1;
      any = 0;
    }
    any |= spikes.fired;
  }
  for (std::size_t pack = 0; pack < too_far; ++pack) {
    fired[pack] = advance_pack<E>(p, pack, noise, stride, steps).fired;
    any |= fired[pack];
  }
  return {steps, any != 0};
}

template <class E>
ClockAdvance advance_as(ClockPopulation<typename E::T>& p, const float* noise, std::size_t stride,
                        long steps, std::uint32_t* fired) {
  constexpr long longest_block = 4;
  ClockAdvance total;
  while (total.steps < steps && !total.spiking) {
    const long left = steps - total.steps;
    const float* const row =
        E::noisy ? noise + static_cast<std::size_t>(total.steps) * stride : nullptr;
    const ClockAdvance block =
        advance_block<E>(p, row, stride, left < longest_block ? left : longest_block, fired);
    const ClockState<typename E::T> next = p.next;
    p.next = p.now;
    p.now = next;
    total = {total.steps + block.steps, block.spiking};
  }
  return total;
}

template <class T, bool quadratic, bool double_exponential>
ClockAdvance advance_with(ClockPopulation<T>& p, const float* noise, std::size_t stride, long steps,
                          std::uint32_t* fired) {
  return noise != nullptr ? advance_as<Equations<T, quadratic, double_exponential, true>>(
                                p, noise, stride, steps, fired)
                          : advance_as<Equations<T, quadratic, double_exponential, false>>(
                                p, noise, stride, steps, fired);
}

template <class T>
ClockAdvance advance(ClockPopulation<T>& p, const float* noise, std::size_t stride, long steps,
                     std::uint32_t* fired) {
  if (p.quadratic) {
    return p.double_exponential ? advance_with<T, true, true>(p, noise, stride, steps, fired)
                                : advance_with<T, true, false>(p, noise, stride, steps, fired);
  }
  return p.double_exponential ? advance_with<T, false, true>(p, noise, stride, steps, fired)
                              : advance_with<T, false, false>(p, noise, stride, steps, fired);
}

template <class T>
T advance_readout(const ReadoutFilter<T> filter) {
  Pack<T> total = Pack<T>::all(T{0});
  for (std::size_t pack = 0; pack < filter.packs; ++pack) {
    const std::size_t at = pack * Pack<T>::lanes;
    const Pack<T> hr = Pack<T>::load(filter.hr + at);
    const Pack<T> r = Pack<T>::load(filter.r + at) * Pack<T>::load(filter.decay + at) +
                      hr * Pack<T>::load(filter.rise + at);
    r.store(filter.r + at);
    (hr * filter.rise_decay).store(filter.hr + at);
    total = total + Pack<T>::load(filter.weight + at) * r;
  }
  return sum(total);
}

}  // namespace

template <class T>
ClockKernels<T> clock_kernels() {
  return {&advance<T>, &advance_readout<T>};
}

template ClockKernels<float> clock_kernels<float>();
template ClockKernels<double> clock_kernels<double>();

}  // namespace rheobase::spiking::RHEOBASE_SIMD
