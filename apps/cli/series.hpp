// Commands that make many networks, each in a file of its own in one folder: what is complete is
// not made again, what breaks is reported and the rest goes on.
#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "apps/cli/console.hpp"
#include "core/run_control.hpp"

namespace rheobase::cli {

/// One network of a series.
struct SeriesEntry {
  std::filesystem::path file;
  std::string command;   ///< makes this one alone; recorded in the file
  bool resumed = false;  ///< was complete before
  double seconds = std::numeric_limits<double>::quiet_NaN();
  std::string error;  ///< why there is no file
};

/// Makes the folder. @throws InputError for none given, one that cannot be made, or summaries
/// (summary.csv, summary.mat) that would overwrite one of `inputs`
void open_series(const std::filesystem::path& folder,
                 const std::vector<std::filesystem::path>& inputs);

/// Takes the entry's file, which exists, for what its command would make.
/// @param field     of the file that records the command
/// @param recorded  what that field says. @throws InputError where it is another command
void resume(SeriesEntry& entry, const std::string& field, const std::string& recorded);

/// Calls make(i, control) for every entry that is not complete, `jobs` at a time; an exception
/// becomes the entry's error. `name` of an entry stands beside the bar.
/// @throws Cancelled on Ctrl-C: what was complete is kept
void run_series(std::span<SeriesEntry* const> entries, int jobs, const Console& console,
                const std::string& title, const std::function<std::string(std::size_t)>& name,
                const std::function<void(std::size_t, const RunControl&)>& make);

/// @throws Error naming the folder's summary where entries broke
void require_unbroken(std::span<const SeriesEntry* const> entries,
                      const std::filesystem::path& folder);

}  // namespace rheobase::cli
