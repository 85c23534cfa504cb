#pragma once

#include <string>
#include <vector>

#include "io/mat/mat_file.hpp"
#include "rate/models/motif/motif_library.hpp"

namespace rheobase::golden {

/// Golden data of motor motifs (tests/data/motifs).
class MotifFile {
 public:
  explicit MotifFile(const std::string& name)
      : file_(std::string(RHEOBASE_TEST_DATA) + "/motifs/" + name + ".mat") {}

  Eigen::MatrixXd operator()(const std::string& name) const {
    return file_.matrix(name, "must be there");
  }
  double number(const std::string& name) const { return file_.number(name, ""); }

  /// Slice k along the last of three dimensions, or along the first.
  Eigen::MatrixXd last_slice(const std::string& name, Eigen::Index k) const {
    const io::MatArray& a = *file_.find(name);
    const auto rows = static_cast<Eigen::Index>(a.dims[0]);
    const auto cols = static_cast<Eigen::Index>(a.dims[1]);
    return Eigen::Map<const Eigen::MatrixXd>(a.values.data() + k * rows * cols, rows, cols);
  }
  Eigen::MatrixXd first_slice(const std::string& name, Eigen::Index k) const {
    const io::MatArray& a = *file_.find(name);
    const auto n = static_cast<Eigen::Index>(a.dims[0]);
    const auto rows = static_cast<Eigen::Index>(a.dims[1]);
    const auto cols = static_cast<Eigen::Index>(a.dims[2]);
    Eigen::MatrixXd slice(rows, cols);
    for (Eigen::Index c = 0; c < cols; ++c) {
      for (Eigen::Index r = 0; r < rows; ++r) {
        slice(r, c) = a.values[static_cast<std::size_t>(k + n * (r + rows * c))];
      }
    }
    return slice;
  }

 private:
  io::MatFile file_;
};

/// The stored network as a library of one motif.
inline rate::MotifLibrary golden_library(const MotifFile& file,
                                         rate::MotifArchitecture architecture,
                                         const Eigen::VectorXd& target) {
  rate::MotifLibrary library;
  library.options.architecture = architecture;
  library.options.gain = file.number("g");
  library.options.preparation_tau = file.number("n_prep") * file.number("dt");
  library.options.step_tau = file.number("dt");
  library.options.noise = 0.0;
  library.j = file("J");
  library.w = file("w");
  library.options.units = static_cast<int>(library.j.rows());
  if (library.definition().preparation) {
    library.preparation_u = file("U");
    library.preparation_v = file("V");
    library.options.preparation_rank = static_cast<int>(library.preparation_u.cols());
  }
  rate::add_motifs(library, {{"golden", target}});
  rate::Motif& motif = library.motifs.front();
  motif.b = file("b");
  if (library.definition().second_input) {
    motif.b2 = file("b2");
  }
  if (library.definition().loop) {
    motif.u = file("u");
    motif.v = file("v");
  }
  return library;
}

/// Two independent programs agree on the golden data within 3e-16 to 1e-12.
inline constexpr double kMotifGolden = 1e-10;
inline constexpr double kMotifTargets = 1e-12;

}  // namespace rheobase::golden
