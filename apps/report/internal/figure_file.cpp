#include "apps/report/internal/figure_file.hpp"

#include <fstream>
#include <iterator>
#include <string>
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

void draw_figure(const fs::path& path, double width_mm, double height_mm,
                 const std::function<void(FigureScript&)>& fill) {
  const FigureFormat format = figure_format_of(path);
  const TemporaryFolder folder;
  const std::string image = "figure" + path.extension().string();
  FigureScript script(folder.path(), format, image, width_mm, height_mm);
  fill(script);
  std::ofstream(folder.path() / "figure.gp") << script.text();
  run_gnuplot(folder.path(), "figure.gp");
  std::ifstream file(folder.path() / image, std::ios::binary);
  const std::string contents(std::istreambuf_iterator<char>(file), {});
  io::write_atomically(path, contents);
}

}  // namespace rheobase::report
