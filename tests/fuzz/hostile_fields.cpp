#include "tests/fuzz/hostile_fields.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace rheobase::test {

namespace {

bool is_structure(const io::MatArray& array) {
  return array.class_name == "struct";  // its members come as variables of their own
}

void add(io::MatFields& fields, const io::MatFile& file, const io::MatArray& array) {
  if (array.class_name == "char") {
    fields.text(array.name, array.text);
  } else if (!is_structure(array)) {
    fields.matrix(array.name, file.matrix(array.name, ""));
  }
}

/// The file with another matrix, or nothing, in place of one variable.
io::MatFields replaced(const io::MatFile& file, const std::string& name,
                       const Eigen::MatrixXd* matrix) {
  io::MatFields fields;
  for (const io::MatArray& array : file.arrays()) {
    if (array.name != name) {
      add(fields, file, array);
    } else if (matrix != nullptr) {
      fields.matrix(name, *matrix);
    }
  }
  return fields;
}

constexpr double kHostile[] = {-1.0, 0.0, 1e9, 1e300};

}  // namespace

io::MatFields fields_of(const io::MatFile& file) {
  return replaced(file, "", nullptr);
}

std::vector<HostileFile> hostile_copies(const io::MatFile& file) {
  std::vector<HostileFile> copies;
  for (const io::MatArray& array : file.arrays()) {
    if (is_structure(array)) {
      continue;
    }
    const auto put = [&](const std::string& what, const Eigen::MatrixXd* matrix) {
      copies.push_back({array.name + ": " + what, replaced(file, array.name, matrix)});
    };
    put("left out", nullptr);
    if (array.class_name == "char") {
      continue;
    }
    const Eigen::MatrixXd good = file.matrix(array.name, "");
    const auto with = [&](Eigen::Index at, double value) {
      Eigen::MatrixXd bad = good;
      bad(at) = value;
      put(fmt::format("{} at {}", value, at), &bad);
    };
    if (good.size() > 0) {
      with(0, std::numeric_limits<double>::quiet_NaN());
      for (const double value : kHostile) {
        with(good.size() - 1, value);
      }
    }
    const auto resized = [&](Eigen::Index rows, Eigen::Index cols) {
      Eigen::MatrixXd bad = Eigen::MatrixXd::Ones(rows, cols);
      const Eigen::Index common_rows = std::min(rows, good.rows());
      const Eigen::Index common_cols = std::min(cols, good.cols());
      bad.topLeftCorner(common_rows, common_cols) = good.topLeftCorner(common_rows, common_cols);
      put(fmt::format("{} x {}", rows, cols), &bad);
    };
    resized(0, 0);
    resized(good.rows() + 1, good.cols());
    if (good.size() > 0) {
      resized(good.rows(), good.cols() - 1);
    }
  }
  return copies;
}

}  // namespace rheobase::test
