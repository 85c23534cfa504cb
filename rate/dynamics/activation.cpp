#include "rate/dynamics/activation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "core/error.hpp"
#include "rate/models/rate_model.hpp"

namespace rheobase::rate {

namespace {

struct ActivationEntry {
  Activation activation;
  std::string_view name;
  double (*value)(double);
};

double clipped(double rate) {
  return std::clamp(rate, 0.0, kRateCeiling);
}

constexpr std::array kActivations{
    ActivationEntry{Activation::sigmoid, "sigmoid",
                    [](double x) { return 1.0 / (1.0 + std::exp(-x)); }},
    ActivationEntry{
        Activation::softplus, "softplus",
        [](double x) { return clipped(std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)))); }},
    ActivationEntry{Activation::clipped_relu, "clipped_relu", [](double x) { return clipped(x); }},
};

const ActivationEntry& entry(Activation activation) {
  return kActivations[static_cast<std::size_t>(activation)];
}

}  // namespace

double activate(Activation activation, double x) {
  return entry(activation).value(x);
}

std::string_view to_string(Activation activation) {
  return entry(activation).name;
}

Activation activation_from(std::string_view name) {
  std::string known;
  for (const ActivationEntry& candidate : kActivations) {
    if (candidate.name == name) {
      return candidate.activation;
    }
    known += fmt::format("{}{}", known.empty() ? "" : ", ", candidate.name);
  }
  throw InputError("activation", "", fmt::format("'{}'", name), "must be one of " + known);
}

}  // namespace rheobase::rate
