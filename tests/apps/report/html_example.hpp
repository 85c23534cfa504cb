#pragma once

#include "apps/report/html_data.hpp"

namespace rheobase {

/// Size of a synthetic report.
struct ExampleSize {
  int units = 200;
  int trials = 40;
  int steps = 200;           ///< of 5 ms
  double rate_factor = 1.0;  ///< of the firing rates
  int rasters_per_condition = 3;
};

/// A report with every figure: two conditions whose outputs, spikes and unit rates look like those
/// of a Go-NoGo network, made from random numbers and closed forms.
report::ReportData example_report(const ExampleSize& size = {});

}  // namespace rheobase
