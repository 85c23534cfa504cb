#include "io/mat/internal/transfer_fields.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/whole_number.hpp"
#include "io/mat/internal/field_values.hpp"
#include "mapping/conversion/transfer_fields.hpp"

namespace rheobase::io {

namespace {

constexpr const char* kSpikingNetwork = "spiking_network.";

/// A value a unit or a copy of it (`each`), or none.
std::vector<double> optional_values(const MatFile& file, const char* member,
                                    std::string_view each) {
  const std::string name = kSpikingNetwork + std::string(member);
  if (!file.has(name)) {
    return {};
  }
  const std::string required = fmt::format("must be one finite number for every {}", each);
  const Eigen::VectorXd values = file.vector(name, -1, required);
  for (const double value : values) {
    if (!std::isfinite(value)) {
      file.fail(name, fmt::format("{}", value), required);
    }
  }
  return {values.begin(), values.end()};
}

}  // namespace

void add_transfer(MatFields& fields, const mapping::TransferOptions& transfer) {
  add_values(fields, kSpikingNetwork, mapping::transfer_fields(), transfer);
  if (!transfer.unit_gain.empty()) {
    fields.column(kSpikingNetwork + std::string("unit_gain"), transfer.unit_gain);
  }
  if (!transfer.unit_threshold_mv.empty()) {
    fields.column(kSpikingNetwork + std::string("unit_threshold_mv"), transfer.unit_threshold_mv);
  }
  if (!transfer.unit_reset_mv.empty()) {
    fields.column(kSpikingNetwork + std::string("unit_reset_mv"), transfer.unit_reset_mv);
  }
  if (!transfer.connection_delay_ms.empty()) {
    const auto units = to_integer<Eigen::Index>(
        std::sqrt(static_cast<double>(transfer.connection_delay_ms.size())));
    fields.matrix(
        kSpikingNetwork + std::string("connection_delay_ms"),
        Eigen::Map<const Eigen::MatrixXd>(transfer.connection_delay_ms.data(), units, units));
  }
  if (!transfer.unit_bias_mv.empty()) {
    fields.column(kSpikingNetwork + std::string("unit_bias_mv"), transfer.unit_bias_mv);
  }
  if (!transfer.copy_bias_mv.empty()) {
    fields.column(kSpikingNetwork + std::string("copy_bias_mv"), transfer.copy_bias_mv);
  }
}

std::optional<mapping::TransferOptions> read_transfer(const MatFile& file) {
  if (!file.has("spiking_network") && !file.has("spiking_network.neuron")) {
    return std::nullopt;
  }
  mapping::TransferOptions transfer;
  for (const auto& field : mapping::transfer_fields()) {
    const std::string name = kSpikingNetwork + field.name;
    if (!mapping::came_later(field.name) || file.has(name)) {
      field.set(transfer, read_value(file, name, field));
    }
  }
  transfer.unit_gain = optional_values(file, "unit_gain", "unit");
  transfer.unit_threshold_mv = optional_values(file, "unit_threshold_mv", "unit");
  transfer.unit_reset_mv = optional_values(file, "unit_reset_mv", "unit");
  transfer.unit_bias_mv = optional_values(file, "unit_bias_mv", "unit");
  transfer.copy_bias_mv = optional_values(file, "copy_bias_mv", "copy of a unit");
  if (const std::string name = kSpikingNetwork + std::string("connection_delay_ms");
      file.has(name)) {
    constexpr const char* required = "must be N x N finite delays in ms";
    const Eigen::MatrixXd delays = file.matrix(name, -1, -1, required);
    if (delays.rows() != delays.cols() || !delays.allFinite()) {
      file.fail(name,
                fmt::format("{} x {}{}", delays.rows(), delays.cols(),
                            delays.allFinite() ? "" : " with numbers that are not finite"),
                required);
    }
    transfer.connection_delay_ms.assign(delays.data(), delays.data() + delays.size());
  }
  return transfer;
}

}  // namespace rheobase::io
