#pragma once

#include <vector>

#include "spiking/simulate.hpp"

namespace rheobase::spiking {

/// Units whose voltage is recorded, 0-based: those that were named, or all; none without it.
std::vector<Eigen::Index> recorded_units(const Recording& record, Eigen::Index units);

}  // namespace rheobase::spiking
