#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/mat/mat_file.hpp"
#include "mapping/conversion/transfer.hpp"

namespace rheobase::io {

/// The structure `spiking_network` of model and run files: neuron, synapse and what else decides
/// how the rate network becomes a spiking one.
void add_transfer(MatFields& fields, const mapping::TransferOptions& transfer);

/// Those that it may lack, such as "spiking_network.unit_gain".
std::vector<std::string> optional_transfer_members();

/// Nothing where the file has none. @throws InputError when a member is missing, not of its form or
/// not known
std::optional<mapping::TransferOptions> read_transfer(const MatFile& file);

/// The same of a model: what there is of every unit, copy and connection must fit the network.
std::optional<mapping::TransferOptions> read_transfer(const MatFile& file,
                                                      const rate::RateNetwork& network);

}  // namespace rheobase::io
