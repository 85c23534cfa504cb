#pragma once

#include "apps/report/chart.hpp"
#include "apps/study/collect.hpp"

namespace rheobase::cli {

/// A measure over a parameter, or over the conditions in their order: every network a dot, the mean
/// with its standard deviation (of truths: the fraction with Wilson's 95 % interval), published
/// values as rings. A colour for each value of plot.by. @throws InputError without a value to draw
report::Chart study_chart(const study::Study& study, const study::Collected& all,
                          const study::Plot& plot);

}  // namespace rheobase::cli
