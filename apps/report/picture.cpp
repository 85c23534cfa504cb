#include "apps/report/picture.hpp"

#include <cmath>

#include "apps/report/internal/gnuplot.hpp"
#include "apps/report/internal/picture_script.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::report {

namespace fs = std::filesystem;

namespace {

ImageFormat format_of(const fs::path& path) {
  if (path.extension() == ".png") {
    return ImageFormat::png;
  }
  if (path.extension() == ".svg") {
    return ImageFormat::svg;
  }
  throw InputError(path.string(), "extension", "'" + path.extension().string() + "'",
                   "must be .png or .svg");
}

}  // namespace

OutputBand output_band(const std::string& condition, const Eigen::MatrixXd& trials, double start_ms,
                       double step_ms) {
  OutputBand band;
  band.condition = condition;
  // Shorter trials have not-a-number behind their end.
  const auto missing = trials.array().isNaN();
  const Eigen::RowVectorXd count = (!missing).cast<double>().colwise().sum();
  const Eigen::MatrixXd values = missing.select(0.0, trials.array());
  const Eigen::RowVectorXd mean = values.colwise().sum().cwiseQuotient(count);  // 0 / 0: none
  const Eigen::MatrixXd deviations = missing.select(0.0, (values.rowwise() - mean).array());
  const Eigen::RowVectorXd degrees = (count.array() - 1.0).max(1.0);
  band.trials = static_cast<int>(trials.rows());
  band.mean = {start_ms, step_ms, mean.transpose()};
  band.sd = deviations.colwise().squaredNorm().cwiseQuotient(degrees).cwiseSqrt().transpose();
  return band;
}

void draw_picture(const Picture& picture, const fs::path& path) {
  const ImageFormat format = format_of(path);
  const TemporaryFolder folder;
  const std::string image = "picture" + path.extension().string();
  const std::string script = write_picture_script(picture, format, folder.path(), image);
  run_gnuplot(folder.path(), script);
  io::write_atomically(path, drawn_image(folder.path() / image));
}

}  // namespace rheobase::report
