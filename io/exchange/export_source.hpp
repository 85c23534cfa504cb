#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/mat/rate_model_file.hpp"
#include "io/mat/run_file.hpp"
#include "mapping/comparison/compare.hpp"

namespace rheobase::io {

/// What is exported: one model, one comparison, or one run or more.
struct ExportSource {
  std::string where;  ///< file names, for messages
  std::optional<ModelFile> model;
  std::vector<RunFile> runs;
  std::vector<std::byte> other_fields =
      {};                                  ///< of the model's file, as a level 5 file; may be empty
  std::vector<std::string> left_out = {};  ///< fields of the model's file that cannot be carried
  std::optional<mapping::Comparison> comparison = {};
};

/// Reads the files. @throws InputError unless they are one model, one comparison or all runs
ExportSource read_export_source(const std::vector<std::filesystem::path>& paths);

/// "a model", "a run", "a comparison".
std::string_view kind_of(const ExportSource& source);
/// The model of a source. @throws InputError in the name of `format` when it is something else
const ModelFile& require_model(const ExportSource& source, const std::string& format);
/// The runs of a source. @throws InputError in the name of `format` when it is something else
const std::vector<RunFile>& require_runs(const ExportSource& source, const std::string& format);
/// Were the spikes of a run recorded, not only counted?
bool has_spikes(const RunFile& run);
/// @throws InputError for a run whose spikes were only counted
void require_spikes(const std::vector<RunFile>& runs, const std::string& where);
/// The only run of a source. @throws InputError when there are several
const RunFile& require_one_run(const ExportSource& source, const std::string& format);

}  // namespace rheobase::io
