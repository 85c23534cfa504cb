#pragma once

#include <functional>

#include <Eigen/Core>

#include "spiking/simulate.hpp"

namespace rheobase::spiking {

/// Whether a loop's gate is open while `column` drives.
bool is_open(const GatedLoop& loop, double input_step_ms, Eigen::Index column);

/// E and the units' own bias of every input column (mV, N x columns): W_in u, the constants of open
/// loops, behind the input's filter where the network has one; `shift_mv` is added to all. As
/// engines count voltages (SpikingModel::shift_of).
/// @param stop  asked now and then, may be empty. @throws Cancelled where it says so
Eigen::MatrixXd membrane_drive(const SpikingModel& model, const Eigen::MatrixXd& input,
                               double shift_mv, const std::function<bool()>& stop);

bool starts_with_currents(const SpikingModel& model);

/// I(0) of every unit, mV.
Eigen::VectorXd initial_currents(const SpikingModel& model, const SimulationOptions& options);

/// Whether the gates of two neighbouring columns differ.
bool gates_switch(const SpikingModel& model, Eigen::Index column);

/// What a spike delivers while `column` drives: W and the open loops, N x N.
Eigen::MatrixXd open_weights(const SpikingModel& model, Eigen::Index column);

}  // namespace rheobase::spiking
