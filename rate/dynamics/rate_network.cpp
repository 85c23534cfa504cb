#include "rate/dynamics/rate_network.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "rate/dynamics/internal/field_check.hpp"

namespace rheobase::rate {

namespace {

void check_noise(const RateNetwork& network, const FieldCheck& check) {
  const NoiseModel& noise = network.noise;
  if (!(noise.factor >= 0.0 && std::isfinite(noise.factor))) {
    check.fail("noise", fmt::format("{}", noise.factor), "must be finite and not negative");
  }
  if (noise.process == NoiseModel::Process::ornstein_uhlenbeck &&
      !(noise.tau_ms > 0.0 && std::isfinite(noise.tau_ms))) {
    check.fail("noise_tau_ms", fmt::format("{}", noise.tau_ms), "must be positive and finite");
  }
  if (!(network.initial.scale >= 0.0 && std::isfinite(network.initial.scale))) {
    check.fail("initial", fmt::format("{}", network.initial.scale),
               "must be finite and not negative");
  }
}

void check_loops(const RateNetwork& network, const FieldCheck& check) {
  for (std::size_t k = 0; k < network.loops.size(); ++k) {
    const LowRankLoop& loop = network.loops[k];
    const auto name = [&](std::string_view part) { return fmt::format("loops[{}].{}", k, part); };
    const std::string shape = fmt::format("must be N x P with N = {}", network.units());
    if (loop.u.cols() == 0) {
      check.fail(name("u"), fmt::format("{} x 0", loop.u.rows()), shape);
    }
    check.shape(name("u"), loop.u, network.units(), loop.u.cols(), shape);
    check.shape(name("v"), loop.v, network.units(), loop.u.cols(), "must be of the shape of u");
    check.finite(name("u"), loop.u);
    check.finite(name("v"), loop.v);
    if (!(loop.start_ms >= 0.0 && loop.end_ms > loop.start_ms)) {
      check.fail(name("start_ms"), fmt::format("{} to {}", loop.start_ms, loop.end_ms),
                 "must be a window of positive length that starts at 0 or later");
    }
  }
}

}  // namespace

void validate(const RateNetwork& network, const std::string& where) {
  const FieldCheck check{where};
  const Eigen::Index n = network.units();
  if (n == 0 || network.w.cols() != n) {
    check.fail("w", fmt::format("{} x {}", n, network.w.cols()), "must be N x N with N > 0");
  }
  check.finite("w", network.w);
  if (network.w_in.rows() != n || network.w_in.cols() == 0) {
    check.fail("w_in", fmt::format("{} x {}", network.w_in.rows(), network.w_in.cols()),
               fmt::format("must be N x inputs with N = {}", n));
  }
  check.finite("w_in", network.w_in);
  if (network.w_out.cols() != n || network.w_out.rows() == 0) {
    check.fail("w_out", fmt::format("{} x {}", network.w_out.rows(), network.w_out.cols()),
               fmt::format("must be outputs x N with N = {}", n));
  }
  check.finite("w_out", network.w_out);
  check.length("bias", network.bias.size(), n);
  check.finite("bias", network.bias.transpose());
  if (network.b_out.size() != network.outputs()) {
    check.fail("b_out", counted(network.b_out.size(), "value"),
               fmt::format("must have one value per output, {}", network.outputs()));
  }
  check.finite("b_out", network.b_out.transpose());
  check.length("tau_ms", network.tau_ms.size(), n);
  check.finite("tau_ms", network.tau_ms.transpose());
  if (!(network.step_ms > 0.0 && std::isfinite(network.step_ms))) {
    check.fail("step_ms", fmt::format("{}", network.step_ms), "must be positive and finite");
  }
  Eigen::Index shortest = 0;
  if (network.tau_ms.minCoeff(&shortest) < network.step_ms) {
    const double longest = network.tau_ms.maxCoeff();
    const bool seconds = longest > 0.0 && longest < 1.0 && 1000.0 * longest >= network.step_ms;
    check.fail("tau_ms", fmt::format("{} for unit {}", network.tau_ms[shortest], shortest + 1),
               fmt::format("must not be shorter than the step, {} ms{}", network.step_ms,
                           seconds ? ": are these seconds?" : ""));
  }
  check.activation(network.transfer);
  if (!network.unit_type.empty()) {
    check.length("unit_type", static_cast<Eigen::Index>(network.unit_type.size()), n);
  }
  if (network.w_initial.size() > 0) {
    check.shape("w_initial", network.w_initial, n, n, fmt::format("must be N x N with N = {}", n));
    check.finite("w_initial", network.w_initial);
  }
  check_noise(network, check);
  check_loops(network, check);
}

}  // namespace rheobase::rate
