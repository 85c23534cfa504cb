// Backpropagation through time. With e_t = dL/do_t, lambda_t = dL/dx_t and rates that cost c/2 r^2
// each, for t = T-1, ..., 1 and lambda_T = 0:
//
//   lambda_t    = phi'(x_t) (W_out^T e_t + W^T (lambda_{t+1} / tau) + c r_t)
//                 + (1 - 1/tau) lambda_{t+1}
//   dL/dW       = sum_t (lambda_t / tau) r_{t-1}^T
//   dL/d(1/tau) = sum_t lambda_t (W r_{t-1} + W_in u_{t-1} + b - x_{t-1})
//   dL/dW_in    = sum_t (lambda_t / tau) u_{t-1}^T
//   dL/dW_out   = sum_t e_t r_t^T,   dL/db_out = sum_t e_t
//
// With loops W is W + U V^T, and over the steps of a loop's window
//
//   dL/dU = sum_t (lambda_t / tau) (V^T r_{t-1})^T,   dL/dV = sum_t r_{t-1} (U^T lambda_t / tau)^T
//
// With spike-like noise r is the noisy rate and phi' its slope, the noise itself held fixed.
// Reference: Werbos, Proc IEEE 78:1550 (1990).
//
// For kernel files only, one a precision.
#pragma once

#include "rate/dynamics/internal/pack_transpose.hpp"
#include "rate/dynamics/internal/recurrent_product.hpp"
#include "rate/dynamics/internal/state_layout.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

