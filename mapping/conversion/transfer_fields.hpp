#pragma once

#include "core/field_table_fwd.hpp"
#include "mapping/conversion/transfer.hpp"

namespace rheobase::mapping {

/// The fields of neuron and synapse (spiking/spiking_model.hpp), then the mapping's own.
const FieldTable<TransferOptions>& transfer_fields();

}  // namespace rheobase::mapping
