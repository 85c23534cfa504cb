#include "rate/models/dale_model.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"
#include "rate/dynamics/internal/field_check.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::rate {

namespace {

Eigen::MatrixXd signed_and_masked(const DaleModel& model, const Eigen::MatrixXd& w) {
  Eigen::MatrixXd effective(w.rows(), w.cols());
  for (Eigen::Index j = 0; j < w.cols(); ++j) {
    const auto masked = model.mask.col(j).array() * model.sign[j];
    if (model.dale) {
      effective.col(j) = w.col(j).array().max(0.0) * masked;
    } else {
      effective.col(j) = w.col(j).array() * masked;
    }
  }
  return effective;
}

void validate_recurrence(const DaleModel& model, const FieldCheck& check) {
  const Eigen::Index n = model.units();
  if (n == 0 || model.w.cols() != n) {
    check.fail("w", fmt::format("{} x {}", n, model.w.cols()), "must be N x N with N > 0");
  }
  const std::string square = fmt::format("must be N x N with N = {}", n);
  check.finite("w", model.w);
  if (model.w0.size() > 0) {
    check.shape("w0", model.w0, n, n, square);
    check.finite("w0", model.w0);
  }
  check.length("m", model.sign.size(), n);
  for (Eigen::Index j = 0; j < n; ++j) {
    if (std::abs(model.sign[j]) != 1.0) {
      check.fail("m", fmt::format("{} at ({}, {})", model.sign[j], j + 1, j + 1),
                 "must be +1 or -1 on the diagonal");
    }
  }
  check.shape("som_m", model.mask, n, n, square);
  for (Eigen::Index j = 0; j < n; ++j) {
    for (Eigen::Index i = 0; i < n; ++i) {
      if (model.mask(i, j) != 0.0 && model.mask(i, j) != 1.0) {
        check.fail("som_m", fmt::format("{} at ({}, {})", model.mask(i, j), i + 1, j + 1),
                   "must be 0 or 1");
      }
    }
  }
}

void validate_input_and_readout(const DaleModel& model, const FieldCheck& check) {
  const Eigen::Index n = model.units();
  if (model.w_in.rows() != n || model.w_in.cols() == 0) {
    check.fail("w_in", fmt::format("{} x {}", model.w_in.rows(), model.w_in.cols()),
               fmt::format("must be N x inputs with N = {}", n));
  }
  check.finite("w_in", model.w_in);
  if (model.w_out.rows() < 1 || model.w_out.cols() != n) {
    check.fail("w_out", fmt::format("{} x {}", model.w_out.rows(), model.w_out.cols()),
               fmt::format("must be outputs x N with N = {}", n));
  }
  check.finite("w_out", model.w_out);
  if (model.b_out.size() != model.outputs()) {
    check.fail("b_out", fmt::format("{} values", model.b_out.size()),
               fmt::format("must have one value an output: {}", model.outputs()));
  }
  for (const double value : model.b_out) {
    if (!std::isfinite(value)) {
      check.fail("b_out", fmt::format("{}", value), "must be finite");
    }
  }
  if (model.bias.size() > 0) {
    check.length("bias", model.bias.size(), n);
    check.finite("bias", model.bias.transpose());
  }
}

void validate_time_constants(const DaleModel& model, const FieldCheck& check) {
  if (!(model.step_ms > 0.0 && std::isfinite(model.step_ms))) {
    check.fail("step_ms", fmt::format("{}", model.step_ms), "must be positive and finite");
  }
  if (!(model.noise >= 0.0 && std::isfinite(model.noise))) {
    check.fail("noise", fmt::format("{}", model.noise), "must be finite and not negative");
  }
  const double low = model.tau_min_steps;
  const double high = model.tau_max_steps;
  if (!(low >= 1.0 && high >= low && std::isfinite(high))) {
    check.fail("taus", fmt::format("[{}, {}]", low, high),
               "must be minimum and maximum in steps, 1 <= minimum <= maximum");
  }
  if (model.unit_tau_ms.size() > 0) {
    check.length("unit_tau_ms", model.unit_tau_ms.size(), model.units());
    check.finite("unit_tau_ms", model.unit_tau_ms.transpose());
    if (!(model.unit_tau_ms.minCoeff() >= model.step_ms)) {
      check.fail("unit_tau_ms", fmt::format("{} ms", model.unit_tau_ms.minCoeff()),
                 fmt::format("must be at least the step, {} ms", model.step_ms));
    }
  }
  if (!model.fixed_tau() || model.tau_gate.size() > 0) {
    check.length("taus_gaus", model.tau_gate.size(), model.units());
    check.finite("taus_gaus", model.tau_gate.transpose());
  }
  if (model.tau_gate0.size() > 0) {
    check.length("taus_gaus0", model.tau_gate0.size(), model.units());
    check.finite("taus_gaus0", model.tau_gate0.transpose());
  }
}

void validate_types(const DaleModel& model, const FieldCheck& check) {
  check.length("inh", static_cast<Eigen::Index>(model.inhibitory.size()), model.units());
  for (Eigen::Index j = 0; model.dale && j < model.units(); ++j) {
    const bool inhibitory = model.inhibitory[static_cast<std::size_t>(j)];
    if (inhibitory != (model.sign[j] < 0.0)) {
      check.fail(
          "inh",
          fmt::format("{} for unit {} with m = {}", inhibitory ? 1 : 0, j + 1, model.sign[j]),
          "must be 1 exactly where m is -1");
    }
  }
  const auto available = std::count(model.inhibitory.begin(), model.inhibitory.end(), true);
  if (model.som_units < 0 || model.som_units > available) {
    check.fail(
        "som_N", fmt::format("{}", model.som_units),
        fmt::format("must be between 0 and the number of inhibitory units, here {}", available));
  }
}

}  // namespace

