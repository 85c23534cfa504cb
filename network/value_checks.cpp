#include "network/value_checks.hpp"

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::network {

std::string shape_text(Eigen::Index rows, Eigen::Index columns) {
  return fmt::format("{} x {}", rows, columns);
}

void require_finite(const Eigen::Ref<const Eigen::MatrixXd>& values, const std::string& where,
                    const std::string& field) {
  // 0 times a number is 0, times another value is none: sums take vectors, Eigen's allFinite does
  // not.
  if (!((values.array() * 0.0).sum() == 0.0)) {
    throw InputError(where, field, "a value that is no finite number", "must be finite");
  }
}

void require_scalar_or_per_unit(const Eigen::VectorXd& values, std::size_t size,
                                const std::string& where, const std::string& field) {
  if (values.size() != 1 && values.size() != static_cast<Eigen::Index>(size)) {
    throw InputError(where, field, counted(values.size(), "value"),
                     fmt::format("must be 1 value or {}, one per unit", size));
  }
  require_finite(values, where, field);
}

void require_refractory(const NeuronDescription& names, const std::string& parameter,
                        const Eigen::VectorXd& values, const std::string& where) {
  if (names.refractory && names.parameters[*names.refractory].name == parameter &&
      values.minCoeff() < 0.0) {
    throw InputError(where, fmt::format("parameter '{}'", parameter),
                     fmt::format("{}", values.minCoeff()),
                     "is a refractory period: it must not be negative");
  }
}

bool is_time_constant(const NeuronDescription& names, std::size_t parameter) {
  const Quantity& quantity = names.parameters[parameter];
  const bool time =
      quantity.unit.empty() ? quantity.name.starts_with("tau") : quantity.unit == names.time_unit;
  return time && names.refractory != parameter;
}

void require_time_constant(const NeuronDescription& names, const std::string& parameter,
                           const Eigen::VectorXd& values, const std::string& where) {
  const auto index = find_named(names.parameters, parameter);
  if (index && is_time_constant(names, *index) && !(values.minCoeff() > 0.0)) {
    throw InputError(where, fmt::format("parameter '{}'", parameter),
                     fmt::format("{}", values.minCoeff()),
                     "is a time constant of a template: it must be positive");
  }
}

}  // namespace rheobase::network
