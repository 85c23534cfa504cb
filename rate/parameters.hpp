#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "rate/rate_model.hpp"

namespace rheobase {

/// Where each trained quantity lies in the flat vector that training rules work on:
/// w (N x N, column by column), w_out (N), b_out, and g (N) where time constants are trained.
struct ParameterLayout {
  explicit ParameterLayout(const RateModel& model)
      : units(static_cast<std::size_t>(model.units())), trains_tau(!model.fixed_tau()) {}

  std::size_t units;
  bool trains_tau;

  std::size_t w() const { return 0; }
  std::size_t w_out() const { return units * units; }
  std::size_t b_out() const { return w_out() + units; }
  std::size_t tau_gate() const { return b_out() + 1; }
  std::size_t size() const { return tau_gate() + (trains_tau ? units : 0); }
};

/// The trained quantities of a model as one vector.
template <class Real>
std::vector<Real> parameters_of(const RateModel& model);

/// Writes a parameter vector back into the model it was made from.
void assign_parameters(std::span<const float> parameters, RateModel& model);

}  // namespace rheobase
