#include "rate/dynamics/run.hpp"

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/normal_noise.hpp"

namespace rheobase::rate {

namespace {

/// factor * xi for steps 0 ... steps-1, N x T; step 0 carries another factor of 0.1.
Eigen::MatrixXd draw_noise(const RateNoise& noise, Eigen::Index units, Eigen::Index steps) {
  Eigen::MatrixXd xi = Eigen::MatrixXd::Zero(units, steps);
  if (noise.factor == 0.0) {
    return xi;
  }
  const auto count = static_cast<std::size_t>(units);
  const std::size_t stride = (count + 15) / 16 * 16;
  std::vector<float> block(4 * stride);
  for (Eigen::Index t = 0; t < steps; ++t) {
    if (t % 4 == 0) {
      fill_normals({noise.seed, noise.trial, noise.purpose}, static_cast<std::uint32_t>(t / 4),
                   count, block.data(), stride);
    }
    const float* row = block.data() + static_cast<std::size_t>(t % 4) * stride;
    const double factor = t == 0 ? kInitialNoise * noise.factor : noise.factor;
    for (Eigen::Index i = 0; i < units; ++i) {
      xi(i, t) = factor * static_cast<double>(row[i]);
    }
  }
  return xi;
}

void check_finite(const Eigen::MatrixXd& x, Eigen::Index t) {
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    if (!std::isfinite(x(i, t))) {
      throw NonFiniteError("synaptic current", fmt::format("step {}", t), static_cast<long>(i));
    }
  }
}

}  // namespace

RateRun run_rate(const RateModel& model, const Eigen::MatrixXd& input, const RateNoise& noise) {
  if (input.rows() != model.inputs() || input.cols() == 0) {
    throw InputError("input", "", fmt::format("{} x {}", input.rows(), input.cols()),
                     fmt::format("must be inputs x steps with inputs = {}", model.inputs()));
  }
  const Eigen::Index steps = input.cols();
  const Eigen::MatrixXd w = effective_weights(model);
  const Eigen::ArrayXd alpha = tau_steps(model).cwiseInverse();
  const Eigen::MatrixXd xi = draw_noise(noise, model.units(), steps);
  const auto phi = [&](double x) { return activate(model.activation, x); };

  RateRun run{xi, Eigen::MatrixXd(model.units(), steps), Eigen::VectorXd(steps - 1)};
  run.r.col(0) = run.x.col(0).unaryExpr(phi);
  for (Eigen::Index t = 1; t < steps; ++t) {
    const Eigen::ArrayXd drive = w * run.r.col(t - 1) + model.w_in * input.col(t - 1);
    run.x.col(t) += ((1.0 - alpha) * run.x.col(t - 1).array() + alpha * drive).matrix();
    check_finite(run.x, t);
    run.r.col(t) = run.x.col(t).unaryExpr(phi);
    run.output[t - 1] = model.w_out.dot(run.r.col(t)) + model.b_out;
  }
  return run;
}

}  // namespace rheobase::rate
