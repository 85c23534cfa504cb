#include "network/fit/fit_inputs.hpp"

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::network {

FitInputs::FitInputs(const Network& network, const Eigen::MatrixXd& inputs,
                     const Eigen::MatrixXd& targets, Eigen::Index outputs)
    : inputs_(inputs.transpose()), targets_(targets.transpose()) {
  if (targets.rows() == 0 || targets.cols() != outputs || !targets.allFinite()) {
    throw InputError("fit", "targets", fmt::format("{} x {}", targets.rows(), targets.cols()),
                     fmt::format("must be T x {} finite numbers", outputs));
  }
  const bool fits =
      inputs.size() == 0 || (inputs.cols() == static_cast<Eigen::Index>(network.input_columns()) &&
                             (inputs.rows() == 1 || inputs.rows() == targets.rows()));
  if (!fits || !inputs.allFinite()) {
    throw InputError("fit", "inputs", fmt::format("{} x {}", inputs.rows(), inputs.cols()),
                     fmt::format("must be {} (or 1) x {} finite numbers", targets.rows(),
                                 network.input_columns()));
  }
}

void require_running(const RunControl& control, long n, long steps, std::string status) {
  if (control.stop_requested()) {
    throw Cancelled(fmt::format("stopped after {} of {}", n, counted(steps, "step")));
  }
  control.progress(static_cast<double>(n) / static_cast<double>(steps), std::move(status));
}

}  // namespace rheobase::network
