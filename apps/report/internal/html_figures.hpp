#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/report/html_data.hpp"
#include "apps/report/internal/html_figure_script.hpp"

namespace rheobase::report {

/// "svg", "pdf", "png". @throws InputError that lists them
FigureFormat figure_format_from(const std::string& name);

/// Every file that write_figures may write into a folder.
std::vector<std::filesystem::path> figure_files(const std::filesystem::path& folder,
                                                FigureFormat format);

/// Draws the figures with these ids (PageFigure::id) with gnuplot, in one run.
/// @returns the contents of the files in the same order; empty where there is nothing to draw
/// @throws Error when gnuplot is missing or fails
std::vector<std::string> draw_figures(const ReportData& data, const std::vector<std::string>& ids,
                                      FigureFormat format);

/// Writes every figure of the page as <folder>/<id>.<format>; the folder is made where missing.
/// @returns the files
/// @throws InputError where the folder cannot be written, Error when gnuplot is missing or fails
std::vector<std::filesystem::path> write_figures(const ReportData& data,
                                                 const std::filesystem::path& folder,
                                                 FigureFormat format);

/// Writes the data of one figure into `folder` and returns the script that draws it into
/// `folder`/`image`; empty: there is no figure with this id or nothing to draw.
std::string figure_script(const ReportData& data, const std::string& id, FigureFormat format,
                          const std::filesystem::path& folder, const std::string& image);

}  // namespace rheobase::report
