// The rate network (rate_network.hpp) forward in time, tau in steps, white noise on the state:
//
//   x_t = (1 - 1/tau) x_{t-1} + (1/tau) (W r_{t-1} + U V^T r_{t-1} + W_in u_{t-1} + b) + noise xi_t
//   x_0 = initial_noise xi_0,   r = phi(x),   o = W_out r + b_out
//
// With spike-like noise every r above, in the network and in the readout, is
//
//   phi(x) + c (sqrt(phi(x) + g) - sqrt(g)) n_t,   c = 0.5 / sqrt(2 td s),   g = 1e-4
//   n_t = e^(-1/tau) n_{t-1} + sqrt(1 - e^(-2/tau)) xi'_t,   n_0 = xi'_0
//
// td = tau in seconds, s the scaling factor whose spikes are imitated: a Poisson train of rate s r
// behind an exponential filter has the standard deviation sqrt(r / (2 td s)) after division by s.
//
// For kernel files only; one a precision.
#pragma once

#include "core/simd/normal.hpp"
#include "rate/dynamics/internal/recurrent_product.hpp"
#include "rate/dynamics/internal/state_layout.hpp"
#include "rate/dynamics/transfer/transfer_kernels.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace {

RHEOBASE_INLINE Floats widened(const float* from, float) {
  return Floats::load(from);
}

RHEOBASE_INLINE Doubles widened(const float* from, double) {
  double values[Doubles::lanes];
  for (std::size_t i = 0; i < Doubles::lanes; ++i) {
    values[i] = static_cast<double>(from[i]);
  }
  return Doubles::load(values);
}

/// Four steps of noise for every unit: rows of `padded` units, or of units x 16 trials.
template <class L>
void draw_noise(const ForwardArguments<typename L::Real>& a, std::uint32_t block,
                std::uint32_t purpose, float* to) {
  if constexpr (L::panel) {
    const Words trials = Words::load(a.trial);
    for (std::size_t unit = 0; unit < a.units; ++unit) {
      const FloatBlock xi =
          normals(Words::all(static_cast<std::uint32_t>(unit)), block, purpose, a.seed, trials);
      for (std::size_t k = 0; k < 4; ++k) {
        xi.value[k].store(to + (k * a.units + unit) * Floats::lanes);
      }
    }
  } else {
    const Words trial = Words::all(a.trial[0]);
    for (std::size_t unit = 0; unit < a.padded; unit += Floats::lanes) {
      const FloatBlock xi =
          normals(Words::iota(static_cast<std::uint32_t>(unit)), block, purpose, a.seed, trial);
      for (std::size_t k = 0; k < 4; ++k) {
        xi.value[k].store(to + k * a.padded + unit);
      }
    }
  }
}

template <class L>
RHEOBASE_INLINE Pack<typename L::Real> noise_of(const ForwardArguments<typename L::Real>& a,
                                                const float* xi, std::size_t step,
                                                std::size_t element) {
  using Real = typename L::Real;
  if (L::panel) {
    return widened(xi + (step % 4 * a.units + element) * Floats::lanes, Real{});
  }
  return widened(xi + step % 4 * a.padded + element * L::lanes, Real{});
}

template <class L>
void drive_by_input(const ForwardArguments<typename L::Real>& a, std::size_t elements,
                    std::size_t step) {
  using Real = typename L::Real;
  const Real* input = a.input + step * a.inputs * (L::panel ? L::lanes : 1);
  for (std::size_t e = 0; e < elements; ++e) {
    Pack<Real> drive = a.unit_bias != nullptr ? L::of_units(a.unit_bias, e) : Pack<Real>::all(0);
    for (std::size_t k = 0; k < a.inputs; ++k) {
      drive = drive + L::of_units(a.input_weights + k * a.padded, e) * L::of_trials(input, k);
    }
    drive.store(a.drive + e * L::lanes);
  }
}

