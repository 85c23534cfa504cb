#pragma once

#include <cstddef>

#include "io/mat/mat_file.hpp"
#include "rate/learning/innate/innate_trial.hpp"

namespace rheobase::io {

/// Clock, pulses and target of trajectory `k` (from 0) of a file of innate training; what must fit
/// the network is not checked. @throws InputError with file and field
rate::InnateTrial read_innate_trial(const MatFile& file, std::size_t k);

}  // namespace rheobase::io
