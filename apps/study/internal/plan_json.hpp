#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/study/study.hpp"

namespace rheobase::study {

using PlanJson = nlohmann::ordered_json;

/// What determines the results of a study's cells.
PlanJson plan_json(const Study& study);

/// The first thing in which a folder's plan differs from that of a file, or nothing. Conditions
/// may be in one of them alone; --json and --threads of steps have no influence on results.
std::string plan_difference(const PlanJson& folder, const PlanJson& file);

/// Measures of a file that a folder's plan has not, or has from another place.
std::vector<std::string> new_measures(const PlanJson& folder, const PlanJson& file);

}  // namespace rheobase::study
