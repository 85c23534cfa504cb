#include "io/mat/internal/transfer_fields.hpp"

#include "io/mat/internal/field_values.hpp"
#include "mapping/conversion/transfer_fields.hpp"

namespace rheobase::io {

namespace {

constexpr const char* kSpikingNetwork = "spiking_network.";

}  // namespace

void add_transfer(MatFields& fields, const mapping::TransferOptions& transfer) {
  add_values(fields, kSpikingNetwork, mapping::transfer_fields(), transfer);
}

std::optional<mapping::TransferOptions> read_transfer(const MatFile& file) {
  if (!file.has("spiking_network") && !file.has("spiking_network.neuron")) {
    return std::nullopt;
  }
  mapping::TransferOptions transfer;
  read_values(file, kSpikingNetwork, mapping::transfer_fields(), transfer);
  return transfer;
}

}  // namespace rheobase::io
