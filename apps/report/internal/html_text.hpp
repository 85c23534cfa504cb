#pragma once

#include <string>
#include <vector>

#include "apps/report/html_data.hpp"
#include "io/mat/rate_model_file.hpp"
#include "mapping/comparison/compare.hpp"

namespace rheobase::report {

/// "sigmoid"; of tanh also what stands for it among spikes.
std::string transfer_text(const std::string& transfer);

/// The numbers at the top of the page.
std::vector<ReportStatistic> report_summary(const mapping::Comparison& comparison);

/// Comparison by condition and by type of unit, and the principal components.
std::vector<ReportTable> report_tables(const mapping::Comparison& comparison);

/// Every option and seed that made the comparison and, with its file, the model.
/// @param model  may be null
std::vector<ReportFact> report_facts(const mapping::Comparison& comparison,
                                     const io::ModelFile* model);

}  // namespace rheobase::report
