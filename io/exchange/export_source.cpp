#include "io/exchange/export_source.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/comparison/comparison_file.hpp"
#include "io/exchange/exporter_registry.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "io/mat/run_trials_file.hpp"

namespace rheobase::io {

namespace {

enum class Kind { model, run, comparison };

Kind kind_of_file(const std::filesystem::path& path) {
  if (path.extension() == ".json") {
    return Kind::comparison;
  }
  constexpr std::array<std::string_view, 3> kFields{"spike_unit", "summary", "w"};
  const MatFile file(path, kFields);
  return file.has("w")            ? Kind::model
         : file.has("summary")    ? Kind::comparison
         : file.has("spike_unit") ? Kind::run
                                  : Kind::model;
}

}  // namespace

ExportSource read_export_source(const std::vector<std::filesystem::path>& paths) {
  ExportSource source;
  for (const std::filesystem::path& path : paths) {
    source.where += (source.where.empty() ? "" : ", ") + path.string();
    const Kind kind = kind_of_file(path);
    if (kind != Kind::run && paths.size() > 1) {
      throw InputError(
          path.string(), "",
          fmt::format("a {} among several files", kind == Kind::model ? "model" : "comparison"),
          "must be exported alone; only runs can be put together");
    }
    if (kind == Kind::comparison) {
      source.comparison = read_comparison(path);
    } else if (kind == Kind::run && holds_run_trials(path)) {
      std::vector<RunFile> trials = read_run_trials(path);
      std::ranges::move(trials, std::back_inserter(source.runs));
    } else if (kind == Kind::run) {
      source.runs.push_back(read_run(path));
    } else {
      source.model = read_model(path);
      OtherFields others = other_model_fields(read_bytes(path), path.string(), *source.model);
      source.other_fields = std::move(others.level5);
      source.left_out = std::move(others.left_out);
    }
  }
  return source;
}

std::string_view kind_of(const ExportSource& source) {
  return source.model ? "a model" : source.comparison ? "a comparison" : "a run";
}

const ModelFile& require_model(const ExportSource& source, const std::string& format) {
  if (!source.model) {
    throw InputError(source.where, "", std::string(kind_of(source)),
                     fmt::format("must be a model: {} holds networks", format));
  }
  return *source.model;
}

const std::vector<RunFile>& require_runs(const ExportSource& source, const std::string& format) {
  if (source.runs.empty()) {
    throw InputError(
        source.where, "", std::string(kind_of(source)),
        fmt::format("must be a run, from `rheobase simulate`: {} holds activity", format));
  }
  return source.runs;
}

bool has_spikes(const RunFile& run) {
  return !run.result.spike_unit.empty() || run.result.spike_count.sum() == 0;
}

void require_spikes(const std::vector<RunFile>& runs, const std::string& where) {
  for (const RunFile& run : runs) {
    if (!has_spikes(run)) {
      throw InputError(where, "field 'spike_time_ms'", "no spikes recorded",
                       "must hold them: `rheobase simulate --record spikes`");
    }
  }
}

const RunFile& require_one_run(const ExportSource& source, const std::string& format) {
  const std::vector<RunFile>& runs = require_runs(source, format);
  if (runs.size() != 1) {
    throw InputError(source.where, "", fmt::format("{} runs", runs.size()),
                     fmt::format("must be one: {} holds one run a file", format));
  }
  return runs.front();
}

const ExporterDefinition& find_exporter(std::string_view name) {
  std::string names;
  for (const ExporterDefinition* exporter : registered_exporters()) {
    if (exporter->name == name) {
      return *exporter;
    }
    names += (names.empty() ? "" : ", ") + exporter->name;
  }
  throw InputError("export format", "", fmt::format("'{}'", name), "must be one of " + names);
}

}  // namespace rheobase::io
