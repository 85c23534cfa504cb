#include "rate/dynamics/stepper.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"
#include "core/normal_noise.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::rate {

Stepper::Stepper(RateNetwork network, const RateNoise& noise)
    : network_(std::move(network)),
      source_(noise),
      factor_(noise.factor.value_or(network_.noise.factor)),
      phi_(transfer_named(network_.transfer).value),
      readout_(network_.w_out.transpose()),
      alpha_((network_.tau_ms / network_.step_ms).cwiseInverse()),
      block_(4 * ((static_cast<std::size_t>(network_.units()) + 15) / 16 * 16)) {
  validate(network_, "network");
  reset();
}

const Eigen::VectorXd& Stepper::draw() {
  const auto units = static_cast<std::size_t>(network_.units());
  const std::size_t stride = block_.size() / 4;
  if (step_ % 4 == 0) {
    fill_normals({source_.seed, source_.trial, source_.purpose},
                 static_cast<std::uint32_t>(step_ / 4), units, block_.data(), stride);
  }
  const float* row = block_.data() + static_cast<std::size_t>(step_ % 4) * stride;
  const bool coloured = network_.noise.process == NoiseModel::Process::ornstein_uhlenbeck;
  if (coloured && step_ > 0) {
    const double decay = elementary::exp(-network_.step_ms / network_.noise.tau_ms);
    const double kick = std::sqrt(1.0 - decay * decay);
    for (std::size_t i = 0; i < units; ++i) {
      double& n = noise_[static_cast<Eigen::Index>(i)];
      n = decay * n + kick * static_cast<double>(row[i]);
    }
  } else {
    std::transform(row, row + units, noise_.begin(),
                   [](float xi) { return static_cast<double>(xi); });
  }
  return noise_;
}

void Stepper::apply_transfer() {
  for (Eigen::Index i = 0; i < x_.size(); ++i) {
    if (!std::isfinite(x_[i])) {
      throw NonFiniteError("synaptic current", fmt::format("step {}", step_), static_cast<long>(i));
    }
  }
  r_ = x_.unaryExpr([this](double x) { return phi_(x); });
}

void Stepper::reset() {
  const Eigen::Index units = network_.units();
  step_ = 0;
  noise_ = Eigen::VectorXd::Zero(units);
  x_ = Eigen::VectorXd::Zero(units);
  const InitialState& initial = network_.initial;
  if (factor_ != 0.0) {
    draw();
  }
  switch (initial.kind) {
    case InitialState::Kind::noise:
      x_ = initial.scale * factor_ * noise_;
      break;
    case InitialState::Kind::normal:
    case InitialState::Kind::uniform: {
      // A lane of its own: the noise of the steps does not depend on where the state started.
      RandomStream stream(source_.seed, source_.trial, source_.purpose, 1);
      for (double& x : x_) {
        x = initial.kind == InitialState::Kind::normal
                ? initial.scale * stream.normal()
                : stream.uniform(-initial.scale, initial.scale);
      }
      break;
    }
  }
  apply_transfer();
}

void Stepper::step(const Eigen::Ref<const Eigen::VectorXd>& input) {
  drive_ = network_.w * r_ + network_.w_in * input;
  drive_ += network_.bias;
  // A tenth of a step forgives the rounding of products of times.
  const double now = static_cast<double>(step_) * network_.step_ms + 0.1 * network_.step_ms;
  for (const LowRankLoop& loop : network_.loops) {
    if (now >= loop.start_ms && now < loop.end_ms) {
      drive_ += loop.u * (loop.v.transpose() * r_);
    }
  }
  ++step_;
  Eigen::VectorXd added = Eigen::VectorXd::Zero(x_.size());
  if (factor_ != 0.0) {
    added = factor_ * draw();
    if (network_.noise.entry == NoiseModel::Entry::drive) {
      added.array() *= alpha_;
    }
  }
  added += ((1.0 - alpha_) * x_.array() + alpha_ * drive_.array()).matrix();
  x_ = added;
  apply_transfer();
}

Eigen::VectorXd Stepper::output() const {
  Eigen::VectorXd z(network_.outputs());
  for (Eigen::Index k = 0; k < z.size(); ++k) {
    z[k] = readout_.col(k).dot(r_) + network_.b_out[k];
  }
  return z;
}

}  // namespace rheobase::rate
