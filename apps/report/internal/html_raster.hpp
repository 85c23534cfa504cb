#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "apps/report/html_data.hpp"

namespace rheobase::report {

/// Units in the order in which rasters and matrices show them: E, I, SOM, each by number.
std::vector<int> order_by_type(const std::vector<rate::UnitType>& unit_type);

/// The spikes of a trial as the page draws them: a row a unit, stacked by type.
struct PageRaster {
  std::vector<int> unit;        ///< of each row, 0-based
  std::vector<int> count;       ///< spikes in each row
  std::vector<double> time_ms;  ///< row after row, in order of time
  std::string thinning;         ///< what was left out, empty: nothing
};

/// Keeps at most `max_spikes` spikes. Units are left out first, the same fraction of every type, so
/// that the trains that stay are whole; below 100 units, spikes are left out of every train at
/// even distances.
PageRaster page_raster(const ReportRaster& raster, const std::vector<rate::UnitType>& unit_type,
                       std::size_t max_spikes);

/// When the trial of a raster ends: outputs are not-a-number behind it. At most data.duration_ms,
/// the longest trial's.
double trial_end_ms(const ReportData& data, const ReportRaster& raster);

/// Mean firing rate (Hz) of the units of each type in bins of `bin_ms`: types x bins, from all
/// spikes. Types without units have a row of zeros. @param copies  LIF units of each unit
Eigen::MatrixXd population_rate(const ReportRaster& raster,
                                const std::vector<rate::UnitType>& unit_type, int copies,
                                double duration_ms, double bin_ms);

}  // namespace rheobase::report
