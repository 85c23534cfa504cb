#include "apps/report/internal/html_figures.hpp"

#include <array>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "apps/report/internal/gnuplot.hpp"
#include "apps/report/internal/html_captions.hpp"
#include "apps/report/internal/html_figure_panels.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::report {

namespace fs = std::filesystem;

namespace {

struct FigureEntry {
  std::string_view id;
  std::string (*script)(const ReportData&, const FigureTarget&);
};

constexpr std::array kFigures{FigureEntry{"outputs", outputs_figure},
                              FigureEntry{"trial", trial_figure},
                              FigureEntry{"rates", rates_figure},
                              FigureEntry{"units", units_figure},
                              FigureEntry{"distribution", distribution_figure},
                              FigureEntry{"tau", tau_figure},
                              FigureEntry{"trajectories", trajectories_figure},
                              FigureEntry{"curve", curve_figure},
                              FigureEntry{"scaling", scaling_figure},
                              FigureEntry{"loss", loss_figure},
                              FigureEntry{"accuracy", accuracy_figure},
                              FigureEntry{"weights", weights_figure},
                              FigureEntry{"spectrum", spectrum_figure}};

constexpr std::array kFormatNames{"svg", "pdf", "png"};

}  // namespace

FigureFormat figure_format_from(const std::string& name) {
  for (std::size_t i = 0; i < kFormatNames.size(); ++i) {
    if (name == kFormatNames[i]) {
      return static_cast<FigureFormat>(i);
    }
  }
  throw InputError("figure format", "", "'" + name + "'", "must be svg, pdf or png");
}

std::vector<fs::path> figure_files(const fs::path& folder, FigureFormat format) {
  std::vector<fs::path> files;
  for (const FigureEntry& figure : kFigures) {
    files.push_back(
        folder / fmt::format("{}.{}", figure.id, kFormatNames[static_cast<std::size_t>(format)]));
  }
  return files;
}

std::string figure_script(const ReportData& data, const std::string& id, FigureFormat format,
                          const fs::path& folder, const std::string& image) {
  for (const FigureEntry& figure : kFigures) {
    if (figure.id == id) {
      return figure.script(data, {folder, format, image});
    }
  }
  return {};
}

std::vector<std::string> draw_figures(const ReportData& data, const std::vector<std::string>& ids,
                                      FigureFormat format) {
  const TemporaryFolder folder;
  const char* extension = kFormatNames[static_cast<std::size_t>(format)];
  std::string script;
  std::vector<fs::path> drawn;
  for (const std::string& id : ids) {
    // Every figure has a folder for its data; gnuplot goes there and back.
    const fs::path own = folder.path() / id;
    fs::create_directory(own);
    const std::string text = figure_script(data, id, format, own, id + "." + extension);
    if (!text.empty()) {
      script += fmt::format("cd '{}'\n{}unset output\ncd '..'\n", id, text);
    }
    drawn.push_back(text.empty() ? fs::path() : own / (id + "." + extension));
  }
  run_gnuplot(folder.path(), script);
  std::vector<std::string> images;
  for (const fs::path& image : drawn) {
    images.push_back(image.empty() ? std::string() : drawn_image(image));
  }
  return images;
}

std::vector<fs::path> write_figures(const ReportData& data, const fs::path& folder,
                                    FigureFormat format) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) {
    throw InputError(folder.string(), "", failure.message(), "must be a folder that can be made");
  }
  const std::vector<std::string> ids = figure_ids(data);
  const char* extension = kFormatNames[static_cast<std::size_t>(format)];
  std::vector<fs::path> paths;
  for (const std::string& id : ids) {
    paths.push_back(folder / (id + "." + extension));
    io::require_writable(paths.back());
  }
  const std::vector<std::string> images = draw_figures(data, ids, format);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    io::write_atomically(paths[i], images[i]);
  }
  return paths;
}

}  // namespace rheobase::report
