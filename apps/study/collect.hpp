#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/study/result_folder.hpp"
#include "apps/study/study.hpp"
#include "core/analysis/distribution.hpp"
#include "core/analysis/rank_sum.hpp"
#include "core/analysis/signed_rank.hpp"
#include "core/statistics.hpp"

namespace rheobase::study {

/// A value of a measure in a cell. Truths are 0 and 1.
struct MeasuredCell {
  Seed seed = 0;
  double value = 0.0;
};

/// A measure in a condition, over its seeds.
struct MeasureSummary {
  std::size_t condition = 0, measure = 0;  ///< places in the study
  std::vector<MeasuredCell> cells;         ///< that have a value and are among those counted
  analysis::Distribution values;           ///< mean, sd over n - 1, quantiles
  std::optional<Proportion> successes;  ///< with Wilson's 95 % interval, where the measure has any
  std::vector<const Published*> published;
};

struct ComparisonResult {
  const Comparison* comparison = nullptr;
  std::vector<double> first, second;           ///< all values
  analysis::RankSum rank_sum;                  ///< Wilcoxon's test of independent samples
  std::size_t pairs = 0;                       ///< seeds that both have
  std::optional<analysis::SignedRank> paired;  ///< Wilcoxon's test of pairs, where there are any
};

struct Collected {
  std::vector<Cell> cells;
  std::vector<std::optional<CellResult>> results;  ///< of each cell
  std::vector<MeasureSummary> summaries;           ///< condition by condition, those with values
  std::vector<ComparisonResult> comparisons;       ///< those with values on both sides
};

/// Reads all results. `study` must outlive what is returned. @throws InputError for a damaged file
Collected collect(const Study& study, const ResultFolder& results);

}  // namespace rheobase::study
