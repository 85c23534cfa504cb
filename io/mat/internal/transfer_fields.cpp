#include "io/mat/internal/transfer_fields.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/whole_number.hpp"
#include "io/mat/internal/field_names.hpp"
#include "io/mat/internal/field_values.hpp"
#include "mapping/conversion/transfer_fields.hpp"

namespace rheobase::io {

namespace {

constexpr const char* kSpikingNetwork = "spiking_network.";

std::string spiking_member(const char* name) {
  return kSpikingNetwork + std::string(name);
}

/// Members that hold a value for every unit, copy or connection.
std::vector<std::string> of_each() {
  std::vector<std::string> names{"copy_bias_mv", "connection_delay_ms"};
  for (const mapping::UnitField& member : mapping::unit_fields()) {
    names.emplace_back(member.name);
  }
  return names;
}

/// All members without which there is no such network, in one message.
void require_complete(const MatFile& file) {
  std::string missing;
  for (const auto& field : mapping::transfer_fields()) {
    if (!mapping::came_later(field.name) && !file.has(kSpikingNetwork + field.name)) {
      missing += (missing.empty() ? "" : ", ") + field.name;
    }
  }
  if (const MatArray* array = file.find("spiking_network");
      array != nullptr && array->class_name != "struct") {
    file.fail("spiking_network", array->describe(),
              "must be a structure, or be left out (docs/formats.md, Model file)");
  }
  if (!missing.empty()) {
    file.fail(
        "spiking_network", "members missing",
        fmt::format("must have {} too, or be left out (docs/formats.md, Model file)", missing));
  }
}

void require_known(const MatFile& file) {
  std::vector<std::string> known = of_each();
  for (const auto& field : mapping::transfer_fields()) {
    known.push_back(field.name);
  }
  require_known_members(file, kSpikingNetwork, known);
}

/// A value a unit or a copy of it (`each`), or none.
std::vector<double> optional_values(const MatFile& file, const char* field, std::string_view each,
                                    const Range& range) {
  const std::string name = spiking_member(field);
  if (!file.has(name)) {
    return {};
  }
  const std::string required = fmt::format("must be one finite number for every {}", each);
  const Eigen::VectorXd values = file.vector(name, -1, required);
  if (values.size() == 0) {
    file.fail(name, "none", required + ", or be left out");
  }
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    if (!contains(range, values[i])) {
      file.fail(name, fmt::format("{} of {} {}", values[i], each.substr(0, each.find(' ')), i + 1),
                std::isfinite(values[i]) ? "must be " + describe(range) : required);
    }
  }
  return {values.begin(), values.end()};
}

constexpr const char* kDelays = "must be N x N finite delays in ms";

std::vector<double> optional_delays(const MatFile& file) {
  const std::string name = spiking_member("connection_delay_ms");
  if (!file.has(name)) {
    return {};
  }
  const Eigen::MatrixXd delays = file.matrix(name, kDelays);
  if (delays.size() == 0) {
    file.fail(name, "none", std::string(kDelays) + ", or be left out");
  }
  if (delays.rows() != delays.cols() || !delays.allFinite()) {
    file.fail(name,
              fmt::format("{} x {}{}", delays.rows(), delays.cols(),
                          delays.allFinite() ? "" : " with numbers that are not finite"),
              kDelays);
  }
  return {delays.data(), delays.data() + delays.size()};
}

void check_count(const MatFile& file, const char* name, const std::vector<double>& values,
                 std::size_t count, const std::string& required) {
  if (!values.empty() && values.size() != count) {
    file.fail(spiking_member(name), file.find(spiking_member(name))->describe(), required);
  }
}

/// Reset below threshold below peak: of all units, then of each.
void check_levels(const MatFile& file, const mapping::TransferOptions& transfer,
                  std::size_t units) {
  const spiking::NeuronParameters& neuron = transfer.neuron;
  if (!(neuron.reset_mv < neuron.threshold_mv)) {
    file.fail(spiking_member("reset_mv"), fmt::format("{}", neuron.reset_mv),
              fmt::format("must be below threshold_mv, {} mV", neuron.threshold_mv));
  }
  if (!(neuron.peak_mv >= neuron.threshold_mv)) {
    file.fail(spiking_member("peak_mv"), fmt::format("{}", neuron.peak_mv),
              fmt::format("must not be below threshold_mv, {} mV", neuron.threshold_mv));
  }
  const bool own_threshold = !transfer.unit_threshold_mv.empty();
  const bool own_reset = !transfer.unit_reset_mv.empty();
  for (std::size_t unit = 0; (own_threshold || own_reset) && unit < units; ++unit) {
    const double threshold = own_threshold ? transfer.unit_threshold_mv[unit] : neuron.threshold_mv;
    const double reset = own_reset ? transfer.unit_reset_mv[unit] : neuron.reset_mv;
    if (!(reset < threshold) && own_threshold) {
      file.fail(spiking_member("unit_threshold_mv"),
                fmt::format("{} of unit {}", threshold, unit + 1),
                fmt::format("must be above its reset of {} mV", reset));
    }
    if (!(reset < threshold)) {
      file.fail(spiking_member("unit_reset_mv"), fmt::format("{} of unit {}", reset, unit + 1),
                fmt::format("must be below its threshold of {} mV", threshold));
    }
  }
}

/// What units of other kinds than LIF do not have.
void check_kind(const MatFile& file, const mapping::TransferOptions& transfer) {
  if (transfer.neuron.model == spiking::NeuronModel::lif) {
    return;
  }
  const std::string found = fmt::format("{} units", to_string(transfer.neuron.model));
  const auto refuse = [&](bool there, const char* name) {
    if (there) {
      file.fail(spiking_member(name), found, "must come with lif units: others have one for all");
    }
  };
  for (const mapping::UnitField& member : mapping::unit_fields()) {
    refuse(member.lif_alone && !(transfer.*member.values).empty(), member.name);
  }
  refuse(transfer.threshold_sd_mv > 0.0, "threshold_sd_mv");
  refuse(transfer.tau_membrane_sd_ms > 0.0, "tau_membrane_sd_ms");
  refuse(transfer.refractory_sd_ms > 0.0, "refractory_sd_ms");
}

void check_delays(const MatFile& file, const mapping::TransferOptions& transfer,
                  const rate::RateNetwork& network) {
  const std::vector<double>& delays = transfer.connection_delay_ms;
  const auto units = static_cast<std::size_t>(network.units());
  const std::string name = spiking_member("connection_delay_ms");
  check_count(file, "connection_delay_ms", delays, units * units,
              fmt::format("{} with N = {}", kDelays, units));
  if (!delays.empty() && !network.loops.empty()) {
    file.fail(name, "loops of low rank beside it", "must come without: a loop has no connections");
  }
  for (std::size_t i = 0; i < delays.size(); ++i) {
    if (!(delays[i] >= 0.0 && delays[i] <= spiking::kLongestSynapticDelayMs)) {
      file.fail(name,
                fmt::format("{} from unit {} to unit {}", delays[i], i / units + 1, i % units + 1),
                fmt::format("must be 0 to {:g} ms", spiking::kLongestSynapticDelayMs));
    }
  }
}

}  // namespace

