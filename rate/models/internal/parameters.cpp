#include "rate/models/internal/parameters.hpp"

#include <algorithm>

namespace rheobase::rate {

template <class Real>
std::vector<Real> parameters_of(const RateModel& model) {
  const ParameterLayout layout(model);
  std::vector<Real> parameters(layout.size());
  const auto write = [&](std::size_t offset, const auto& values) {
    std::transform(values.begin(), values.end(),
                   parameters.begin() + static_cast<std::ptrdiff_t>(offset),
                   [](double value) { return static_cast<Real>(value); });
  };
  write(layout.w(), model.w.reshaped());
  write(layout.w_out(), model.w_out);
  parameters[layout.b_out()] = static_cast<Real>(model.b_out);
  if (layout.trains_tau) {
    write(layout.tau_gate(), model.tau_gate);
  }
  if (layout.trains_input) {
    write(layout.w_in(), model.w_in.reshaped());
  }
  return parameters;
}

template std::vector<float> parameters_of<float>(const RateModel&);
template std::vector<double> parameters_of<double>(const RateModel&);

void assign_parameters(std::span<const float> parameters, RateModel& model) {
  const ParameterLayout layout(model);
  const auto read = [&](std::size_t offset, auto&& values) {
    for (auto& value : values) {
      value = static_cast<double>(parameters[offset++]);
    }
  };
  read(layout.w(), model.w.reshaped());
  read(layout.w_out(), model.w_out);
  model.b_out = static_cast<double>(parameters[layout.b_out()]);
  if (layout.trains_tau) {
    read(layout.tau_gate(), model.tau_gate);
  }
  if (layout.trains_input) {
    read(layout.w_in(), model.w_in.reshaped());
  }
}

}  // namespace rheobase::rate
