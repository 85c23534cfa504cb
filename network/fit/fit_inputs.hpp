#pragma once

#include <string>

#include <Eigen/Core>

#include "core/run_control.hpp"
#include "network/network.hpp"

namespace rheobase::network {

/// Inputs and targets of a fit, a step's values side by side.
class FitInputs {
 public:
  /// @param inputs   T x input_columns(), 1 row for all steps, or empty
  /// @param targets  T x outputs
  /// @throws InputError for shapes that do not fit and numbers that are not finite
  FitInputs(const Network& network, const Eigen::MatrixXd& inputs, const Eigen::MatrixXd& targets,
            Eigen::Index outputs);

  long steps() const { return static_cast<long>(targets_.cols()); }
  const double* input(long n) const {
    return inputs_.size() == 0 ? nullptr : inputs_.col(inputs_.cols() == 1 ? 0 : n).data();
  }
  auto target(long n) const { return targets_.col(n); }

 private:
  Eigen::MatrixXd inputs_, targets_;
};

/// Reports step n of a fit. @throws Cancelled when asked to stop
void require_running(const RunControl& control, long n, long steps, std::string status = {});

}  // namespace rheobase::network
