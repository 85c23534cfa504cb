#pragma once

#include <filesystem>
#include <functional>

#include "apps/report/internal/html_figure_script.hpp"

namespace rheobase::report {

/// Format of a figure by the extension of its file: .png, .svg or .pdf.
/// @throws InputError for another one
FigureFormat figure_format_of(const std::filesystem::path& path);

/// Draws a figure with gnuplot: `fill` adds its panels. The file is complete or not there at all.
/// @throws InputError as above and for an unwritable path, Error when gnuplot is missing or fails
void draw_figure(const std::filesystem::path& path, double width_mm, double height_mm,
                 const std::function<void(FigureScript&)>& fill);

}  // namespace rheobase::report
