#include "apps/report/picture.hpp"

#include <cmath>
#include <fstream>
#include <system_error>

#include <unistd.h>

#include "apps/report/internal/gnuplot.hpp"
#include "apps/report/internal/picture_script.hpp"
#include "core/error.hpp"

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

/// Copies to a temporary name beside `to`, then renames it.
void move_into_place(const fs::path& from, const fs::path& to) {
  fs::path part = to;
  part += ".part" + std::to_string(getpid());
  std::error_code failure;
  fs::copy_file(from, part, fs::copy_options::overwrite_existing, failure);
  if (!failure) {
    fs::rename(part, to, failure);
  }
  if (failure) {
    std::error_code ignored;
    fs::remove(part, ignored);
    throw InputError(to.string(), "", failure.message(), "must be a place that can be written to");
  }
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
  std::ofstream(folder.path() / "picture.gnuplot") << script;
  run_gnuplot(folder.path(), "picture.gnuplot");
  move_into_place(folder.path() / image, path);
}

}  // namespace rheobase::report
