#include "apps/study/internal/cell_run.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "io/mat/temporary_files.hpp"

namespace rheobase::study {

namespace {

namespace fs = std::filesystem;

constexpr const char* kOutput = ".study-output";
constexpr const char* kErrors = ".study-errors";
constexpr int kBoundNotMet = 3;        ///< of `compare`: its figures are good all the same
constexpr int kStoppedBySignal = 130;  ///< this program ends so by itself on SIGTERM and others
constexpr std::uintmax_t kLeastRoom = 1U << 20U;

std::vector<std::string> keys_of(const nlohmann::json& json) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) {
    keys.push_back(key);
  }
  return keys;
}

/// One part of a path, in a list: a place from 0, the mean, the last, how many there are.
nlohmann::json in_list(const nlohmann::json& list, const std::string& path,
                       const std::string& part) {
  const bool number = !part.empty() && part.size() < 10 &&
                      part.find_first_not_of("0123456789") == std::string::npos;
  if (number && std::stoul(part) < list.size()) {
    return list[std::stoul(part)];
  }
  const bool numbers = !list.empty() && std::ranges::all_of(list, &nlohmann::json::is_number);
  if (part == "count") {
    return list.size();
  }
  if (part == "last" && !list.empty()) {
    return list.back();
  }
  if (part == "mean" && numbers) {
    double sum = 0.0;
    for (const nlohmann::json& item : list) {
      sum += item.get<double>();
    }
    return sum / static_cast<double>(list.size());
  }
  throw InputError("its JSON", path, fmt::format("a list of {} at '{}'", list.size(), part),
                   "must have a place in the list from 0, last, count or, of numbers, mean");
}

/// Brings to the disk what a file holds, or the names in a folder.
std::error_code flush(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool flushed = file >= 0 && ::fsync(file) == 0;
  const std::error_code failure(flushed ? 0 : errno, std::generic_category());
  if (file >= 0) {
    ::close(file);
  }
  return failure;
}

}  // namespace

MeasureValue figure_at(const nlohmann::json& json, const std::string& path) {
  nlohmann::json at = json;
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '.');) {
    if (at.is_array()) {
      at = in_list(at, path, part);
    } else if (at.is_object() && at.contains(part)) {
      at = nlohmann::json(at[part]);
    } else {
      throw InputError(
          "its JSON", path, fmt::format("no '{}'", part),
          at.is_object() && !at.empty() ? must_be_one_of(part, keys_of(at)) : "must end before");
    }
  }
  if (at.is_structured()) {
    throw InputError("its JSON", path, at.is_array() ? "a list" : "an object",
                     at.is_array() ? "must be one figure: add a place in the list from 0, last, "
                                     "count or mean"
                                   : must_be_one_of("", keys_of(at)));
  }
  if (at.is_boolean()) {
    return at.get<bool>();
  }
  if (at.is_number()) {
    return at.get<double>();
  }
  return at.is_string() ? MeasureValue(at.get<std::string>()) : MeasureValue();
}

CellRun::CellRun(const Study& study, const Cell& cell, const RunOptions& options,
                 const ResultFolder& results, const fs::path& work)
    : study_(study),
      cell_(cell),
      options_(options),
      results_(results),
      folder_(work / fmt::format("{}{}-{}", io::temporary_prefix(), cell.condition, cell.seed)),
      start_(std::chrono::steady_clock::now()) {
  std::error_code failure;
  fs::remove_all(folder_, failure);
  fs::create_directories(folder_, failure);
  if (failure) {
    throw Error(fmt::format("{}: the working folder of a cell cannot be made ({})",
                            folder_.string(), failure.message()));
  }
}

