#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rheobase::rate {

/// One array of a learner's state. Double holds single-precision numbers without loss.
struct NamedArray {
  std::string name;
  std::vector<double> values;
};

/// A learner's state: what a checkpoint stores, and all it needs to go on bit for bit.
using NamedArrays = std::vector<NamedArray>;

/// The array of this name and length. @throws InputError where there is none
const std::vector<double>& named_array(const NamedArrays& arrays, std::string_view name,
                                       std::size_t length);

}  // namespace rheobase::rate
