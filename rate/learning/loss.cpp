#include "rate/learning/loss.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::rate {

namespace {

constexpr std::array kLosses{Loss::l2, Loss::l1, Loss::mean_square};

/// Zero where the target is not-a-number: nothing is asked of the output there.
Eigen::VectorXd distance_of(const Eigen::MatrixXd& output, const Eigen::MatrixXd& target) {
  const Eigen::ArrayXXd asked = target.leftCols(output.cols()).array();
  return asked.isNaN().select(0.0, output.array() - asked).matrix().reshaped();
}

/// Outputs and steps whose target is a number; at least 1, so that a mean of none is 0.
double count_of(const Eigen::MatrixXd& output, const Eigen::MatrixXd& target) {
  const Eigen::Index left_out = target.leftCols(output.cols()).array().isNaN().count();
  return static_cast<double>(std::max<Eigen::Index>(1, output.size() - left_out));
}

}  // namespace

std::string_view to_string(Loss loss) {
  switch (loss) {
    case Loss::l1:
      return "l1";
    case Loss::mean_square:
      return "mse";
    case Loss::l2:
      break;
  }
  return "l2";
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

double loss_of(Loss loss, const Eigen::MatrixXd& output, const Eigen::MatrixXd& target) {
  const Eigen::VectorXd distance = distance_of(output, target);
  if (loss == Loss::mean_square) {
    return distance.squaredNorm() / count_of(output, target);
  }
  return loss == Loss::l2 ? distance.norm() : distance.lpNorm<1>();
}

Eigen::MatrixXd loss_gradient(Loss loss, const Eigen::MatrixXd& output,
                              const Eigen::MatrixXd& target) {
  const Eigen::VectorXd distance = distance_of(output, target);
  if (loss == Loss::l1) {
    return distance.cwiseSign().reshaped(output.rows(), output.cols());
  }
  if (loss == Loss::mean_square) {
    return (2.0 / count_of(output, target) * distance).reshaped(output.rows(), output.cols());
  }
  const double norm = distance.norm();
  if (norm == 0.0) {
    return Eigen::MatrixXd::Zero(output.rows(), output.cols());
  }
  return (distance / norm).reshaped(output.rows(), output.cols());
}

}  // namespace rheobase::rate
