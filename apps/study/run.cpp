#include "apps/study/run.hpp"

#include <algorithm>
#include <memory>
#include <numeric>

#include <fmt/format.h>

#include "apps/study/internal/cell_run.hpp"
#include "apps/study/process_pool.hpp"
#include "core/error.hpp"
#include "io/mat/temporary_files.hpp"

namespace rheobase::study {

namespace {

namespace fs = std::filesystem;

constexpr const char* kStopped =
    "stopped; finished cells are kept, the same command goes on with the rest";

/// Cells on their way in this process.
class Runner {
 public:
  Runner(const Study& study, const ResultFolder& results, const RunOptions& options,
         Schedule& schedule, const RunControl& control)
      : study_(study),
        results_(results),
        options_(options),
        schedule_(schedule),
        control_(control),
        cells_(cells_of(study)),
        work_(fs::absolute(options.work.empty() ? results.path() / "work" : options.work)) {
    std::error_code failure;
    fs::create_directories(work_, failure);
    io::clear_remains(work_);
    for (const Condition& condition : study.conditions) {
      io::clear_remains(results.path() / "cells" / condition.folder);
    }
    missing_ = std::ranges::count_if(schedule.cells(),
                                     [&](std::size_t i) { return !complete(cells_[i]); });
  }

  ~Runner() {
    if (options_.work.empty()) {
      std::error_code ignored;
      fs::remove(work_, ignored);  // unless another process has something in it
    }
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void run() {
    const auto between = [this] {
      require_unstopped();
      schedule_.serve();
      report();
    };
    run_processes(
        options_.jobs, schedule_.patience_ms(), [this] { return next(); },
        [this](CellRun& cell) { return advance(cell); }, between);
    while (!schedule_.finished()) {
      require_unstopped();
      ChildProcess::wait_for_any({}, schedule_.patience_ms());
    }
  }

 private:
  bool complete(const Cell& cell) const {
    const std::optional<CellResult> result = results_.read(study_, cell);
    return result && (result->status == CellResult::Status::done ||
                      (result->status == CellResult::Status::failed && !options_.retry));
  }

  void require_unstopped() const {
    if (control_.stop_requested()) {
      throw Cancelled(kStopped);
    }
  }

  std::unique_ptr<CellRun> next() {
    while (const std::optional<std::size_t> given = schedule_.next()) {
      const Cell& cell = cells_[*given];
      if (!complete(cell)) {
        return std::make_unique<CellRun>(study_, cell, options_, results_, work_);
      }
    }
    return nullptr;
  }

  /// Whether there is more of it.
  bool advance(CellRun& cell) {
    const std::optional<CellResult> result = cell.advance();
    if (result) {
      results_.write(study_, cell.cell(), *result);
      results_.add_seconds(study_, cell.cell(), cell.seconds());
      ++ended_;
      broken_ += result->status == CellResult::Status::done ? 0 : 1;
    }
    return !result;
  }

  /// The others are taken to be as fast as this process.
  void report() const {
    if (!control_.report) {
      return;
    }
    const auto missing = static_cast<double>(std::max<std::ptrdiff_t>(1, missing_));
    const double ended = std::min(missing, static_cast<double>(ended_) * schedule_.processes());
    control_.progress(ended / missing,
                      fmt::format("{:.0f} of {:.0f} cells{}", ended, missing,
                                  broken_ > 0 ? fmt::format(", {} failed", broken_) : ""));
  }

  const Study& study_;
  const ResultFolder& results_;
  const RunOptions& options_;
  Schedule& schedule_;
  const RunControl& control_;
  std::vector<Cell> cells_;
  fs::path work_;
  std::ptrdiff_t missing_ = 0;
  std::size_t ended_ = 0, broken_ = 0;
};

}  // namespace

void run_study(const Study& study, const ResultFolder& results, const RunOptions& options,
               Schedule& schedule, const RunControl& control) {
  Runner(study, results, options, schedule, control).run();
}

std::vector<ConditionStatus> status_of(const Study& study, const ResultFolder& results) {
  std::vector<std::size_t> cells(cells_of(study).size());
  std::iota(cells.begin(), cells.end(), std::size_t{0});
  return status_of(study, results, cells);
}

std::vector<ConditionStatus> status_of(const Study& study, const ResultFolder& results,
                                       const std::vector<std::size_t>& cells) {
  const auto seconds = results.seconds();
  const std::vector<Cell> places = cells_of(study);
  std::vector<ConditionStatus> all(study.conditions.size());
  std::vector<std::size_t> timed(all.size());
  for (const std::size_t place : cells) {
    const Cell& cell = places[place];
    ConditionStatus& status = all[cell.condition];
    ++status.cells;
    const auto took = seconds.find({study.conditions[cell.condition].name, cell.seed});
    if (took != seconds.end()) {
      status.seconds += took->second;
      ++timed[cell.condition];
    }
    const std::optional<CellResult> result = results.read(study, cell);
    if (!result) {
      continue;
    }
    status.done += result->status == CellResult::Status::done ? 1 : 0;
    status.failed += result->status == CellResult::Status::failed ? 1 : 0;
    status.killed += result->status == CellResult::Status::killed ? 1 : 0;
    if (!result->error.empty()) {
      status.errors.push_back(fmt::format("seed {}: {}", cell.seed, result->error));
    }
  }
  for (std::size_t c = 0; c < all.size(); ++c) {
    all[c].seconds /= static_cast<double>(std::max<std::size_t>(1, timed[c]));
  }
  return all;
}

}  // namespace rheobase::study
