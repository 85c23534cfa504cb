#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/network/document_value.hpp"

namespace rheobase::io {

struct TemplateImportOptions {
  std::vector<std::string> templates{};  ///< names; empty: all of the file
  std::int64_t size = 1;                 ///< units of each population
  double step = 1e-3;
  std::string time_unit{};
  std::string spike_variable = "v";
  double threshold = 100.0;  ///< RectiPy's, of templates with an input `spike`
  double reset = -100.0;
};

struct ImportedTemplates {
  DocumentValue document;             ///< a network file, for write_toml
  std::vector<std::string> imported;  ///< names
  std::vector<std::string> left_out;  ///< a line each: what does not fit, and why
};

/// Reads node and operator templates of RectiPy and PyRates (YAML: base, equations, variables) and
/// makes a population with equations of each. An input `spike` becomes a jump at spikes: a term
/// c * spike of v' is v += c, c * mean(spike) a jump of all units; `reset` likewise.
/// @throws InputError for a file that cannot be read, and for a named template that does not fit
ImportedTemplates import_templates(const std::filesystem::path& path,
                                   const TemplateImportOptions& options);

}  // namespace rheobase::io
