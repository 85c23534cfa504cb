#include "rate/models/initialise.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/memory.hpp"

namespace rheobase::rate {

namespace {

constexpr double kGammaShape = 2.0;
constexpr double kGammaScale = 0.003;
constexpr double kReadoutScale = 0.01;

/// Each quantity has its own stream, so that an option of one never changes another.
enum Lane : std::uint32_t { kTypes, kRecurrent, kInput, kReadout, kTau };

RandomStream stream_of(Seed seed, Lane lane) {
  return RandomStream(seed, 0, Purpose::initialisation, lane);
}

template <class Found>
void require(bool holds, std::string_view option, const Found& found, std::string_view required) {
  if (!holds) {
    throw InputError("network options", option, fmt::format("{}", found), required);
  }
}

void check_mask(const NetworkOptions& options) {
  if (!options.mask) {
    return;
  }
  const Eigen::MatrixXd& mask = *options.mask;
  require(mask.rows() == options.units && mask.cols() == options.units, "mask",
          fmt::format("{} x {}", mask.rows(), mask.cols()),
          fmt::format("must be N x N with N = {}", options.units));
  for (Eigen::Index j = 0; j < mask.cols(); ++j) {
    for (Eigen::Index i = 0; i < mask.rows(); ++i) {
      require(mask(i, j) == 0.0 || mask(i, j) == 1.0, "mask",
              fmt::format("{} at ({}, {})", mask(i, j), i + 1, j + 1), "must be 0 or 1");
    }
  }
}

void check_options(const NetworkOptions& options, int inputs) {
  check(options, network_fields(), "network options");
  require(inputs >= 1, "inputs", inputs, "must be at least 1");
  require(options.tau_max_steps >= options.tau_min_steps, "tau_max_steps", options.tau_max_steps,
          fmt::format("must be at least tau_min_steps, here {}", options.tau_min_steps));
  check_mask(options);
}

/// Units are inhibitory independently; without Dale's principle there are no types.
void draw_types(DaleModel& model, const NetworkOptions& options, Seed seed) {
  RandomStream stream = stream_of(seed, kTypes);
  model.inhibitory.resize(static_cast<std::size_t>(options.units));
  model.sign = Eigen::VectorXd::Ones(options.units);
  for (Eigen::Index i = 0; options.dale && i < options.units; ++i) {
    const bool inhibitory = stream.coin(options.inhibitory_probability);
    model.inhibitory[static_cast<std::size_t>(i)] = inhibitory;
    model.sign[i] = inhibitory ? -1.0 : 1.0;
  }
  const auto available = std::count(model.inhibitory.begin(), model.inhibitory.end(), true);
  require(options.som_units >= 0 && options.som_units <= available, "som_units", options.som_units,
          fmt::format("must be between 0 and the number of inhibitory units, here {}", available));
  model.som_units = options.som_units;
}

/// Inhibitory units do not inhibit SOM units; a user's mask comes on top.
Eigen::MatrixXd make_mask(const DaleModel& model, const NetworkOptions& options) {
  Eigen::MatrixXd mask =
      options.mask ? *options.mask : Eigen::MatrixXd::Ones(options.units, options.units);
  for (const Eigen::Index som : som_units(model)) {
    for (Eigen::Index j = 0; j < options.units; ++j) {
      if (model.inhibitory[static_cast<std::size_t>(j)]) {
        mask(som, j) = 0.0;
      }
    }
  }
  return mask;
}

Eigen::MatrixXd draw_weights(const NetworkOptions& options, Seed seed) {
  RandomStream stream = stream_of(seed, kRecurrent);
  const double scale = options.gain / std::sqrt(options.units * options.connection_probability);
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(options.units, options.units);
  for (Eigen::Index j = 0; j < w.cols(); ++j) {
    for (Eigen::Index i = 0; i < w.rows(); ++i) {
      if (!stream.coin(options.connection_probability)) {
        continue;
      }
      const double value = options.distribution == WeightDistribution::gamma
                               ? stream.gamma(kGammaShape, kGammaScale)
                               : scale * stream.normal();
      w(i, j) = options.dale ? std::abs(value) : value;
    }
  }
  return w;
}

/// Song, Yang & Wang, PLoS Comput Biol 2016: excitation and inhibition cancel on average.
void balance(DaleModel& model) {
  const auto inhibitory = std::count(model.inhibitory.begin(), model.inhibitory.end(), true);
  const auto excitatory = static_cast<std::ptrdiff_t>(model.inhibitory.size()) - inhibitory;
  if (inhibitory == 0 || excitatory == 0) {
    return;  // nothing to balance: the weights stay as published
  }
  const double factor = static_cast<double>(excitatory) / static_cast<double>(inhibitory);
  for (Eigen::Index j = 0; j < model.units(); ++j) {
    if (model.inhibitory[static_cast<std::size_t>(j)]) {
      model.w.col(j) *= factor;
    }
  }
}

Eigen::MatrixXd draw_normal(Eigen::Index rows, Eigen::Index columns, RandomStream stream) {
  Eigen::MatrixXd values(rows, columns);
  for (double& value : values.reshaped()) {
    value = stream.normal();
  }
  return values;
}

}  // namespace

DaleModel make_dale_model(const NetworkOptions& options, int inputs, Seed seed) {
  return make_dale_model(options, NetworkShape{.inputs = inputs}, seed);
}

DaleModel make_dale_model(const NetworkOptions& options, const NetworkShape& shape, Seed seed) {
  check_options(options, shape.inputs);
  require(shape.outputs >= 1, "outputs", shape.outputs, "must be at least 1");
  const double steps_of_5_ms = shape.step_ms / kRateStepMs;
  require(options.tau_min_steps >= steps_of_5_ms, "tau_min_steps", options.tau_min_steps,
          fmt::format("must be at least {:g} (in steps of 5 ms) for steps of {:g} ms",
                      steps_of_5_ms, shape.step_ms));
  constexpr double kMatrices = 4.0;  // w, w0, the mask, what is drawn
  const auto units = static_cast<double>(options.units);
  require_memory(kMatrices * sizeof(double) * units * units, "network options", "units",
                 fmt::format("{}", options.units), "fewer units take less");
  DaleModel model;
  model.dale = options.dale;
  model.trains_input = options.trains_input;
  model.transfer = options.transfer;
  model.step_ms = shape.step_ms;
  model.tau_min_steps = options.tau_min_steps / steps_of_5_ms;
  model.tau_max_steps = options.tau_max_steps / steps_of_5_ms;
  draw_types(model, options, seed);
  model.mask = make_mask(model, options);
  model.w = draw_weights(options, seed);
  if (options.dale && options.initialisation == Initialisation::balanced) {
    balance(model);
  }
  model.w0 = model.w;
  model.w_in = draw_normal(options.units, shape.inputs, stream_of(seed, kInput));
  model.w_out = kReadoutScale *
                draw_normal(options.units, shape.outputs, stream_of(seed, kReadout)).transpose();
  model.b_out = Eigen::VectorXd::Zero(shape.outputs);
  model.tau_gate = draw_normal(options.units, 1, stream_of(seed, kTau));
  model.tau_gate0 = model.tau_gate;
  return model;
}

}  // namespace rheobase::rate
