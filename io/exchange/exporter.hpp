#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "io/exchange/export_source.hpp"

namespace rheobase::io {

/// What a file for another program is made of, beside its source.
struct ExportOptions {
  std::string profile = "exact";  ///< NIR: "exact", "portable" or "snntorch"
  bool shift_voltages = false;    ///< NIR: voltages from reset, which becomes 0
  /// NIR: the importer counts a spike as 1 in a step of this length; 0: as a pulse of area 1, as
  /// the format defines it
  double spike_step_ms = 0.0;
  double noise_intensity = 0.2;       ///< NIR: mV^2/ms, for the record; set from the model
  std::string table;                  ///< CSV: which table; empty: the format's default
  std::string subject;                ///< NWB: identifier of the subject; empty: none
  std::string institution;            ///< NWB; empty: none
  std::vector<std::string> keywords;  ///< NWB
  std::string command;                ///< command line, for the record
};

struct ExportResult {
  std::vector<std::byte> contents;
  std::vector<std::string> notes;  ///< what the format cannot hold, a line each
};

/// What an exporter's file registers.
struct ExporterDefinition {
  std::string name;    ///< "nir"
  std::string help;    ///< one line
  std::string source;  ///< of the format
  /// @throws InputError for a source or options the format cannot hold
  std::function<ExportResult(const ExportSource&, const ExportOptions&)> make;
};

/// @throws InputError that lists the registered names
const ExporterDefinition& find_exporter(std::string_view name);

}  // namespace rheobase::io
