#pragma once

namespace rheobase::analysis {

/// Is what is left of `count` values after their mean was taken off nothing but rounding?
/// @param squares  sum of the squares of what is left
inline bool constant(double squares, double mean, double count) {
  return squares <= 1e-28 * mean * mean * count;
}

}  // namespace rheobase::analysis
