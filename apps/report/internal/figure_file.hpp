#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "apps/report/internal/html_figure_script.hpp"

namespace rheobase::report {

/// By the extension. @throws InputError unless it is .png, .svg or .pdf
FigureFormat figure_format_of(const std::filesystem::path& path);

/// Where a script finds its data and leaves its image.
struct FigurePlace {
  std::filesystem::path folder;
  FigureFormat format = FigureFormat::svg;
  std::string image;
};

/// Runs the gnuplot script that `write` makes and moves its image to `path`, complete or not at
/// all. @throws InputError for another extension or an unwritable path, Error when gnuplot fails
void draw_figure(const std::filesystem::path& path,
                 const std::function<std::string(const FigurePlace&)>& write);

/// The same with our own script: `fill` adds its panels.
void draw_figure(const std::filesystem::path& path, double width_mm, double height_mm,
                 const std::function<void(FigureScript&)>& fill);

}  // namespace rheobase::report
