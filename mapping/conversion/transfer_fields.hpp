#pragma once

#include <string_view>

#include "core/field_table_fwd.hpp"
#include "mapping/conversion/transfer.hpp"

namespace rheobase::mapping {

/// The fields of neuron and synapse (spiking/spiking_model.hpp), then the mapping's own.
const FieldTable<TransferOptions>& transfer_fields();

/// Whether files of older versions lack the field, and mean its default.
bool came_later(std::string_view field);

}  // namespace rheobase::mapping
