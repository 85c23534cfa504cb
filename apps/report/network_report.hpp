#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/network/network_run_file.hpp"

namespace rheobase::report {

/// Writes a page of a run of a network that needs nothing else: lines, spikes and maps of what was
/// recorded, populations, options and the network file. Without gnuplot it has no figures and says
/// so.
/// @param source  the file's name, @param command  that made the page
/// @throws InputError for an unwritable path
void write_network_report(const io::NetworkRun& run, const std::string& source,
                          const std::string& command, const std::filesystem::path& path);

/// The files that write_network_figures would write: FOLDER/lines.FORMAT, raster and matrix, where
/// the run has something for them.
std::vector<std::filesystem::path> network_figure_files(const io::NetworkRun& run,
                                                        const std::filesystem::path& folder,
                                                        const std::string& format);

/// Writes the figures of the page; the folder is made where missing.
/// @param format  "svg", "pdf" or "png"
/// @returns the files
/// @throws InputError for a folder that cannot be made, Error when gnuplot is missing
std::vector<std::filesystem::path> write_network_figures(const io::NetworkRun& run,
                                                         const std::filesystem::path& folder,
                                                         const std::string& format);

}  // namespace rheobase::report
