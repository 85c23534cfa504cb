#pragma once

#include "apps/cli/console.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/study/run.hpp"

namespace rheobase::cli {

/// How far a study is: a table of conditions, errors, the time that is left on one core.
void print_study_status(const study::Study& study,
                        const std::vector<study::ConditionStatus>& conditions, bool json,
                        const Console& console);

}  // namespace rheobase::cli