Eigen::MatrixXd effective_weights(const DaleModel& model) {
  return signed_and_masked(model, model.w);
}

Eigen::MatrixXd effective_initial_weights(const DaleModel& model) {
  if (model.w0.size() == 0) {
    throw InputError("model", "field 'w0'", "nothing", "must hold the weights before training");
  }
  return signed_and_masked(model, model.w0);
}

namespace {

std::vector<UnitType> types_of(const DaleModel& model) {
  std::vector<UnitType> types;
  for (const bool inhibitory : model.inhibitory) {
    types.push_back(inhibitory ? UnitType::inhibitory : UnitType::excitatory);
  }
  for (const Eigen::Index unit : som_units(model)) {
    types[static_cast<std::size_t>(unit)] = UnitType::som;
  }
  return types;
}

}  // namespace

RateNetwork network_of(const DaleModel& model) {
  RateNetwork network = trained_network_of(model);
  if (model.w0.size() > 0) {
    network.w_initial = effective_initial_weights(model);
  }
  return network;
}

RateNetwork trained_network_of(const DaleModel& model) {
  RateNetwork network;
  network.w = effective_weights(model);
  network.w_in = model.w_in;
  network.w_out = model.w_out;
  network.bias = model.bias.size() > 0 ? model.bias : Eigen::VectorXd::Zero(model.units());
  network.b_out = model.b_out;
  network.tau_ms = tau_ms(model);
  network.step_ms = model.step_ms;
  network.transfer = model.transfer;
  network.noise.factor = model.noise;
  network.initial.scale = kInitialNoise;
  if (model.dale) {
    network.unit_type = types_of(model);
  }
  return network;
}

namespace {

/// +1 or -1 where all outgoing weights of every unit have one sign, else empty.
Eigen::VectorXd signs_of(const Eigen::MatrixXd& w) {
  Eigen::VectorXd sign = Eigen::VectorXd::Ones(w.cols());
  for (Eigen::Index j = 0; j < w.cols(); ++j) {
    const bool negative = (w.col(j).array() < 0.0).any();
    if (negative && (w.col(j).array() > 0.0).any()) {
      return {};
    }
    sign[j] = negative ? -1.0 : 1.0;
  }
  return (sign.array() < 0.0).any() ? sign : Eigen::VectorXd();
}

}  // namespace