CellRun::~CellRun() {
  child_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

double CellRun::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

std::optional<CellResult> CellRun::advance() {
  if (child_) {
    const std::optional<ChildEnd> end = child_->ended();
    if (!end) {
      return std::nullopt;
    }
    child_.reset();
    const Step& step = study_.steps[next_step_ - 1];
    const auto broken = [&] {
      return fmt::format("step '{}': {}", step.name, reason_of(*end, folder_ / kErrors));
    };
    if (end->signal != 0) {
      return finished(CellResult::Status::killed, broken());
    }
    if (end->code == kStoppedBySignal) {
      return finished(CellResult::Status::killed,
                      fmt::format("step '{}': stopped by a signal", step.name));
    }
    if (end->code != 0 && end->code != kBoundNotMet) {
      require_room();
      return finished(CellResult::Status::failed, broken());
    }
    try {
      take_figures(step);
    } catch (const InputError& error) {
      require_room();
      return finished(CellResult::Status::failed,
                      fmt::format("step '{}': {}", step.name, error.what()));
    }
  }
  if (start_step()) {
    return std::nullopt;
  }
  keep_files();
  return finished(CellResult::Status::done, "");
}

/// Whether there was one more.
bool CellRun::start_step() {
  const Condition& condition = study_.conditions[cell_.condition];
  while (next_step_ < study_.steps.size()) {
    const Step& step = study_.steps[next_step_++];
    if (runs(step, condition)) {
      child_ = std::make_unique<ChildProcess>(ChildProcess::Start{
          options_.program,
          command_line(step, condition, cell_.seed, fs::absolute(study_.folder).string()), folder_,
          kOutput, kErrors, options_.memory_bytes});
      return true;
    }
  }
  return false;
}

void CellRun::take_figures(const Step& step) {
  nlohmann::json json;
  bool read = false;
  for (const Measure& measure : study_.measures) {
    if (measure.step != step.name) {
      continue;
    }
    if (!read) {
      std::ifstream file(folder_ / kOutput);
      json = nlohmann::json::parse(file, nullptr, false);
      read = true;
    }
    if (json.is_discarded()) {
      throw InputError("its output", "", "no JSON", "must be the JSON of a command with --json");
    }
    values_.emplace_back(measure.name, figure_at(json, measure.path));
  }
}

/// They are on the disk before the result says that the cell is done.
void CellRun::keep_files() const {
  const fs::path to = results_.kept_files(study_, cell_);
  bool kept = false;
  for (const std::string& name : study_.keep) {
    std::error_code failure;
    if (!fs::exists(folder_ / name, failure)) {
      continue;
    }
    const fs::path arriving = to / (io::temporary_prefix() + name);
    fs::create_directories(to, failure);
    fs::copy_file(folder_ / name, arriving, fs::copy_options::overwrite_existing, failure);
    if (!failure) {
      failure = flush(arriving);
    }
    if (!failure) {
      fs::rename(arriving, to / name, failure);
    }
    if (failure) {
      std::error_code ignored;
      fs::remove(arriving, ignored);
      throw Error(
          fmt::format("{}: could not be written ({})", (to / name).string(), failure.message()));
    }
    kept = true;
  }
  if (kept) {
    // Folders that were just made are names in those above. Not every file system flushes folders.
    for (const fs::path& folder :
         {to, to.parent_path(), to.parent_path().parent_path(), results_.path()}) {
      flush(folder);
    }
  }
}

/// What fails on a full disk is no result.
void CellRun::require_room() const {
  std::error_code failure;
  const fs::space_info space = fs::space(folder_, failure);
  if (!failure && space.available < kLeastRoom) {
    throw Error(fmt::format("{}: no room is left on its disk; finished cells are kept",
                            folder_.parent_path().string()));
  }
}

CellResult CellRun::finished(CellResult::Status status, std::string error) const {
  CellResult result{status, std::move(error), {}};
  for (const Measure& measure : study_.measures) {
    const auto found =
        std::ranges::find(values_, measure.name, &std::pair<std::string, MeasureValue>::first);
    result.values.emplace_back(measure.name,
                               found == values_.end() ? MeasureValue() : found->second);
  }
  return result;
}

}  // namespace rheobase::study
