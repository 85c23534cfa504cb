#include "rate/learning/loss.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::rate {

namespace {

constexpr std::array kLosses{Loss::l2, Loss::l1};

}  // namespace

std::string_view to_string(Loss loss) {
  return loss == Loss::l2 ? "l2" : "l1";
}

Loss loss_from(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string known;
  for (const Loss loss : kLosses) {
    if (to_string(loss) == lower) {
      return loss;
    }
    known += fmt::format("{}{}", known.empty() ? "" : ", ", to_string(loss));
  }
  throw InputError("loss", "", fmt::format("'{}'", name), "must be one of " + known);
}

double loss_of(Loss loss, const Eigen::VectorXd& output, const Eigen::VectorXd& target) {
  const Eigen::VectorXd distance = output - target.head(output.size());
  return loss == Loss::l2 ? distance.norm() : distance.lpNorm<1>();
}

Eigen::VectorXd loss_gradient(Loss loss, const Eigen::VectorXd& output,
                              const Eigen::VectorXd& target) {
  const Eigen::VectorXd distance = output - target.head(output.size());
  if (loss == Loss::l1) {
    return distance.cwiseSign();
  }
  const double norm = distance.norm();
  return norm == 0.0 ? Eigen::VectorXd(Eigen::VectorXd::Zero(output.size()))
                     : Eigen::VectorXd(distance / norm);
}

}  // namespace rheobase::rate
