#include "rate/learning/named_arrays.hpp"

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

const std::vector<double>& named_array(const NamedArrays& arrays, std::string_view name,
                                       std::size_t length) {
  for (const NamedArray& array : arrays) {
    if (array.name == name) {
      if (array.values.size() != length) {
        throw InputError("learner's state", fmt::format("field '{}'", name),
                         counted(array.values.size(), "number"),
                         fmt::format("must have {}", length));
      }
      return array.values;
    }
  }
  throw InputError("learner's state", fmt::format("field '{}'", name), "nothing",
                   fmt::format("must be an array of {}", counted(length, "number")));
}

}  // namespace rheobase::rate