std::vector<std::string> optional_transfer_members() {
  std::vector<std::string> names = of_each();
  for (std::string& name : names) {
    name.insert(0, kSpikingNetwork);
  }
  return names;
}

void add_transfer(MatFields& fields, const mapping::TransferOptions& transfer) {
  add_values(fields, kSpikingNetwork, mapping::transfer_fields(), transfer);
  for (const mapping::UnitField& member : mapping::unit_fields()) {
    if (const std::vector<double>& values = transfer.*member.values; !values.empty()) {
      fields.column(spiking_member(member.name), values);
    }
  }
  if (!transfer.connection_delay_ms.empty()) {
    const auto units = to_integer<Eigen::Index>(
        std::sqrt(static_cast<double>(transfer.connection_delay_ms.size())));
    fields.matrix(
        spiking_member("connection_delay_ms"),
        Eigen::Map<const Eigen::MatrixXd>(transfer.connection_delay_ms.data(), units, units));
  }
  if (!transfer.copy_bias_mv.empty()) {
    fields.column(spiking_member("copy_bias_mv"), transfer.copy_bias_mv);
  }
}

std::optional<mapping::TransferOptions> read_transfer(const MatFile& file) {
  const bool there = std::ranges::any_of(file.arrays(), [](const MatArray& array) {
    return array.name == "spiking_network" || array.name.starts_with(kSpikingNetwork);
  });
  if (!there) {
    return std::nullopt;
  }
  require_known(file);
  require_complete(file);
  mapping::TransferOptions transfer;
  for (const auto& field : mapping::transfer_fields()) {
    const std::string name = kSpikingNetwork + field.name;
    if (!mapping::came_later(field.name) || file.has(name)) {
      field.set(transfer, read_value(file, name, field));
    }
  }
  for (const mapping::UnitField& member : mapping::unit_fields()) {
    transfer.*member.values = optional_values(file, member.name, "unit", member.range);
  }
  transfer.copy_bias_mv =
      optional_values(file, "copy_bias_mv", "copy of a unit", spiking::kVoltageMv);
  transfer.connection_delay_ms = optional_delays(file);
  return transfer;
}

std::optional<mapping::TransferOptions> read_transfer(const MatFile& file,
                                                      const rate::RateNetwork& network) {
  const std::optional<mapping::TransferOptions> transfer = read_transfer(file);
  if (!transfer) {
    return std::nullopt;
  }
  const auto units = static_cast<std::size_t>(network.units());
  const std::string each =
      fmt::format("must be one finite number for every unit, N = {}", network.units());
  for (const mapping::UnitField& member : mapping::unit_fields()) {
    check_count(file, member.name, *transfer.*member.values, units, each);
  }
  check_count(file, "copy_bias_mv", transfer->copy_bias_mv,
              static_cast<std::size_t>(transfer->copies),
              fmt::format("must be one finite number for every copy of a unit, copies = {}",
                          transfer->copies));
  check_kind(file, *transfer);
  check_levels(file, *transfer, units);
  check_delays(file, *transfer, network);
  return transfer;
}

}  // namespace rheobase::io
