#include "rate/models/attractor/attractor_model.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/elementary.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

namespace {

AttractorModel several_fixed_points() {
  AttractorModel m;
  m.name = "several-fixed-points";
  m.description = "one hemisphere, two attractors in the delay, step ramp";
  m.same = 5.8;
  m.other = 0.9;
  m.from_inhibition = 5.0;
  m.to_inhibition = 1.08;
  m.inhibition = 2.0;
  m.drive = 2.27;
  m.drive_inhibition = 1.0;
  m.depression_s = 0.14;
  m.facilitation_s = 0.8;
  m.release = 0.05;
  m.noise = 9.0;
  m.ramp = 2.0;
  m.cue = 0.8;
  m.cue_sd = 0.1;
  m.photoinhibition = {0.0, 1.0, 2.0, 6.0};
  return m;
}

AttractorModel single_fixed_point() {
  AttractorModel m;
  m.name = "single-fixed-point";
  m.description = "one hemisphere, one attractor moved by a selective ramp";
  m.same = 16.0;
  m.other = 1.0;
  m.from_inhibition = 8.0;
  m.to_inhibition = 4.0;
  m.inhibition = 1.13;
  m.drive = 16.0;
  m.drive_inhibition = 1.07;
  m.facilitation_s = 0.05;
  m.release = 0.05;
  m.noise = 14.0;
  m.ramp = 2.0;
  m.ramp_to_cued_only = true;
  m.cue = 0.5;
  m.cue_sd = 0.05;
  m.photoinhibition = {0.0, 0.4, 2.0, 12.0};
  return m;
}

AttractorModel two_hemispheres_ramp() {
  AttractorModel m;
  m.name = "two-hemispheres-ramp";
  m.description = "two hemispheres, ramp over sample and delay";
  m.hemispheres = 2;
  m.same = 6.9;
  m.other = 2.2;
  m.from_inhibition = 5.0;
  m.to_inhibition = 2.64;
  m.inhibition = 2.0;
  m.across = 0.58;
  m.drive = 1.0;
  m.drive_inhibition = 1.2;
  m.depression_s = 0.1;
  m.facilitation_s = 0.8;
  m.release = 0.1;
  m.noise = 8.0;
  m.ramp = 4.0;
  m.ramp_duration_ms = 3000.0;
  m.cue = 0.6;
  m.cue_sd = 0.05;
  m.photoinhibition = {0.0, 0.5, 1.0, 3.2};
  return m;
}

AttractorModel two_hemispheres_step() {
  AttractorModel m = two_hemispheres_ramp();
  m.name = "two-hemispheres-step";
  m.description = "two hemispheres, step ramp";
  m.ramp_duration_ms = 10.0;
  m.cue = 1.0;
  m.cue_sd = 0.01;
  m.photoinhibition = {0.0, 1.5, 2.5, 3.8, 6.8};
  return m;
}

AttractorModel two_hemispheres_internal() {
  AttractorModel m;
  m.name = "two-hemispheres-internal";
  m.description = "two hemispheres, strong coupling inside each, step ramp";
  m.hemispheres = 2;
  m.same = 9.75;
  m.other = 2.5;
  m.from_inhibition = 2.5;
  m.to_inhibition = 4.0;
  m.inhibition = 1.0;
  m.across = 0.4;
  m.drive = 2.3;
  m.drive_inhibition = 1.0;
  m.depression_s = 0.12;
  m.facilitation_s = 0.1;
  m.release = 0.1;
  m.softness = 2.5;
  m.noise = 9.0;
  m.ramp = 3.15;
  m.cue = 0.4;
  m.cue_sd = 0.01;
  m.photoinhibition = {0.0, 1.3, 2.3, 7.0};
  return m;
}

void require(bool holds, std::string_view field, double found, std::string_view required) {
  if (!holds) {
    throw InputError("attractor model", field, fmt::format("{}", found), required);
  }
}

double softplus(double x) {
  return std::max(x, 0.0) + elementary::log1p(elementary::exp(-std::abs(x)));
}

}  // namespace

