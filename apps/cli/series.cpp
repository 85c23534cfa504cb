#include "apps/cli/series.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/study/process_pool.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/mat_file.hpp"
#include "io/mat/temporary_files.hpp"

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

namespace {

constexpr int kPatienceMs = 200;
constexpr const char* kPrinted = "printed";
constexpr const char* kErrors = "errors";

/// A network on its way: a process of this program that writes into a folder which goes with it.
struct NetworkRun {
  NetworkRun(std::size_t entry, fs::path work) : index(entry), folder(std::move(work)) {
    fs::create_directory(folder);
  }
  ~NetworkRun() {
    process.reset();
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  NetworkRun(const NetworkRun&) = delete;
  NetworkRun& operator=(const NetworkRun&) = delete;
  const study::ChildProcess* child() const { return process.get(); }

  const std::size_t index;
  const fs::path folder;
  std::unique_ptr<study::ChildProcess> process;
};

class SeriesRun {
 public:
  SeriesRun(const Series& series, std::span<SeriesEntry* const> entries, const Console& console)
      : series_(series),
        entries_(entries),
        console_(console),
        missing_(std::ranges::count(entries, false, &SeriesEntry::resumed)) {}

  std::unique_ptr<NetworkRun> next() {
    while (next_ < entries_.size()) {
      const std::size_t index = next_++;
      if (entries_[index]->resumed) {
        continue;
      }
      std::unique_ptr<NetworkRun> run;
      attempt(index, [&] {
        series_.keep_if_done(index);  // another machine may have made it meanwhile
        run = entries_[index]->resumed ? nullptr : started(index);
      });
      if (run) {
        return run;
      }
      count(index);
    }
    return nullptr;
  }

  /// Whether the network is still on its way.
  bool advance(NetworkRun& run) {
    bool runs = false;
    attempt(run.index, [&] {
      const std::optional<study::ChildEnd> end = run.process->ended();
      runs = !end;
      if (end) {
        take(run, *end);
      }
    });
    if (!runs) {
      count(run.index);
    }
    return runs;
  }

  void report(const RunControl& control) const {
    control.progress(static_cast<double>(ended_) / static_cast<double>(missing_),
                     fmt::format("{} of {}{}", ended_, counted(missing_, "network"),
                                 broken_ > 0 ? fmt::format(", {} failed", broken_) : ""));
  }

 private:
  /// What goes wrong becomes the entry's error.
  void attempt(std::size_t index, const std::function<void()>& body) const {
    try {
      body();
    } catch (const std::exception& error) {
      entries_[index]->error = failure_text(error);
    }
  }

  void count(std::size_t index) {
    ++ended_;
    broken_ += entries_[index]->error.empty() ? 0 : 1;
  }

  std::unique_ptr<NetworkRun> started(std::size_t index) const {
    const SeriesEntry& entry = *entries_[index];
    auto run = std::make_unique<NetworkRun>(
        index, entry.file.parent_path() / fmt::format("{}{}", io::temporary_prefix(), index));
    std::vector<std::string> arguments = entry.arguments;
    // Behind the command's name, as files alone may stand at the end.
    arguments.insert(arguments.begin() + 1,
                     "--output=" + (run->folder / entry.file.filename()).string());
    run->process = std::make_unique<study::ChildProcess>(study::ChildProcess::Start{
        console_.program, arguments, ".", run->folder / kPrinted, run->folder / kErrors, {}});
    return run;
  }

  /// Its notes, the file with the entry's command, and figures. @throws Error where there is none
  void take(const NetworkRun& run, const study::ChildEnd& end) const {
    SeriesEntry& entry = *entries_[run.index];
    std::ifstream errors(run.folder / kErrors);
    for (std::string line; std::getline(errors, line);) {
      if (line.starts_with("rheobase: note: ")) {
        console_.err << line << '\n';
      }
    }
    if (end.code != 0 || end.signal != 0) {
      throw Error(study::reason_of(end, run.folder / kErrors));
    }
    io::MatFields command;
    command.text(series_.command_field, entry.command);
    save_result(entry.file, [&](const fs::path& path) {
      io::write_mat(path, command, io::MatVersion::level5, run.folder / entry.file.filename());
    });
    std::ifstream printed(run.folder / kPrinted);
    const Json figures = Json::parse(printed);
    entry.seconds = figures.at("seconds").get<double>();
    series_.take(run.index, figures);
  }

  const Series& series_;
  std::span<SeriesEntry* const> entries_;
  const Console& console_;
  std::ptrdiff_t missing_;
  std::size_t next_ = 0, ended_ = 0, broken_ = 0;
};

}  // namespace

namespace {

void make_missing(const Series& series, std::span<SeriesEntry* const> entries,
                  const Console& console) {
  if (std::ranges::all_of(entries, &SeriesEntry::resumed)) {
    return;
  }
  io::clear_remains(entries.front()->file.parent_path());
  const InterruptGuard guard;
  ProgressBar bar(console, series.title);
  const RunControl control = bar.control(guard);
  SeriesRun run(series, entries, console);
  study::run_processes(
      series.jobs, kPatienceMs, [&] { return run.next(); },
      [&](NetworkRun& network) { return run.advance(network); },
      [&] {
        if (control.stop_requested()) {
          throw Cancelled("stopped; complete networks are kept, the same command goes on");
        }
        run.report(control);
      });
}

}  // namespace

void run_series(const Series& series, std::span<SeriesEntry* const> entries, const Console& console,
                const std::function<void()>& summarise) {
  try {
    make_missing(series, entries, console);
  } catch (const Cancelled&) {
    summarise();
    throw;
  }
  summarise();
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
