#pragma once

#include <string>
#include <string_view>

namespace rheobase::rate {

/// Evenly spaced scaling factors, both ends included.
struct ScalingRange {
  double first = 0.0, step = 0.0, last = 0.0;
};

/// A transfer function r = phi(x) of rate units. What a transfer function's file registers, beside
/// its form for the kernels.
struct TransferDefinition {
  std::string name;
  std::string help;      ///< one line: formula and range
  std::string citation;  ///< source
  double (*value)(double x) = nullptr;
  double (*slope)(double x) = nullptr;  ///< phi'(x); 0 where phi is clipped
  double lowest = 0.0;                  ///< greatest lower bound of phi
  double highest = 1.0;                 ///< least upper bound of phi; may be infinite
  /// First grid of the scaling search, spikes a second at r = 1.
  ScalingRange scaling;
};

/// @throws InputError that lists the known names; upper and lower case are the same
const TransferDefinition& transfer_named(std::string_view name);

/// Position in the registry: how the kernels know it.
std::size_t transfer_index(std::string_view name);

}  // namespace rheobase::rate
