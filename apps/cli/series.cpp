#include "apps/cli/series.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_format.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"

namespace rheobase::cli {

namespace fs = std::filesystem;

void open_series(const fs::path& folder, const std::vector<fs::path>& inputs) {
  if (folder.empty()) {
    throw InputError("--output", "", "nothing", "must name the folder of the networks");
  }
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) {
    throw InputError("--output", folder.string(), failure.message(),
                     "must be a folder that can be made");
  }
  for (const char* summary : {"summary.csv", "summary.mat"}) {
    check_continued("--output", folder / summary, inputs);
  }
}

void resume(SeriesEntry& entry, const std::string& field, const std::string& recorded) {
  if (recorded != entry.command) {
    throw InputError(entry.file.string(), "field '" + field + "'", recorded,
                     "must be '" + entry.command +
                         "': the folder holds networks of other options; name another one");
  }
  entry.resumed = true;
}

void run_series(std::span<SeriesEntry* const> entries, int jobs, const Console& console,
                const std::string& title, const std::function<std::string(std::size_t)>& name,
                const std::function<void(std::size_t, const RunControl&)>& make) {
  const InterruptGuard guard;
  ProgressBar bar(console, title);
  const RunControl shown = bar.control(guard);
  const std::thread::id caller = std::this_thread::get_id();
  std::vector<std::atomic<double>> done(entries.size());
  const auto make_entry = [&](std::size_t i) {
    RunControl control;
    control.cancelled = [&guard] { return guard.interrupted(); };
    control.report = [&](const Progress& progress) {
      done[i] = progress.fraction;
      if (std::this_thread::get_id() == caller) {
        double sum = 0.0;
        for (const std::atomic<double>& part : done) {
          sum += part;
        }
        shown.progress(sum / static_cast<double>(done.size()), name(i));
      }
    };
    if (!entries[i]->resumed && !guard.interrupted()) {
      try {
        make(i, control);
      } catch (const Cancelled&) {
        return;
      } catch (const std::exception& error) {
        entries[i]->error = failure_text(error);
      }
    }
    done[i] = 1.0;
  };
  parallel_for(entries.size(), jobs, make_entry);
  if (guard.interrupted()) {
    throw Cancelled("stopped; complete networks are kept, the same command goes on");
  }
}

void require_unbroken(std::span<const SeriesEntry* const> entries, const fs::path& folder) {
  const auto broken = std::ranges::count_if(
      entries, [](const SeriesEntry* entry) { return !entry->error.empty(); });
  if (broken > 0) {
    throw Error(fmt::format("{} of {} broke: see {}", broken, counted(entries.size(), "network"),
                            (folder / "summary.csv").string()));
  }
}

}  // namespace rheobase::cli
