#pragma once

#include <string>

#include "io/mat/mat_file.hpp"

namespace rheobase::golden {

/// Deterministic and noisy runs of the published program of the structured model.
inline io::MatFile attractor_file() {
  return io::MatFile(std::string(RHEOBASE_TEST_DATA) + "/rls/attractor_structured.mat");
}

/// A reader's array of any number of dimensions, indexed as in the file (column-major).
class GoldenArray {
 public:
  GoldenArray(const io::MatFile& file, const std::string& name) : array_(*file.find(name)) {}

  template <class... Index>
  double operator()(Index... index) const {
    std::size_t at = 0;
    std::size_t stride = 1;
    std::size_t axis = 0;
    ((at += static_cast<std::size_t>(index) * stride, stride *= array_.dims[axis++]), ...);
    return array_.values[at];
  }
  std::size_t extent(std::size_t axis) const { return array_.dims[axis]; }

 private:
  io::MatArray array_;
};

/// The published results agree with an independent program within 7e-15.
inline constexpr double kStructured = 1e-10;

}  // namespace rheobase::golden
