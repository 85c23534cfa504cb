#pragma once

#include <vector>

#include "io/rate_model_file.hpp"
#include "mapping/compare.hpp"
#include "report/html_data.hpp"

namespace rheobase {

/// The numbers at the top of the page.
std::vector<ReportStatistic> report_summary(const Comparison& comparison);

/// Comparison by condition and by type of unit, and the principal components.
std::vector<ReportTable> report_tables(const Comparison& comparison);

/// Every option and seed that made the comparison and, with its file, the model.
/// @param model  may be null
std::vector<ReportFact> report_facts(const Comparison& comparison, const ModelFile* model);

}  // namespace rheobase
