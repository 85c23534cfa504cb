// The loss of a trial: how far outputs o lie from their target z, summed over outputs and steps,
//
//   l2 = sqrt(sum (o - z)^2)      dL/do = (o - z) / l2, 0 at l2 = 0
//   l1 = sum |o - z|              dL/do = sign(o - z)
//
// Output i is the network at step i + 1; it is compared with column i of the target, as published.
// Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019), published program.
#pragma once

#include <string_view>

#include <Eigen/Core>

namespace rheobase::rate {

/// Distance of an output o from its target z; o_i is compared with z_i.
enum class Loss {
  l2,           ///< sqrt(sum_i (o_i - z_i)^2) over outputs and steps
  l1,           ///< sum_i |o_i - z_i|
  mean_square,  ///< mean of (o_i - z_i)^2 over the outputs and steps whose target is a number
};

std::string_view to_string(Loss loss);
/// Case-insensitive. @throws InputError that lists the known names
Loss loss_from(std::string_view name);

/// Loss of one trial; outputs x steps both, `target` may have more columns.
double loss_of(Loss loss, const Eigen::MatrixXd& output, const Eigen::MatrixXd& target);

/// dL/do of the same, outputs x steps; where L has a kink (o = z) the slope 0 is taken.
Eigen::MatrixXd loss_gradient(Loss loss, const Eigen::MatrixXd& output,
                              const Eigen::MatrixXd& target);

}  // namespace rheobase::rate
