#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/field_table_fwd.hpp"
#include "mapping/conversion/transfer.hpp"

namespace rheobase::mapping {

/// The fields of neuron and synapse (spiking/spiking_model.hpp), then the mapping's own.
const FieldTable<TransferOptions>& transfer_fields();

/// Which values of every unit, copy or connection there are, by their names in files: they take the
/// place of fields, or come beside them.
std::vector<std::string> own_values(const TransferOptions& options);

/// Whether files of older versions lack the field, and mean its default.
bool came_later(std::string_view field);

}  // namespace rheobase::mapping
