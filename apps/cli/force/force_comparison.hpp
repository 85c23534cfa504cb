#pragma once

#include <string>

#include "apps/cli/json_output.hpp"
#include "apps/report/chart.hpp"
#include "io/mat/force_file.hpp"
#include "rate/learning/force/force_comparison.hpp"

namespace rheobase::cli {

std::string force_comparison_table(const rate::ForceComparison& comparison);
/// What to know of a network that did not converge; empty where it did.
std::string convergence_note(const io::ForceFile& file);
Json force_comparison_json(const rate::ForceComparison& comparison);
report::Chart force_comparison_chart(const io::ForceFile& file,
                                     const rate::ForceComparison& comparison);

}  // namespace rheobase::cli
