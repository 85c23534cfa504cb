#include "core/simd/mask.hpp"
#include "spiking/clock_kernels.hpp"

namespace rheobase::RHEOBASE_SIMD {

namespace {

/// One Euler step of one pack; returns a bit per lane that is not below threshold.
///
/// v += gain ((-v or v^2) + I) + noise; IPSC = IPSC e^(-dt/td) + h dt; h = h e^(-dt/tr).
template <class T, bool quadratic, bool double_exponential, bool noisy>
RHEOBASE_INLINE std::uint32_t advance_pack(const ClockPopulation<T>& p, std::size_t at,
                                           const float* noise) {
  const Pack<T> ipsc = Pack<T>::load(p.ipsc + at);
  const Pack<T> current = ipsc + Pack<T>::load(p.base + at);
  Pack<T> v = Pack<T>::load(p.v + at);
  const Pack<T> slope = quadratic ? v * v + current : current - v;
  v = v + Pack<T>::load(p.gain + at) * slope;
  if constexpr (noisy) {
    v = v + load_floats<T>(noise + at) * p.noise_sd;
  }
  v.store(p.v + at);
  const Pack<T> decayed = ipsc * Pack<T>::load(p.decay + at);
  if constexpr (double_exponential) {
    const Pack<T> h = Pack<T>::load(p.h + at);
    (decayed + h * p.dt_s).store(p.ipsc + at);
    (h * p.rise_decay).store(p.h + at);
  } else {
    decayed.store(p.ipsc + at);
  }
  return not_less_bits(v, Pack<T>::all(p.threshold));
}

template <class T, bool quadratic, bool double_exponential, bool noisy>
ClockAdvance advance_as(const ClockPopulation<T>& p, const float* noise, std::size_t stride,
                        long steps, std::uint32_t* fired) {
  for (long step = 0; step < steps; ++step, noise += noisy ? stride : 0) {
    std::uint32_t any = 0;
    for (std::size_t pack = 0; pack < p.packs; ++pack) {
      fired[pack] =
          advance_pack<T, quadratic, double_exponential, noisy>(p, pack * Pack<T>::lanes, noise);
      any |= fired[pack];
    }
    if (any != 0) {
      return {step + 1, true};
    }
  }
  return {steps, false};
}

template <class T, bool quadratic, bool double_exponential>
ClockAdvance advance_with(const ClockPopulation<T>& p, const float* noise, std::size_t stride,
                          long steps, std::uint32_t* fired) {
  return noise != nullptr
             ? advance_as<T, quadratic, double_exponential, true>(p, noise, stride, steps, fired)
             : advance_as<T, quadratic, double_exponential, false>(p, noise, stride, steps, fired);
}

template <class T>
ClockAdvance advance(const ClockPopulation<T>& p, const float* noise, std::size_t stride,
                     long steps, std::uint32_t* fired) {
  if (p.quadratic) {
    return p.double_exponential ? advance_with<T, true, true>(p, noise, stride, steps, fired)
                                : advance_with<T, true, false>(p, noise, stride, steps, fired);
  }
  return p.double_exponential ? advance_with<T, false, true>(p, noise, stride, steps, fired)
                              : advance_with<T, false, false>(p, noise, stride, steps, fired);
}

template <class T>
T advance_readout(const ReadoutFilter<T>& filter) {
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

}  // namespace rheobase::RHEOBASE_SIMD
