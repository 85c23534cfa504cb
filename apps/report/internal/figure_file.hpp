#pragma once

#include <filesystem>

#include "apps/report/internal/gnuplot.hpp"
#include "apps/report/internal/html_figure_script.hpp"

namespace rheobase::report {

/// A figure on its way to a file: a folder for its data, the format by the extension of `path`.
class FigureFile {
 public:
  /// @throws InputError for another extension than .png, .svg and .pdf
  explicit FigureFile(std::filesystem::path path);

  FigureScript script(double width_mm, double height_mm) const;
  /// Draws the script and writes the file, complete or not at all.
  /// @throws InputError for an unwritable path, Error when gnuplot is missing
  void save(const FigureScript& script) const;

 private:
  std::filesystem::path path_;
  FigureFormat format_;
  std::string image_;
  TemporaryFolder folder_;
};

}  // namespace rheobase::report
