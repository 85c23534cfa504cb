#include "apps/study/result_folder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <unistd.h>

#include "apps/study/internal/condition_reader.hpp"
#include "apps/study/internal/plan_json.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::study {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<CellResult::Status, const char*>, 3> kStatusWords{
    {{CellResult::Status::done, "done"},
     {CellResult::Status::failed, "failed"},
     {CellResult::Status::killed, "killed"}}};

std::string text_in(const fs::path& path) {
  const std::vector<std::byte> bytes = io::read_bytes(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Replaces what a file holds, where it is something else.
void renew(const fs::path& path, const std::string& text) {
  std::ifstream file(path, std::ios::binary);
  if (std::string(std::istreambuf_iterator<char>(file), {}) != text || !file) {
    io::write_atomically(path, text);
  }
}

void make_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) {
    throw InputError(folder.string(), "", failure.message(), "must be a folder that can be made");
  }
}

/// Of a cell: the next run makes a new one.
constexpr const char* kCellRequired =
    "must be as `study run` wrote it: remove the file to have it made again";
/// Of the plan: without it no one knows what its cells are of.
constexpr const char* kPlanRequired =
    "must be as `study run` wrote it: put that file back, or name another folder";

PlanJson parsed(const fs::path& path, const char* required) {
  try {
    return PlanJson::parse(text_in(path));
  } catch (const PlanJson::exception&) {
    throw InputError(path.string(), "", "no valid JSON", required);
  }
}

std::string dumped(const PlanJson& json) {
  return json.dump(2, ' ', false, PlanJson::error_handler_t::replace) + "\n";
}

PlanJson json_of(const MeasureValue& value) {
  struct Visitor {
    PlanJson operator()(std::monostate) const { return nullptr; }
    PlanJson operator()(bool truth) const { return truth; }
    PlanJson operator()(double number) const { return number; }
    PlanJson operator()(const std::string& text) const { return text; }
  };
  return std::visit(Visitor{}, value);
}

MeasureValue value_of(const PlanJson& json) {
  if (json.is_boolean()) {
    return json.get<bool>();
  }
  if (json.is_number()) {
    return json.get<double>();
  }
  if (json.is_string()) {
    return json.get<std::string>();
  }
  return {};
}

/// Conditions of a folder that the study file no longer has: their cells are still there, and must
/// not be taken for those of others that get the name again.
PlanJson other_conditions(const PlanJson& folder, const PlanJson& file) {
  PlanJson others = PlanJson::object();
  if (folder.contains("condition")) {
    for (const auto& [name, value] : folder["condition"].items()) {
      if (!file["condition"].contains(name)) {
        others[name] = value;
      }
    }
  }
  return others;
}

/// Cells of a condition that the file no longer has are not those of another one with the same
/// folder. @throws InputError
void require_own_folders(const fs::path& path, const PlanJson& plan, const Study& study) {
  std::map<std::string, std::string> owners;
  for (const Condition& condition : study.conditions) {
    owners.emplace(condition.folder, condition.name);
  }
  for (const auto& [name, value] : plan["condition"].items()) {
    const auto owner = owners.find(condition_folder(name));
    if (owner != owners.end() && owner->second != name) {
      throw InputError(
          path.string(), "", fmt::format("cells of condition '{}' in cells/{}", name, owner->first),
          fmt::format("must be those of '{}': give it another name, or name another folder",
                      owner->second));
    }
  }
}

/// Nothing where a result has none.
std::optional<CellResult::Status> status_in(const PlanJson& result) {
  const auto word = std::ranges::find_if(kStatusWords, [&](const auto& one) {
    return result.is_object() && result.contains("status") && result["status"] == one.second;
  });
  return word == kStatusWords.end() ? std::nullopt : std::optional(word->first);
}

