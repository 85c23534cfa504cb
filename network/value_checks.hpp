#pragma once

#include <cstddef>
#include <string>

#include <Eigen/Core>

#include "core/range.hpp"
#include "network/neuron_description.hpp"

namespace rheobase::network {

/// Of a network's step: times of any run stay finite, and steps apart.
inline constexpr Range kStepRange{.low = 1e-12, .high = 1e6};

/// "3 x 2".
std::string shape_text(Eigen::Index rows, Eigen::Index columns);

/// @throws InputError
void require_finite(const Eigen::Ref<const Eigen::MatrixXd>& values, const std::string& where,
                    const std::string& field);

/// One value or one per unit. @throws InputError
void require_scalar_or_per_unit(const Eigen::VectorXd& values, std::size_t size,
                                const std::string& where, const std::string& field);

/// Values of the parameter, if it is the refractory period. @throws InputError where it is negative
void require_refractory(const NeuronDescription& names, const std::string& parameter,
                        const Eigen::VectorXd& values, const std::string& where);

/// A time by its unit, or by its name where equations say no units; not the refractory period.
bool is_time_constant(const NeuronDescription& names, std::size_t parameter);

/// Values of the parameter, if it is a time constant. @throws InputError where it is not positive
void require_time_constant(const NeuronDescription& names, const std::string& parameter,
                           const Eigen::VectorXd& values, const std::string& where);

}  // namespace rheobase::network
