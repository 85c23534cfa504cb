#include "apps/cli/study/study_progress.hpp"

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"

namespace rheobase::cli {

namespace {

constexpr std::size_t kShownErrors = 10;

/// Seconds of work that are left; conditions without a finished cell are as long as the others.
double seconds_left(const std::vector<study::ConditionStatus>& conditions) {
  double known = 0.0;
  double mean = 0.0;
  for (const study::ConditionStatus& status : conditions) {
    known += status.seconds > 0.0 ? 1.0 : 0.0;
    mean += status.seconds;
  }
  mean = known > 0.0 ? mean / known : 0.0;
  double left = 0.0;
  for (const study::ConditionStatus& status : conditions) {
    left += static_cast<double>(status.missing()) * (status.seconds > 0.0 ? status.seconds : mean);
  }
  return left;
}

std::string duration_text(double seconds) {
  if (seconds < 120.0) {
    return fmt::format("{:.0f} s", seconds);
  }
  return seconds < 7200.0 ? fmt::format("{:.0f} min", seconds / 60.0)
                          : fmt::format("{:.1f} h", seconds / 3600.0);
}

Json status_json(const study::Study& study, const std::vector<study::ConditionStatus>& conditions) {
  Json list = Json::array();
  std::size_t cells = 0;
  std::size_t done = 0;
  std::size_t failed = 0;
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    const study::ConditionStatus& status = conditions[c];
    cells += status.cells;
    done += status.done;
    failed += status.failed;
    list.push_back({{"condition", study.conditions[c].name},
                    {"cells", status.cells},
                    {"done", status.done},
                    {"failed", status.failed},
                    {"missing", status.missing()},
                    {"seconds", status.seconds > 0.0 ? Json(status.seconds) : Json()},
                    {"errors", status.errors}});
  }
  return {{"study", study.name},
          {"cells", cells},
          {"done", done},
          {"failed", failed},
          {"missing", cells - done - failed},
          {"seconds_left", seconds_left(conditions)},
          {"conditions", list}};
}

}  // namespace

void print_study_status(const study::Study& study,
                        const std::vector<study::ConditionStatus>& conditions, bool json,
                        const Console& console) {
  if (json) {
    print_json(console, status_json(study, conditions));
    return;
  }
  TextTable table({"condition", "cells", "done", "failed", "missing", "time of a cell"});
  std::vector<std::string> errors;
  std::size_t missing = 0;
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    const study::ConditionStatus& status = conditions[c];
    missing += status.missing();
    table.add_row({study.conditions[c].name, std::to_string(status.cells),
                   std::to_string(status.done), std::to_string(status.failed),
                   std::to_string(status.missing()),
                   status.seconds > 0.0 ? seconds_text(status.seconds) : "-"});
    for (const std::string& error : status.errors) {
      errors.push_back(study.conditions[c].name + ", " + error);
    }
  }
  console.out << table.text();
  for (std::size_t i = 0; i < std::min(errors.size(), kShownErrors); ++i) {
    console.out << (i == 0 ? "\n" : "") << visible(errors[i]) << '\n';
  }
  if (errors.size() > kShownErrors) {
    console.out << fmt::format("... and {} more\n", errors.size() - kShownErrors);
  }
  if (missing > 0 && seconds_left(conditions) > 0.0) {
    console.out << fmt::format("\nleft: {} of one core\n", duration_text(seconds_left(conditions)));
  }
}

}  // namespace rheobase::cli
