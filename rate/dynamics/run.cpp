#include "rate/dynamics/run.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::rate {

RateRun run_rate(const RateNetwork& network, const Eigen::MatrixXd& input, const RateNoise& noise,
                 const std::function<bool()>& stop) {
  constexpr Eigen::Index kAskEvery = 16;
  if (input.rows() != network.inputs() || input.cols() == 0) {
    throw InputError("input", "", fmt::format("{} x {}", input.rows(), input.cols()),
                     fmt::format("must be inputs x steps with inputs = {}", network.inputs()));
  }
  const Eigen::Index steps = input.cols();
  Stepper stepper(network, noise);
  RateRun run{Eigen::MatrixXd(network.units(), steps), Eigen::MatrixXd(network.units(), steps),
              Eigen::MatrixXd(network.outputs(), steps - 1)};
  run.x.col(0) = stepper.x();
  run.r.col(0) = stepper.r();
  for (Eigen::Index t = 1; t < steps; ++t) {
    if (stop && t % kAskEvery == 0 && stop()) {
      throw Cancelled("stopped before the end of the run");
    }
    stepper.step(input.col(t - 1));
    run.x.col(t) = stepper.x();
    run.r.col(t) = stepper.r();
    run.output.col(t - 1) = stepper.output();
  }
  return run;
}

}  // namespace rheobase::rate
