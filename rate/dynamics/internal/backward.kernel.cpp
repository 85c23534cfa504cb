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
// With spike-like noise r is the noisy rate and phi' its slope, the noise itself held fixed.
// Reference: Werbos, Proc IEEE 78:1550 (1990).
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
  const P cost = L::of_trials(a.rate_cost, 0);
  for (std::size_t e = 0; e < elements; ++e) {
    const std::size_t at = e * L::lanes;
    const P rate = P::load(a.rate + row + at);
    P from_output = L::of_units(a.readout, e) * L::of_trials(errors, 0);
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
    for (std::size_t k = 0; k < a.outputs; ++k) {
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

/// Rows of `padded` units at consecutive steps become columns of lines of `width` steps.
template <class Real>
void store_steps(const Real* rows, const BackwardArguments<Real>& a, std::size_t step,
                 Real* lines) {
  constexpr std::size_t lanes = Pack<Real>::lanes;
  for (std::size_t unit = 0; unit < a.padded; unit += lanes) {
    transpose_square(rows + unit, a.padded, lines + unit * a.width + step, a.width);
  }
}

template <class Real, bool kTrainTau>
void walk_trial(const BackwardArguments<Real>& a) {
  using L = Layout<Real, false>;
  const std::size_t elements = a.padded / L::lanes;
  const std::size_t steps = a.last - a.first + 1;
  // Steps beyond the last count nothing: their deltas are 0, their rates those of other steps.
  clear(a.scaled, L::lanes * a.padded);
  for (std::size_t i = steps; i-- > 0;) {
    Real* scaled = a.scaled + i % L::lanes * a.padded;
    step_back<L, kTrainTau>(a, elements, a.first + i, scaled);
    clear(a.feedback, a.padded);
    product_trial(a.transposed, a.padded, scaled, a.feedback);
    if (i % L::lanes == 0) {
      store_steps(a.scaled, a, i, a.delta);
      store_steps(a.rate + (a.first - 1 + i) * a.padded, a, i, a.presynaptic);
    }
  }
  const std::size_t used = (steps + L::lanes - 1) / L::lanes * L::lanes;
  for (std::size_t unit = 0; unit < a.units; ++unit) {
    clear(a.delta + unit * a.width + used, a.width - used);
    clear(a.presynaptic + unit * a.width + used, a.width - used);
  }
}

template <class Real, bool kTrainTau>
void walk_panel(const BackwardArguments<Real>& a) {
  using L = Layout<Real, true>;
  const std::size_t state = a.units * L::lanes;
  const std::size_t steps = a.last - a.first + 1;
  for (std::size_t i = steps; i-- > 0;) {
    step_back<L, kTrainTau>(a, a.units, a.first + i, a.scaled);
    clear(a.feedback, state);
    product_panel(a.transposed, a.scaled, a.feedback);
    const Real* before = a.rate + (a.first + i - 1) * state;
    for (std::size_t unit = 0; unit < a.units; ++unit) {
      const std::size_t to = unit * a.width + i * L::lanes;
      Pack<Real>::load(a.scaled + unit * L::lanes).store(a.delta + to);
      Pack<Real>::load(before + unit * L::lanes).store(a.presynaptic + to);
    }
  }
  for (std::size_t unit = 0; unit < a.units; ++unit) {
    const std::size_t used = steps * L::lanes;
    clear(a.delta + unit * a.width + used, a.width - used);
    clear(a.presynaptic + unit * a.width + used, a.width - used);
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

template void backward<float>(const BackwardArguments<float>&);
template void backward<double>(const BackwardArguments<double>&);

}  // namespace rheobase::rate::RHEOBASE_SIMD