/// Results of all cells, those of conditions that the study file no longer has among them.
std::vector<fs::path> result_files(const fs::path& path) {
  std::vector<fs::path> files;
  if (fs::exists(path / "cells")) {
    for (const auto& entry : fs::recursive_directory_iterator(path / "cells")) {
      if (entry.path().extension() == ".json") {
        files.push_back(entry.path());
      }
    }
  }
  return files;
}

/// What a result holds; nothing where another process has just removed it.
PlanJson result_in(const fs::path& file) {
  try {
    return parsed(file, kCellRequired);
  } catch (const InputError&) {
    if (fs::exists(file)) {
      throw;
    }
    return {};
  }
}

/// Whether cells in a condition's folder have values of one of some measures.
bool have_values(const Study& study, const std::string& folder,
                 const std::vector<std::string>& measures) {
  const auto condition = std::ranges::find(study.conditions, folder, &Condition::folder);
  return condition == study.conditions.end() ||
         std::ranges::any_of(study.measures, [&](const Measure& measure) {
           const auto step = std::ranges::find(study.steps, measure.step, &Step::name);
           return std::ranges::find(measures, measure.name) != measures.end() &&
                  (step == study.steps.end() || runs(*step, *condition));
         });
}

/// Where measures were added or have another path, and no cell that is done has values of them, the
/// plan becomes that of the file and cells that failed, of a misspelt path perhaps, are made again.
void take_new_measures(const fs::path& path, const Study& study, const PlanJson& now) {
  PlanJson plan = parsed(path / "plan.json", kPlanRequired);
  const std::vector<std::string> measures = new_measures(plan, now);
  if (measures.empty() || !plan.is_object() || !plan.value("measure", PlanJson()).is_object()) {
    return;
  }
  for (const std::string& name : measures) {
    plan["measure"][name] = now["measure"][name];
  }
  if (!plan_difference(plan, now).empty()) {
    return;
  }
  std::vector<fs::path> failed;
  for (const fs::path& file : result_files(path)) {
    const std::optional<CellResult::Status> status = status_in(result_in(file));
    if (status == CellResult::Status::failed) {
      failed.push_back(file);
    } else if (status == CellResult::Status::done &&
               have_values(study, file.parent_path().filename().string(), measures)) {
      return;
    }
  }
  for (const fs::path& file : failed) {
    std::error_code ignored;
    fs::remove(file, ignored);
  }
  renew(path / "plan.json", dumped(plan));
}

std::string host_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::string name(host.data());
  std::ranges::replace(name, '/', '_');
  return name;
}

}  // namespace

const MeasureValue* CellResult::find(const std::string& measure) const {
  for (const auto& [name, value] : values) {
    if (name == measure) {
      return &value;
    }
  }
  return nullptr;
}

void ResultFolder::require_plan() const {
  std::error_code ignored;
  if (!fs::exists(path_ / "plan.json", ignored)) {
    throw InputError(path_.string(), "", "no plan.json",
                     "must be the folder of a study: `rheobase study run` makes it");
  }
}

bool ResultFolder::is_quick() const {
  require_plan();
  const PlanJson plan = parsed(path_ / "plan.json", kPlanRequired);
  return plan.is_object() && plan.value("quick", PlanJson()) == true;
}

void ResultFolder::open(const Study& study) const {
  require_plan();
  const PlanJson plan = parsed(path_ / "plan.json", kPlanRequired);
  const std::string differs = plan_difference(plan, plan_json(study));
  if (!differs.empty()) {
    throw InputError(path_.string(), "", differs,
                     "must be the folder of this study: name another one for another study");
  }
  require_own_folders(path_, plan, study);
}

void ResultFolder::open_for_run(const Study& study) const {
  std::error_code ignored;
  const fs::path plan = path_ / "plan.json";
  PlanJson now = plan_json(study);
  if (fs::exists(plan, ignored)) {
    take_new_measures(path_, study, now);
    open(study);
    now["condition"].update(other_conditions(parsed(plan, kPlanRequired), now));
  } else if (fs::exists(path_ / "cells", ignored)) {
    throw InputError(path_.string(), "", "cells without a plan.json",
                     "must have that of this study: put that file back, or name another folder");
  }
  make_folder(path_);
  renew(plan, dumped(now));
  renew(path_ / "study.toml", study.text);
  for (const Condition& condition : study.conditions) {
    make_folder(path_ / "cells" / condition.folder);
  }
}