/// One output: w_out . r as one partial sum per lane (unit modulo lanes), then a tree: the same
/// order for one trial and for a panel.
template <class L>
void read_out(const ForwardArguments<typename L::Real>& a, const typename L::Real* rate,
              std::size_t step, std::size_t output) {
  using Real = typename L::Real;
  const Real* readout = a.readout + output * a.padded;
  Real* to = a.output + (step * a.outputs + output) * (L::panel ? L::lanes : 1);
  if constexpr (L::panel) {
    Pack<Real> partial[L::lanes];
    for (auto& sum_of_lane : partial) {
      sum_of_lane = Pack<Real>::all(0);
    }
    for (std::size_t unit = 0; unit < a.units; ++unit) {
      Pack<Real>& total = partial[unit % L::lanes];
      total = total + Pack<Real>::load(rate + unit * L::lanes) * readout[unit];
    }
    for (std::size_t width = L::lanes / 2; width > 0; width /= 2) {
      for (std::size_t i = 0; i < width; ++i) {
        partial[i] = partial[i] + partial[i + width];
      }
    }
    (partial[0] + a.output_bias[output]).store(to);
  } else {
    Pack<Real> partial = Pack<Real>::all(0);
    for (std::size_t unit = 0; unit < a.units; unit += L::lanes) {
      partial = partial + Pack<Real>::load(rate + unit) * Pack<Real>::load(readout + unit);
    }
    *to = sum(partial) + a.output_bias[output];
  }
}

template <class L>
void add_total_rate(const ForwardArguments<typename L::Real>& a, const typename L::Real* rate) {
  using Real = typename L::Real;
  if constexpr (L::panel) {
    Pack<Real> total = Pack<Real>::all(0);
    for (std::size_t unit = 0; unit < a.units; ++unit) {
      total = total + Pack<Real>::load(rate + unit * L::lanes);
    }
    (Pack<Real>::load(a.total_rate) + total).store(a.total_rate);
  } else {
    Real total = 0;
    for (std::size_t unit = 0; unit < a.units; ++unit) {
      total += rate[unit];
    }
    a.total_rate[0] += total;
  }
}

/// r and dr/dx as the network sees them through spikes. The guard keeps the slope of the root
/// finite at r = 0, where there is no noise.
template <class L>
RHEOBASE_INLINE void add_spike_noise(const ForwardArguments<typename L::Real>& a, std::size_t step,
                                     std::size_t element, RateAndSlope<typename L::Real>& phi) {
  using Real = typename L::Real;
  using P = Pack<Real>;
  const Real guard = static_cast<Real>(kSpikeNoiseGuard);
  const P xi = noise_of<L>(a, a.spike_xi, step, element);
  Real* state = a.spike_state + element * L::lanes;
  const P noise = step == 0 ? xi
                            : P::load(state) * L::of_units(a.spike_decay, element) +
                                  xi * L::of_units(a.spike_kick, element);
  noise.store(state);
  const P amplitude = noise * L::of_units(a.spike_scale, element);
  const P root = sqrt(phi.rate + P::all(guard));
  phi.rate = phi.rate + amplitude * (root - sqrt(P::all(guard)));
  phi.slope = phi.slope * (P::all(1) + amplitude * P::all(static_cast<Real>(0.5)) / root);
}

/// x_t and r_t from x_{t-1} and the drive, for all units. Returns 0, or NaN in the lanes where x
/// left the finite numbers. The steps of `added` are a loop of their own: a test inside costs 5 %.
template <class L, bool kRecord, bool kAdded, class Phi>
RHEOBASE_INLINE Pack<typename L::Real> advance(const ForwardArguments<typename L::Real>& a,
                                               std::size_t elements, std::size_t step,
                                               typename L::Real* rate) {
  using Real = typename L::Real;
  using P = Pack<Real>;
  const std::size_t row = step * elements * L::lanes;
  const P factor = P::all(step == 0 ? a.initial_noise : a.noise);
  P poison = P::all(0);
  for (std::size_t e = 0; e < elements; ++e) {
    const std::size_t at = e * L::lanes;
    P x = P::all(0);
    if (step > 0) {
      const P before = P::load(a.current + at);
      const P drive = P::load(a.drive + at);
      x = before * L::of_units(a.decay, e) + drive * L::of_units(a.gain, e);
      if (kRecord && a.pull != nullptr) {
        (drive - before).store(a.pull + row + at);
      }
    }
    if (a.noise != 0 && !(kAdded && step == 0)) {
      x = x + noise_of<L>(a, a.xi, step, e) * factor;
    }
    if constexpr (kAdded) {
      x = x + P::load(a.added + row + at);
    }
    x.store(a.current + at);
    poison = poison + x * P::all(0);
    RateAndSlope<Real> phi = Phi::at(x);
    if (a.spike_scale != nullptr) {
      add_spike_noise<L>(a, step, e, phi);
    }
    phi.rate.store(rate + at);
    if constexpr (kRecord) {
      phi.slope.store(a.slope + row + at);
    }
  }
  return poison;
}

