#pragma once

#include <string>
#include <vector>

#include "apps/study/internal/study_table.hpp"

namespace rheobase::study {

/// Names in the list of conditions, [[condition]].
std::vector<std::string> listed_conditions(const StudyTable& top);

/// The folder of a condition's cells: a name that every file system and shell takes. Several names
/// may have the same one.
std::string condition_folder(const std::string& name);

/// Every condition of the list with every combination of the grid's values; the last parameter of
/// the grid changes fastest. Values of a condition go before those of [parameters].
std::vector<Condition> read_conditions(const StudyTable& top, const std::vector<Step>& steps,
                                       bool quick);

}  // namespace rheobase::study
