#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "rate/models/rate_model.hpp"

namespace rheobase::rate {

/// Where each trained quantity lies in the flat vector that training rules work on:
/// w (N x N, column by column), w_out (N), b_out, g (N) where time constants are trained, and
/// w_in (N x inputs, column by column) where input weights are.
struct ParameterLayout {
  explicit ParameterLayout(const RateModel& model)
      : units(static_cast<std::size_t>(model.units())),
        inputs(static_cast<std::size_t>(model.inputs())),
        trains_tau(!model.fixed_tau()),
        trains_input(model.trains_input) {}

  std::size_t units, inputs;
  bool trains_tau, trains_input;

  std::size_t w() const { return 0; }
  std::size_t w_out() const { return units * units; }
  std::size_t b_out() const { return w_out() + units; }
  std::size_t tau_gate() const { return b_out() + 1; }
  std::size_t w_in() const { return tau_gate() + (trains_tau ? units : 0); }
  std::size_t size() const { return w_in() + (trains_input ? units * inputs : 0); }
};

/// The trained quantities of a model as one vector.
template <class Real>
std::vector<Real> parameters_of(const RateModel& model);

/// Writes a parameter vector back into the model it was made from.
void assign_parameters(std::span<const float> parameters, RateModel& model);

}  // namespace rheobase::rate
