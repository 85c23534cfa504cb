#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/study/result_folder.hpp"
#include "apps/study/schedule.hpp"
#include "apps/study/study.hpp"
#include "core/run_control.hpp"

namespace rheobase::study {

struct RunOptions {
  std::filesystem::path program;              ///< whose commands the steps are
  int jobs = 1;                               ///< cells at a time
  bool retry = false;                         ///< run cells that failed once more
  std::optional<std::uint64_t> memory_bytes;  ///< of a step, at most
  std::filesystem::path work;                 ///< for working folders; empty: in the result folder
};

/// Runs what is missing of the cells that the schedule gives out. Cells that fail are recorded and
/// the rest goes on. @throws Cancelled when stopped: finished cells are kept, Error on a full disk
void run_study(const Study& study, const ResultFolder& results, const RunOptions& options,
               Schedule& schedule, const RunControl& control);

/// How far a condition is.
struct ConditionStatus {
  std::size_t cells = 0, done = 0, failed = 0, killed = 0;
  double seconds = 0.0;             ///< mean of a cell, of those whose seconds are known
  std::vector<std::string> errors;  ///< "seed 3: step 'map': ..."

  std::size_t missing() const { return cells - done - failed; }
};

/// Of every condition, in their order.
std::vector<ConditionStatus> status_of(const Study& study, const ResultFolder& results);
/// The same over some of all cells, as places in cells_of().
std::vector<ConditionStatus> status_of(const Study& study, const ResultFolder& results,
                                       const std::vector<std::size_t>& cells);

}  // namespace rheobase::study