std::span<const AttractorModel> published_attractors() {
  static const std::array models{several_fixed_points(), single_fixed_point(),
                                 two_hemispheres_ramp(), two_hemispheres_step(),
                                 two_hemispheres_internal()};
  return models;
}

const AttractorModel& published_attractor(std::string_view name) {
  std::vector<std::string_view> names;
  for (const AttractorModel& model : published_attractors()) {
    if (model.name == name) {
      return model;
    }
    names.push_back(model.name);
  }
  throw InputError("attractor model", "name", fmt::format("'{}'", name),
                   fmt::format("must be one of {}", fmt::join(names, ", ")));
}

void validate(const AttractorModel& model) {
  require(model.hemispheres == 1 || model.hemispheres == 2, "hemispheres", model.hemispheres,
          "must be 1 or 2");
  require(model.hemispheres == 2 || model.across == 0.0, "across", model.across,
          "must be 0 with one hemisphere");
  const std::array<std::pair<std::string_view, double>, 12> finite{
      {{"same", model.same},
       {"other", model.other},
       {"from_inhibition", model.from_inhibition},
       {"to_inhibition", model.to_inhibition},
       {"inhibition", model.inhibition},
       {"across", model.across},
       {"drive", model.drive},
       {"drive_inhibition", model.drive_inhibition},
       {"ramp", model.ramp},
       {"ramp_duration_ms", model.ramp_duration_ms},
       {"cue", model.cue},
       {"tau_ms", model.tau_ms}}};
  for (const auto& [field, value] : finite) {
    require(std::isfinite(value), field, value, "must be finite");
  }
  const std::array<std::pair<std::string_view, double>, 6> not_negative{
      {{"depression_s", model.depression_s},
       {"facilitation_s", model.facilitation_s},
       {"release", model.release},
       {"noise", model.noise},
       {"cue_sd", model.cue_sd},
       {"inhibition", model.inhibition}}};
  for (const auto& [field, value] : not_negative) {
    require(value >= 0.0 && std::isfinite(value), field, value, "must be at least 0 and finite");
  }
  require(model.softness > 0.0 && std::isfinite(model.softness), "softness", model.softness,
          "must be above 0");
  require(model.step_ms > 0.0 && model.step_ms <= model.tau_ms, "step_ms", model.step_ms,
          fmt::format("must be above 0 and at most tau_ms, {}", model.tau_ms));
  require(model.ramp_duration_ms > 0.0, "ramp_duration_ms", model.ramp_duration_ms,
          "must be above 0");
}

Eigen::MatrixXd effective_weights(const AttractorModel& model) {
  const double inhibited = model.from_inhibition * model.to_inhibition / (1.0 + model.inhibition);
  const int n = model.populations();
  Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(n, n);
  for (int i = 0; i < n; ++i) {
    weights(i, i) = model.same - inhibited;
    weights(i, i ^ 1) = model.other - inhibited;
    if (n == 4) {
      weights(i, i ^ 2) = model.across;
    }
  }
  return weights;
}

double common_input(const AttractorModel& model) {
  return model.drive + photoinhibition_input(model);
}

double photoinhibition_input(const AttractorModel& model) {
  return -model.from_inhibition * model.drive_inhibition / (1.0 + model.inhibition);
}

double synaptic_rate(const AttractorModel& model, double h) {
  const double y = model.softness * softplus(h / model.softness);
  const double u = model.release;
  const double f = model.facilitation_s;
  const double d = model.depression_s;
  return y * (u + u * f * y) / (1.0 + u * (f + d) * y + u * f * d * y * y);
}

double synaptic_rate_slope(const AttractorModel& model, double h) {
  const double y = model.softness * softplus(h / model.softness);
  const double u = model.release;
  const double f = model.facilitation_s;
  const double d = model.depression_s;
  const double numerator = y * (u + u * f * y);
  const double denominator = 1.0 + u * (f + d) * y + u * f * d * y * y;
  const double slope_y =
      ((u + 2.0 * u * f * y) * denominator - numerator * (u * (f + d) + 2.0 * u * f * d * y)) /
      (denominator * denominator);
  return slope_y / (1.0 + elementary::exp(-h / model.softness));
}

}  // namespace rheobase::rate
