#pragma once

#include "io/mat/mat_file.hpp"
#include "rate/dynamics/rate_network.hpp"

namespace rheobase::io {

/// Is this the file of a rate network as it runs (tau_ms), rather than of a Dale model (taus)?
bool holds_rate_network(const MatFile& file);

/// The fields of docs/formats.md, "Any rate network". The network is validated.
/// @throws InputError that names the file, the field, what was found and what must hold
rate::RateNetwork read_rate_network(const MatFile& file);

void add_rate_network(MatFields& fields, const rate::RateNetwork& network);

}  // namespace rheobase::io
