#include "apps/report/internal/figure_file.hpp"

#include <array>
#include <fstream>
#include <iterator>

#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::report {

namespace {

FigureFormat format_by_extension(const std::filesystem::path& path) {
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

}  // namespace

FigureFile::FigureFile(std::filesystem::path path)
    : path_(std::move(path)),
      format_(format_by_extension(path_)),
      image_("figure" + path_.extension().string()) {}

FigureScript FigureFile::script(double width_mm, double height_mm) const {
  return FigureScript(folder_.path(), format_, image_, width_mm, height_mm);
}

void FigureFile::save(const FigureScript& script) const {
  std::ofstream(folder_.path() / "figure.gp") << script.text();
  run_gnuplot(folder_.path(), "figure.gp");
  std::ifstream file(folder_.path() / image_, std::ios::binary);
  const std::string contents(std::istreambuf_iterator<char>(file), {});
  io::write_atomically(path_, contents);
}

}  // namespace rheobase::report
