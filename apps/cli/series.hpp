// Commands that make many networks, each in a file of its own in one folder: each network is made
// by a process of this program. What is complete is not made again, what breaks is reported and the
// rest goes on.
#pragma once

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "apps/cli/console.hpp"
#include "apps/cli/json_output.hpp"

namespace rheobase::cli {

/// One network of a series.
struct SeriesEntry {
  std::filesystem::path file;
  std::string command;                 ///< makes this one alone; recorded in the file
  std::vector<std::string> arguments;  ///< of the process that makes it, but for the output
  bool resumed = false;                ///< was complete before
  double seconds = std::numeric_limits<double>::quiet_NaN();
  std::string error;  ///< why there is no file

  /// Whether a summary can tell of it: what was stopped before has no row.
  bool ended() const { return resumed || !std::isnan(seconds) || !error.empty(); }
};

/// How the networks of a series are made.
struct Series {
  std::string title;          ///< beside the bar
  std::string command_field;  ///< of the files: records the entry's command
  int jobs = 1;               ///< networks at a time
  /// Of an entry: calls resume() where its file is there.
  std::function<void(std::size_t)> keep_if_done;
  /// Of an entry: takes the figures that its process printed.
  std::function<void(std::size_t, const Json&)> take;
};

/// Makes the folder. @throws InputError for none given, one that cannot be made, or summaries
/// (summary.csv, summary.mat) that would overwrite one of `inputs`
void open_series(const std::filesystem::path& folder,
                 const std::vector<std::filesystem::path>& inputs);

/// Takes the entry's file, which exists, for what its command would make.
/// @param field     of the file that records the command
/// @param recorded  what that field says. @throws InputError where it is another command
void resume(SeriesEntry& entry, const std::string& field, const std::string& recorded);

/// Makes every entry that is not complete, also not by another machine that shares the folder. What
/// goes wrong becomes the entry's error.
/// @param summarise  writes the summary of those that ended, also behind Ctrl-C
/// @throws Cancelled on Ctrl-C: what was complete is kept
void run_series(const Series& series, std::span<SeriesEntry* const> entries, const Console& console,
                const std::function<void()>& summarise);

/// @throws Error naming the folder's summary where entries broke
void require_unbroken(std::span<const SeriesEntry* const> entries,
                      const std::filesystem::path& folder);

}  // namespace rheobase::cli
