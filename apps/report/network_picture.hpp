#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/network/network_run_file.hpp"

namespace rheobase::report {

enum class NetworkPlot {
  lines,   ///< records over time, a line a unit
  raster,  ///< a mark a spike, a row a unit
  matrix,  ///< records as a map, a row a unit
};

struct NetworkPlotOptions {
  NetworkPlot kind = NetworkPlot::lines;
  std::vector<std::string> signals{};    ///< or populations, for a raster; empty: all
  std::vector<Eigen::Index> units{};     ///< 0-based; empty: all, of lines the first ten
  std::optional<double> start{}, end{};  ///< times in the run's unit
};

/// Draws a run of a network with gnuplot, a panel a record (or population), 180 mm wide: PNG (300
/// dpi), SVG or PDF by the extension of `path`. The file is complete or not there at all.
/// @throws InputError for what the run does not hold, another extension or an unwritable path,
/// Error when gnuplot is missing
void draw_network_run(const io::NetworkRun& run, const NetworkPlotOptions& options,
                      const std::filesystem::path& path);

}  // namespace rheobase::report
