#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/field_table_fwd.hpp"
#include "mapping/conversion/transfer.hpp"

namespace rheobase::mapping {

/// The fields of neuron and synapse (spiking/spiking_model.hpp), then the mapping's own.
const FieldTable<TransferOptions>& transfer_fields();

/// A value for every unit, in the place of that of all or beside it.
struct UnitField {
  const char* name;  ///< in files
  std::vector<double> TransferOptions::*values;
  Range range;
  bool lif_alone;  ///< units of other kinds have one for all
};

std::span<const UnitField> unit_fields();

/// Which values of every unit, copy or connection there are, by their names in files: they take the
/// place of fields, or come beside them.
std::vector<std::string> own_values(const TransferOptions& options);

/// Whether files of older versions lack the field, and mean its default.
bool came_later(std::string_view field);

}  // namespace rheobase::mapping