template <class L>
RHEOBASE_INLINE void drive_by_network(const ForwardArguments<typename L::Real>& a,
                                      const typename L::Real* rate) {
  if constexpr (L::panel) {
    product_panel(a.recurrent, rate, a.drive);
  } else {
    product_trial(a.recurrent, a.padded, rate, a.drive);
  }
}

/// The loops whose window holds the step that begins at `step`; the sums of the others are 0.
template <class L>
[[gnu::noinline]] void drive_by_loops(const ForwardArguments<typename L::Real>& a, std::size_t step,
                                      const typename L::Real* rate) {
  using Real = typename L::Real;
  constexpr std::size_t width = L::panel ? L::lanes : 1;
  Real* sums = a.loop_sums + (a.record ? step * a.loops.rows * width : 0);
  for (std::size_t k = 0; k < a.loops.count; ++k) {
    const LoopView<Real>& loop = a.loops.loop[k];
    Real* own = sums + loop.offset * width;
    const std::size_t padded = (loop.rank + 15) / 16 * 16 * width;
    for (std::size_t i = 0; i < padded; i += L::lanes) {
      Pack<Real>::all(0).store(own + i);
    }
    if (step >= loop.first && step < loop.last) {
      product_of_loop<L::panel>(loop.v_transposed, loop.rank, a.units, rate, own);
      product_of_loop<L::panel>(loop.u, a.units, loop.rank, own, a.drive);
    }
  }
}

template <class L, bool kRecord, class Phi>
void run_steps(const ForwardArguments<typename L::Real>& a) {
  using Real = typename L::Real;
  using P = Pack<Real>;
  const std::size_t elements = L::panel ? a.units : a.padded / L::lanes;
  const std::size_t state = elements * L::lanes;
  P poison = P::all(0);
  for (std::size_t t = a.first; t < a.last; ++t) {
    if (a.noise != 0 && t % 4 == 0) {
      draw_noise<L>(a, static_cast<std::uint32_t>(t / 4), a.purpose, a.xi);
    }
    if (a.spike_scale != nullptr && t % 4 == 0) {
      draw_noise<L>(a, static_cast<std::uint32_t>(t / 4), a.spike_purpose, a.spike_xi);
    }
    if (t > 0) {
      drive_by_input<L>(a, elements, t - 1);
      const Real* before = a.rate + (kRecord ? t - 1 : (t - 1) % 2) * state;
      drive_by_network<L>(a, before);
      if (a.loops.count > 0) {
        drive_by_loops<L>(a, t - 1, before);
      }
    }
    Real* rate = a.rate + (kRecord ? t : t % 2) * state;
    poison = poison + (t < a.added_steps ? advance<L, kRecord, true, Phi>(a, elements, t, rate)
                                         : advance<L, kRecord, false, Phi>(a, elements, t, rate));
    if constexpr (!kRecord) {
      add_total_rate<L>(a, rate);
    }
    read_out<L>(a, rate, t, 0);
    for (std::size_t output = 1; output < a.outputs; ++output) {
      read_out<L>(a, rate, t, output);
    }
  }
  if (a.last < a.steps) {
    return;
  }
  // Saturating transfer functions would hide an overflow: it must reach the output. A state that
  // left the finite numbers in an earlier call has not come back.
  Real* last = a.output + (a.steps - 1) * a.outputs * (L::panel ? L::lanes : 1);
  if constexpr (L::panel) {
    (P::load(last) + poison).store(last);
  } else {
    *last += sum(poison);
  }
}

template <class L>
void run_layout(const ForwardArguments<typename L::Real>& a) {
  with_transfer(a.transfer, [&](auto phi) {
    if (a.record) {
      run_steps<L, true, decltype(phi)>(a);
    } else {
      run_steps<L, false, decltype(phi)>(a);
    }
  });
}

}  // namespace

template <class Real>
void forward(const ForwardArguments<Real>& arguments) {
  if (arguments.panel) {
    run_layout<Layout<Real, true>>(arguments);
  } else {
    run_layout<Layout<Real, false>>(arguments);
  }
}

}  // namespace rheobase::rate::RHEOBASE_SIMD