namespace {

/// lambda_t from lambda_{t+1}; leaves lambda_t / tau in `scaled`.
template <class L, bool kTrainTau>
RHEOBASE_INLINE void step_back(const BackwardArguments<typename L::Real>& a, std::size_t elements,
                               std::size_t step, typename L::Real* scaled) {
  using Real = typename L::Real;
  using P = Pack<Real>;
  const std::size_t row = step * elements * L::lanes;
  const Real* errors = a.error + step * a.outputs * (L::panel ? L::lanes : 1);
  const P error = L::of_trials(errors, 0);
  const P cost = L::of_trials(a.rate_cost, 0);
  for (std::size_t e = 0; e < elements; ++e) {
    const std::size_t at = e * L::lanes;
    const P rate = P::load(a.rate + row + at);
    P from_output = L::of_units(a.readout, e) * error;
    for (std::size_t k = 1; k < a.outputs; ++k) {
      from_output =
          from_output + L::of_units(a.readout + k * a.padded, e) * L::of_trials(errors, k);
    }
    const P from_rate = from_output + P::load(a.feedback + at) + cost * rate;
    const P adjoint =
        P::load(a.slope + row + at) * from_rate + L::of_units(a.decay, e) * P::load(a.adjoint + at);
    adjoint.store(a.adjoint + at);
    (adjoint * L::of_units(a.gain, e)).store(scaled + at);
    if constexpr (kTrainTau) {
      (P::load(a.gain_gradient + at) + adjoint * P::load(a.pull + row + at))
          .store(a.gain_gradient + at);
    }
    (P::load(a.readout_gradient + at) + error * rate).store(a.readout_gradient + at);
    for (std::size_t k = 1; k < a.outputs; ++k) {
      Real* gradient = a.readout_gradient + k * elements * L::lanes + at;
      (P::load(gradient) + L::of_trials(errors, k) * rate).store(gradient);
    }
  }
}

template <class Real>
RHEOBASE_INLINE void clear(Real* values, std::size_t count) {
  for (std::size_t i = 0; i < count; i += Pack<Real>::lanes) {
    Pack<Real>::all(0).store(values + i);
  }
}

/// Rows of `padded` values at consecutive steps become columns of lines of `width` steps.
template <class Real>
void store_steps(const Real* rows, std::size_t padded, const BackwardArguments<Real>& a,
                 std::size_t step, Real* lines) {
  constexpr std::size_t lanes = Pack<Real>::lanes;
  for (std::size_t unit = 0; unit < padded; unit += lanes) {
    transpose_square(rows + unit, padded, lines + unit * a.width + step, a.width);
  }
}

/// The part of the loops in feed_back; the sums of those whose window does not hold the step are 0.
template <class L>
[[gnu::noinline]] void feed_back_loops(const BackwardArguments<typename L::Real>& a,
                                       std::size_t step, const typename L::Real* scaled,
                                       typename L::Real* loop_back) {
  using Real = typename L::Real;
  constexpr std::size_t width = L::panel ? L::lanes : 1;
  clear(loop_back, a.loops.rows * width);
  for (std::size_t k = 0; k < a.loops.count; ++k) {
    const LoopView<Real>& loop = a.loops.loop[k];
    if (step > loop.first && step <= loop.last) {
      Real* own = loop_back + loop.offset * width;
      product_of_loop<L::panel>(loop.u_transposed, loop.rank, a.units, scaled, own);
      product_of_loop<L::panel>(loop.v, a.units, loop.rank, own, a.feedback);
    }
  }
}

/// What x_step's adjoint sends back to r_{step-1}: through W and the loops of that step.
template <class L>
RHEOBASE_INLINE void feed_back(const BackwardArguments<typename L::Real>& a, std::size_t step,
                               const typename L::Real* scaled, typename L::Real* loop_back) {
  clear(a.feedback, L::panel ? a.units * L::lanes : a.padded);
  if constexpr (L::panel) {
    product_panel(a.transposed, scaled, a.feedback);
  } else {
    product_trial(a.transposed, a.padded, scaled, a.feedback);
  }
  if (a.loops.count > 0) {
    feed_back_loops<L>(a, step, scaled, loop_back);
  }
}

template <class Real>
RHEOBASE_INLINE void clear_rest(Real* lines, std::size_t count, std::size_t used,
                                std::size_t width) {
  for (std::size_t line = 0; line < count; ++line) {
    clear(lines + line * width + used, width - used);
  }
}

template <class Real, bool kTrainTau>
void walk_trial(const BackwardArguments<Real>& a) {
  using L = Layout<Real, false>;
  const std::size_t elements = a.padded / L::lanes;
  const std::size_t steps = a.last - a.first + 1;
  // Steps beyond the last count nothing: their deltas are 0, their rates those of other steps.
  clear(a.scaled, L::lanes * a.padded);
  clear(a.loop_back, L::lanes * a.loops.rows);
  for (std::size_t i = steps; i-- > 0;) {
    Real* scaled = a.scaled + i % L::lanes * a.padded;
    Real* loop_back = a.loop_back + i % L::lanes * a.loops.rows;
    step_back<L, kTrainTau>(a, elements, a.first + i, scaled);
    feed_back<L>(a, a.first + i, scaled, loop_back);
    if (i % L::lanes == 0) {
      store_steps(a.scaled, a.padded, a, i, a.delta);
      store_steps(a.rate + (a.first - 1 + i) * a.padded, a.padded, a, i, a.presynaptic);
      if (a.back_lines != nullptr) {
        store_steps(a.loop_back, a.loops.rows, a, i, a.back_lines);
        store_steps(a.loop_sums + (a.first - 1 + i) * a.loops.rows, a.loops.rows, a, i,
                    a.sum_lines);
      }
    }
  }
  const std::size_t used = (steps + L::lanes - 1) / L::lanes * L::lanes;
  clear_rest(a.delta, a.units, used, a.width);
  clear_rest(a.presynaptic, a.units, used, a.width);
  if (a.back_lines != nullptr) {
    clear_rest(a.back_lines, a.loops.rows, used, a.width);
    clear_rest(a.sum_lines, a.loops.rows, used, a.width);
  }
}

/// A pack of trials per value becomes step i of that value's line.
template <class Real>
RHEOBASE_INLINE void store_panel(const Real* row, std::size_t count, std::size_t width,
                                 std::size_t i, Real* lines) {
  constexpr std::size_t lanes = Pack<Real>::lanes;
  for (std::size_t k = 0; k < count; ++k) {
    Pack<Real>::load(row + k * lanes).store(lines + k * width + i * lanes);
  }
}

template <class Real, bool kTrainTau>
void walk_panel(const BackwardArguments<Real>& a) {
  using L = Layout<Real, true>;
  const std::size_t state = a.units * L::lanes;
  const std::size_t steps = a.last - a.first + 1;
  for (std::size_t i = steps; i-- > 0;) {
    step_back<L, kTrainTau>(a, a.units, a.first + i, a.scaled);
    feed_back<L>(a, a.first + i, a.scaled, a.loop_back);
    store_panel(a.scaled, a.units, a.width, i, a.delta);
    store_panel(a.rate + (a.first + i - 1) * state, a.units, a.width, i, a.presynaptic);
    if (a.back_lines != nullptr) {
      const std::size_t row = a.loops.rows * L::lanes;
      store_panel(a.loop_back, a.loops.rows, a.width, i, a.back_lines);
      store_panel(a.loop_sums + (a.first + i - 1) * row, a.loops.rows, a.width, i, a.sum_lines);
    }
  }
  const std::size_t used = steps * L::lanes;
  clear_rest(a.delta, a.units, used, a.width);
  clear_rest(a.presynaptic, a.units, used, a.width);
  if (a.back_lines != nullptr) {
    clear_rest(a.back_lines, a.loops.rows, used, a.width);
    clear_rest(a.sum_lines, a.loops.rows, used, a.width);
  }
}

}  // namespace

template <class Real>
void backward(const BackwardArguments<Real>& arguments) {
  const bool train_tau = arguments.gain_gradient != nullptr;
  if (arguments.panel) {
    train_tau ? walk_panel<Real, true>(arguments) : walk_panel<Real, false>(arguments);
  } else {
    train_tau ? walk_trial<Real, true>(arguments) : walk_trial<Real, false>(arguments);
  }
}

}  // namespace rheobase::rate::RHEOBASE_SIMD
