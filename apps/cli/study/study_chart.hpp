#pragma once

#include <string>

#include "apps/report/chart.hpp"
#include "apps/study/collect.hpp"

namespace rheobase::cli {

struct StudyFigure {
  report::Chart chart;
  std::string title;
  std::string caption;  ///< what dots, bars and rings are, and n of each condition
};

/// A measure over a parameter or, where its values are no numbers, over the conditions in their
/// order: every network a dot, mean ± standard deviation or fraction and interval, published values
/// as rings. A line never joins conditions that would stand at one place of it: those that differ
/// in more than the parameter have lines of their own. @throws InputError where no cell has a value
/// yet
StudyFigure study_figure(const study::Study& study, const study::Collected& all,
                         const study::Plot& plot);

}  // namespace rheobase::cli
