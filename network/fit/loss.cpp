#include "network/fit/loss.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::network {

std::string_view to_string(FitLoss loss) {
  return loss == FitLoss::mse ? "mse" : loss == FitLoss::l1 ? "l1" : "negative_log";
}

FitLoss fit_loss_from(std::string_view name) {
  std::vector<std::string> known;
  for (const FitLoss loss : {FitLoss::mse, FitLoss::l1, FitLoss::negative_log}) {
    if (to_string(loss) == name) {
      return loss;
    }
    known.emplace_back(to_string(loss));
  }
  throw InputError("fit", "loss", fmt::format("'{}'", name), must_be_one_of(name, known));
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
