#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/json_output.hpp"
#include "apps/report/chart.hpp"
#include "io/mat/attractor_file.hpp"
#include "rate/models/attractor/attractor_analysis.hpp"

namespace rheobase::cli {

/// What trials at several levels of photoinhibition say.
struct AttractorResults {
  analysis::CodingDirection direction;
  std::vector<rate::AttractorSummary> levels;
  analysis::PhaseLine phase_line;
  std::size_t unperturbed = 0;  ///< the level of 0
};

/// @throws InputError where no level is 0, which defines the coding direction
AttractorResults attractor_results(const io::AttractorFile& file);

std::string attractor_table(const io::AttractorFile& file, const AttractorResults& results);
Json attractor_json(const io::AttractorFile& file, const AttractorResults& results);
report::Chart attractor_chart(const io::AttractorFile& file, const AttractorResults& results);

}  // namespace rheobase::cli