void fix_time_constants(const Eigen::VectorXd& tau_ms, DaleModel& model) {
  const Eigen::VectorXd steps = tau_ms / model.step_ms;
  model.tau_min_steps = steps.minCoeff();
  model.tau_max_steps = steps.maxCoeff();
  model.tau_gate.resize(0);
  model.tau_gate0.resize(0);
  // One number of steps may not give the same bits.
  const bool one = model.one_tau() && (steps.array() * model.step_ms == tau_ms.array()).all();
  model.unit_tau_ms = one ? Eigen::VectorXd() : tau_ms;
}

void free_time_constants(DaleModel& model) {
  constexpr double kRoom = 1.5;  // a sigmoid can leave the range on both sides
  if (model.one_tau() || model.unit_tau_ms.size() == 0) {
    return;
  }
  const Eigen::VectorXd steps = tau_steps(model);
  model.tau_min_steps = std::max(1.0, steps.minCoeff() / kRoom);
  model.tau_max_steps = steps.maxCoeff() * kRoom;
  const double range = model.tau_max_steps - model.tau_min_steps;
  model.tau_gate = steps.unaryExpr([&](double tau) {
    const double gate = std::max(1e-6, (tau - model.tau_min_steps) / range);
    return elementary::log(gate / (1.0 - gate));
  });
  model.tau_gate0 = model.tau_gate;
  model.unit_tau_ms.resize(0);
}

DaleModel dale_model_of(const RateNetwork& network, const std::string& where) {
  validate(network, where);
  const FieldCheck check{where};
  if (!network.loops.empty()) {
    check.fail("loop_1", "a loop of low rank", "must be left out: such networks are not trained");
  }
  const bool noisy = network.noise.factor > 0.0;
  if (noisy && (network.noise.process != NoiseModel::Process::white ||
                network.noise.entry != NoiseModel::Entry::state)) {
    check.fail("noise_process", "noise of another kind", "must be white noise on the state");
  }
  DaleModel model;
  const Eigen::Index n = network.units();
  model.sign = signs_of(network.w);
  model.dale = model.sign.size() > 0;
  if (!model.dale) {
    model.sign = Eigen::VectorXd::Ones(n);
  }
  model.w = network.w * model.sign.asDiagonal();
  model.w0 = model.w;
  model.mask = (network.w.array() != 0.0).cast<double>();
  model.w_in = network.w_in;
  model.w_out = network.w_out;
  model.b_out = network.b_out;
  if (!network.bias.isZero(0.0)) {
    model.bias = network.bias;
  }
  for (Eigen::Index j = 0; j < n; ++j) {
    model.inhibitory.push_back(model.dale && model.sign[j] < 0.0);
  }
  model.transfer = network.transfer;
  model.step_ms = network.step_ms;
  model.noise = network.noise.factor;
  fix_time_constants(network.tau_ms, model);
  return model;
}

Eigen::VectorXd tau_ms(const DaleModel& model) {
  return model.unit_tau_ms.size() > 0 ? model.unit_tau_ms : tau_steps(model) * model.step_ms;
}

Eigen::VectorXd tau_steps(const DaleModel& model) {
  if (model.unit_tau_ms.size() > 0) {
    return model.unit_tau_ms / model.step_ms;
  }
  if (model.fixed_tau()) {
    return Eigen::VectorXd::Constant(model.units(), model.tau_min_steps);
  }
  const double range = model.tau_max_steps - model.tau_min_steps;
  return model.tau_gate.unaryExpr(
      [&](double g) { return range / (1.0 + elementary::exp(-g)) + model.tau_min_steps; });
}

std::vector<Eigen::Index> som_units(const DaleModel& model) {
  std::vector<Eigen::Index> units;
  for (std::size_t i = 0; i < model.inhibitory.size(); ++i) {
    if (model.inhibitory[i] && units.size() < static_cast<std::size_t>(model.som_units)) {
      units.push_back(static_cast<Eigen::Index>(i));
    }
  }
  return units;
}

void validate(const DaleModel& model, const std::string& where) {
  const FieldCheck check{where};
  validate_recurrence(model, check);
  validate_input_and_readout(model, check);
  validate_time_constants(model, check);
  validate_types(model, check);
  check.activation(model.transfer);
}

}  // namespace rheobase::rate
