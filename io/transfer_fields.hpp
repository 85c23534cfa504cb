#pragma once

#include <optional>

#include "io/mat_file.hpp"
#include "mapping/transfer.hpp"

namespace rheobase {

/// The structure `spiking_network` of model and run files: neuron, synapse and what else decides
/// how the rate network becomes a spiking one.
void add_transfer(MatFields& fields, const TransferOptions& transfer);

/// Nothing where the file has none. @throws InputError when a member is missing or not of its form
std::optional<TransferOptions> read_transfer(const MatFile& file);

}  // namespace rheobase
