#include "io/mat/capacity_file.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/field_table.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/field_values.hpp"

namespace rheobase::io {

namespace {

constexpr const char* kCell = "capacity.";
constexpr const char* kNetwork = "capacity_network.";
constexpr const char* kExperiment = "capacity_experiment.";
constexpr const char* kClock = "capacity_clock.";
constexpr const char* kTarget = "capacity_target.";

/// Options without influence on a cell: they may change from run to run.
bool is_free(const std::string& name) {
  constexpr std::array kFree{"threads", "memory_gb", "recorded_units", "delay_ms"};
  for (const char* one : kFree) {
    if (name == one) {
      return true;
    }
  }
  return false;
}

/// Calls visit(prefix, table, options) for every part of the options.
template <class Visit>
void for_each_part(const rate::CapacityOptions& options, const Visit& visit) {
  visit(kNetwork, rate::reservoir_fields(), options.setup.network);
  visit(kExperiment, rate::innate_fields(), options.setup.experiment);
  visit(kClock, rate::trial_clock_fields(), options.clock);
  visit(kTarget, rate::timing_target_fields(), options.target);
}

double read_number(const MatFile& file, const char* name) {
  const std::string full = std::string(kCell) + name;
  const double value = file.number(full, "must be one number");
  if (!std::isfinite(value)) {
    file.fail(full, fmt::format("{}", value), "must be finite");
  }
  return value;
}

}  // namespace

void write_capacity_row(const std::filesystem::path& path, const rate::CapacityRow& row,
                        const rate::CapacityOptions& options) {
  MatFields fields;
  const std::pair<const char*, double> numbers[] = {{"delay_ms", row.delay_ms},
                                                    {"network", row.network + 1.0},
                                                    {"seed", row.seed},
                                                    {"correlation", row.correlation},
                                                    {"r2", row.r2},
                                                    {"first_loss", row.first_loss},
                                                    {"last_loss", row.last_loss},
                                                    {"seconds", row.seconds}};
  for (const auto& [name, value] : numbers) {
    fields.number(std::string(kCell) + name, value);
  }
  for_each_part(options, [&](const char* prefix, const auto& table, const auto& part) {
    for (const auto& field : table) {
      if (!is_free(field.name)) {
        add_value(fields, prefix + field.name, field.get(part));
      }
    }
  });
  write_mat(path, fields, MatVersion::level5);
}

rate::CapacityRow read_capacity_row(const std::filesystem::path& path, double delay_ms, int network,
                                    const rate::CapacityOptions& wanted) {
  return parse_capacity_row(read_bytes(path), path.string(), delay_ms, network, wanted);
}

rate::CapacityRow parse_capacity_row(std::span<const std::byte> bytes, const std::string& where,
                                     double delay_ms, int network,
                                     const rate::CapacityOptions& wanted) {
  const MatFile file(bytes, where);
  if (!file.has("capacity")) {
    file.fail("capacity", "a file without it", "must be a result of rheobase innate capacity");
  }
  for_each_part(wanted, [&](const char* prefix, const auto& table, const auto& part) {
    for (const auto& field : table) {
      if (is_free(field.name)) {
        continue;
      }
      const std::string name = prefix + field.name;
      const FieldValue found = read_value(file, name, field);
      const std::string now = value_text(field.get(part));
      if (value_text(found) != now) {
        file.fail(name, value_text(found),
                  fmt::format("must be {} as now: the folder holds networks of other options, "
                              "name another one",
                              now));
      }
    }
  });
  rate::CapacityRow row;
  row.delay_ms = read_number(file, "delay_ms");
  if (row.delay_ms != delay_ms) {
    file.fail("capacity.delay_ms", fmt::format("{}", row.delay_ms),
              fmt::format("must be {}, as the name of the file says", delay_ms));
  }
  const std::string network_text =
      fmt::format("must be {}, as the name of the file says", network + 1);
  row.network =
      static_cast<int>(file.integer("capacity.network", network + 1, network + 1, network_text)) -
      1;
  row.seed = static_cast<Seed>(
      file.integer("capacity.seed", 0, std::int64_t{0xFFFFFFFF}, "must be a seed"));
  row.correlation = read_number(file, "correlation");
  row.r2 = read_number(file, "r2");
  row.first_loss = read_number(file, "first_loss");
  row.last_loss = read_number(file, "last_loss");
  row.seconds = read_number(file, "seconds");
  return row;
}

}  // namespace rheobase::io
