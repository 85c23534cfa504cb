#include "network/fit/loss.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "network/nearest_name.hpp"

namespace rheobase::network {

FitLoss fit_loss_from(std::string_view name) {
  if (name == "mse") {
    return FitLoss::mse;
  }
  if (name == "l1") {
    return FitLoss::l1;
  }
  if (name == "negative_log") {
    return FitLoss::negative_log;
  }
  throw InputError("fit", "loss", fmt::format("'{}'", name),
                   must_be_one_of(name, {"mse", "l1", "negative_log"}));
}

double loss_at(FitLoss loss, const Eigen::Ref<const Eigen::VectorXd>& output,
               const Eigen::Ref<const Eigen::VectorXd>& target,
               Eigen::Ref<Eigen::VectorXd> gradient) {
  const auto count = static_cast<double>(output.size());
  if (loss == FitLoss::negative_log) {
    gradient = -target;
    return -output.dot(target);
  }
  const Eigen::VectorXd error = output - target;
  if (loss == FitLoss::l1) {
    gradient = error.array().sign() / count;
    return error.cwiseAbs().sum() / count;
  }
  gradient = 2.0 / count * error;
  return error.squaredNorm() / count;
}

}  // namespace rheobase::network
