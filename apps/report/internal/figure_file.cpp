#include "apps/report/internal/figure_file.hpp"

#include <utility>

#include "apps/report/internal/gnuplot.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::report {

namespace fs = std::filesystem;

FigureFormat figure_format_of(const fs::path& path) {
  const std::string extension = path.extension().string();
  for (const auto& [name, format] :
       {std::pair{".svg", FigureFormat::svg}, std::pair{".pdf", FigureFormat::pdf},
        std::pair{".png", FigureFormat::png}}) {
    if (extension == name) {
      return format;
    }
  }
  throw InputError(path.string(), "", "the extension '" + extension + "'",
                   "must be .png, .svg or .pdf");
}

void draw_figure(const fs::path& path,
                 const std::function<std::string(const FigurePlace&)>& write) {
  const TemporaryFolder folder;
  const FigurePlace place{folder.path(), figure_format_of(path),
                          "figure" + path.extension().string()};
  run_gnuplot(folder.path(), write(place));
  io::write_atomically(path, drawn_image(folder.path() / place.image));
}

void draw_figure(const fs::path& path, double width_mm, double height_mm,
                 const std::function<void(FigureScript&)>& fill) {
  draw_figure(path, [&](const FigurePlace& place) {
    FigureScript script(place.folder, place.format, place.image, width_mm, height_mm);
    fill(script);
    return script.text();
  });
}

}  // namespace rheobase::report