fs::path ResultFolder::result_file(const Study& study, const Cell& cell) const {
  return path_ / "cells" / study.conditions[cell.condition].folder /
         fmt::format("{}.json", cell.seed);
}

fs::path ResultFolder::kept_files(const Study& study, const Cell& cell) const {
  return path_ / "files" / study.conditions[cell.condition].folder / std::to_string(cell.seed);
}

std::optional<CellResult> ResultFolder::read(const Study& study, const Cell& cell) const {
  const fs::path path = result_file(study, cell);
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    return std::nullopt;
  }
  const PlanJson json = parsed(path, kCellRequired);
  const std::optional<CellResult::Status> status = status_in(json);
  if (!status || !json.contains("measures") || !json["measures"].is_object()) {
    throw InputError(path.string(), "", "no status or no measures", kCellRequired);
  }
  const std::string& own = study.conditions[cell.condition].name;
  if (const PlanJson owner = json.value("condition", PlanJson()); owner != own) {
    throw InputError(
        path.string(), "condition", owner.dump(-1, ' ', false, PlanJson::error_handler_t::replace),
        fmt::format("must be '{}': give it another name, or name another folder", own));
  }
  CellResult result;
  result.status = *status;
  if (json.contains("error") && json["error"].is_string()) {
    result.error = json["error"].get<std::string>();
  }
  for (const auto& [name, value] : json["measures"].items()) {
    result.values.emplace_back(name, value_of(value));
  }
  return result;
}

void ResultFolder::write(const Study& study, const Cell& cell, const CellResult& result) const {
  const Condition& condition = study.conditions[cell.condition];
  PlanJson json = {{"condition", condition.name}, {"seed", cell.seed}};
  const auto word =
      std::ranges::find(kStatusWords, result.status, &decltype(kStatusWords)::value_type::first);
  json["status"] = word->second;
  if (!result.error.empty()) {
    json["error"] = result.error;
  }
  json["measures"] = PlanJson::object();
  for (const auto& [name, value] : result.values) {
    json["measures"][name] = json_of(value);
  }
  json["commands"] = PlanJson::array();
  for (const Step& step : study.steps) {
    if (runs(step, condition)) {
      json["commands"].push_back(command_line(step, condition, cell.seed, ""));
    }
  }
  io::write_atomically(result_file(study, cell), dumped(json));
}

void ResultFolder::add_seconds(const Study& study, const Cell& cell, double seconds) const {
  make_folder(path_ / "seconds");
  std::ofstream file(path_ / "seconds" / fmt::format("{}-{}.csv", host_name(), ::getpid()),
                     std::ios::app);
  file << fmt::format("{:.3f},{},{}\n", seconds, cell.seed, study.conditions[cell.condition].name);
}

std::map<std::pair<std::string, Seed>, double> ResultFolder::seconds() const {
  std::map<std::pair<std::string, Seed>, double> all;
  std::error_code failure;
  for (fs::directory_iterator entry(path_ / "seconds", failure), end; !failure && entry != end;
       entry.increment(failure)) {
    std::ifstream file(entry->path());
    for (std::string line; std::getline(file, line);) {
      double seconds = 0.0;
      Seed seed = 0;
      const char* const last = line.data() + line.size();
      const auto first = std::from_chars(line.data(), last, seconds);
      if (first.ec != std::errc() || first.ptr == last) {
        continue;  // cut off when its process was killed
      }
      const auto second = std::from_chars(first.ptr + 1, last, seed);
      if (second.ec == std::errc() && second.ptr != last) {
        all[{std::string(second.ptr + 1, last), seed}] = seconds;
      }
    }
  }
  return all;
}

}  // namespace rheobase::study
