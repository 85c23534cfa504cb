#include "core/error.hpp"

#include "core/visible.hpp"

namespace rheobase {

namespace {

std::string describe(std::string_view where, std::string_view field, std::string_view found,
                     std::string_view required) {
  std::string line{where};
  if (!field.empty()) {
    line.append(": ").append(field);
  }
  if (!found.empty()) {
    line.append(": found ").append(found);
  }
  if (!required.empty()) {
    line.append(found.empty() ? ": " : "; ").append(required);
  }
  return line;
}

std::string describe_non_finite(std::string_view quantity, std::string_view when, long unit) {
  std::string line{"non-finite "};
  line.append(quantity).append(" at ").append(when);
  if (unit >= 0) {
    line.append(", unit ").append(std::to_string(unit + 1));
  }
  return line;
}

}  // namespace

InputError::InputError(std::string_view where, std::string_view field, std::string_view found,
                       std::string_view required)
    : Error(visible(describe(where, field, found, required))),
      where_(visible(where)),
      field_(visible(field)),
      found_(visible(found)),
      required_(visible(required)) {}

NonFiniteError::NonFiniteError(std::string_view quantity, std::string_view when, long unit)
    : Error(describe_non_finite(quantity, when, unit)), when_(when), unit_(unit) {}

}  // namespace rheobase
