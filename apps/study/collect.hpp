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
  std::vector<MeasuredCell> cells;  ///< that have a value and are among those counted; may be none
  analysis::Distribution values;    ///< mean, sd over n - 1, quantiles: see figure() and sd()
  std::optional<Proportion> successes;  ///< with Wilson's 95 % interval, where the measure has any
  std::vector<const Published*> published;

  /// Mean, median or extreme; nothing without a value.
  std::optional<double> figure(double analysis::Distribution::*which) const {
    return cells.empty() ? std::nullopt : std::optional(values.*which);
  }
  /// Nothing for fewer than two values.
  std::optional<double> sd() const {
    return cells.size() < 2 ? std::nullopt : std::optional(values.sd);
  }
};

/// A test needs two networks a side, or two pairs.
struct ComparisonResult {
  const Comparison* comparison = nullptr;
  std::vector<double> first, second;           ///< all values; a side may have none
  std::optional<analysis::RankSum> rank_sum;   ///< Wilcoxon's test of independent samples
  std::size_t pairs = 0;                       ///< seeds that both have
  std::optional<analysis::SignedRank> paired;  ///< Wilcoxon's test of pairs
};

/// How many cells ended in which way.
struct CellCounts {
  std::size_t done = 0, failed = 0, killed = 0, missing = 0;
};

struct Collected {
  std::vector<Cell> cells;
  std::vector<std::optional<CellResult>> results;  ///< of each cell
  /// Condition by condition; without values too, where none of its cells is done or none is among
  /// those counted. Not there: a measure whose step does not run in the condition, or that no
  /// network there has.
  std::vector<MeasureSummary> summaries;
  std::vector<ComparisonResult> comparisons;  ///< all of the study

  CellCounts counts() const;
};

/// Reads all results. `study` must outlive what is returned. @throws InputError for a damaged file
Collected collect(const Study& study, const ResultFolder& results);

}  // namespace rheobase::study
