#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "core/random.hpp"

namespace rheobase::cli {

/// A row of the summary of many trainings (summary.csv). What broke has an error and no figures.
struct SummaryRow {
  Seed seed = 0;
  std::string file;  ///< its name in the folder
  bool criteria_met = false;
  int trials = 0;
  int updates = 0;
  double accuracy = 0.0;
  double mean_loss = 0.0;
  double seconds = std::numeric_limits<double>::quiet_NaN();  ///< not known: empty
  std::string unmet;                                          ///< criteria, where not met
  std::string error;
};

/// A header and a line a row; texts in quotes.
std::string summary_text(const std::vector<SummaryRow>& rows);

/// Rows of such a file; lines of another form are left out.
std::vector<SummaryRow> read_summary(const std::filesystem::path& path);

}  // namespace rheobase::cli
