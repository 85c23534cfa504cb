#include "tests/fuzz/hostile_fields.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace rheobase::test {

namespace {

constexpr const char* kName = "bad.mat";

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

/// The file with another variable, or none, in place of one.
HostileFile replaced(const io::MatFile& file, const std::string& change, std::size_t at,
                     std::optional<io::MatArray> array) {
  std::vector<io::MatArray> arrays = file.arrays();
  if (array) {
    arrays[at] = std::move(*array);
  } else {
    arrays.erase(arrays.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return {change, io::MatFile(std::move(arrays), kName)};
}

/// The same numbers in a matrix of other extents: cut off, or filled up with ones.
io::MatArray resized(const io::MatArray& array, Eigen::Index rows, Eigen::Index cols) {
  const Eigen::Map<const Eigen::MatrixXd> good(array.values.data(),
                                               static_cast<Eigen::Index>(array.dims[0]),
                                               static_cast<Eigen::Index>(array.dims[1]));
  Eigen::MatrixXd bad = Eigen::MatrixXd::Ones(rows, cols);
  const Eigen::Index common_rows = std::min(rows, good.rows());
  const Eigen::Index common_cols = std::min(cols, good.cols());
  bad.topLeftCorner(common_rows, common_cols) = good.topLeftCorner(common_rows, common_cols);
  io::MatArray result = array;
  result.dims = {static_cast<std::size_t>(rows), static_cast<std::size_t>(cols)};
  result.values.assign(bad.data(), bad.data() + bad.size());
  return result;
}

bool is_matrix(const io::MatArray& array) {
  return array.numeric() && array.dims.size() == 2;
}

constexpr double kHostile[] = {-1.0, 0.0, 1e9, 1e300};

void add_hostile_numbers(std::vector<HostileFile>& copies, const io::MatFile& file,
                         std::size_t at) {
  const io::MatArray& good = file.arrays()[at];
  const auto with = [&](std::size_t element, double value) {
    io::MatArray bad = good;
    bad.values[element] = value;
    copies.push_back(
        replaced(file, fmt::format("{}: {} at {}", good.name, value, element), at, std::move(bad)));
  };
  if (!good.values.empty()) {
    with(0, std::numeric_limits<double>::quiet_NaN());
    for (const double value : kHostile) {
      with(good.values.size() - 1, value);
    }
  }
}

void add_hostile_extents(std::vector<HostileFile>& copies, const io::MatFile& file,
                         std::size_t at) {
  const io::MatArray& good = file.arrays()[at];
  const auto of = [&](Eigen::Index rows, Eigen::Index cols) {
    copies.push_back(replaced(file, fmt::format("{}: {} x {}", good.name, rows, cols), at,
                              resized(good, rows, cols)));
  };
  const auto rows = static_cast<Eigen::Index>(good.dims[0]);
  const auto cols = static_cast<Eigen::Index>(good.dims[1]);
  of(0, 0);
  of(rows + 1, cols);
  if (!good.values.empty()) {
    of(rows, cols - 1);
  }
}

void add_hostile_texts(std::vector<HostileFile>& copies, const io::MatFile& file, std::size_t at) {
  const io::MatArray& good = file.arrays()[at];
  for (const char* text : {"", "nonsense", "\x80\n"}) {
    io::MatArray bad = good;
    bad.text = text;
    bad.dims = {bad.text.empty() ? 0U : 1U, bad.text.size()};
    copies.push_back(replaced(file, fmt::format("{}: '{}'", good.name, text), at, std::move(bad)));
  }
}

std::size_t below(RandomStream& random, std::size_t n) {
  return random.below(static_cast<std::uint32_t>(n));
}

/// One of the numbers that readers go wrong with.
double hostile_number(double good, RandomStream& random) {
  constexpr double kMore[] = {0.5,
                              1.0,
                              2.0,
                              -0.5,
                              255.0,
                              65536.0,
                              2147483648.0,
                              1.8446744073709552e19,
                              1e-300,
                              5e-324,
                              3.5e38,
                              std::numeric_limits<double>::infinity(),
                              -std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::quiet_NaN()};
  const std::size_t kind = below(random, std::size(kMore) + std::size(kHostile) + 4);
  if (kind < std::size(kMore)) {
    return kMore[kind];
  }
  if (kind < std::size(kMore) + std::size(kHostile)) {
    return kHostile[kind - std::size(kMore)];
  }
  const double changed[] = {good + 1.0, good - 1.0, -good, 10.0 * good};
  return changed[kind - std::size(kMore) - std::size(kHostile)];
}

void change_numbers(io::MatArray& array, RandomStream& random) {
  if (array.values.empty()) {
    array.values.assign(array.element_count().value_or(0), hostile_number(1.0, random));
    return;
  }
  double& value = array.values[below(random, array.values.size())];
  value = hostile_number(value, random);
}

void change_extents(io::MatArray& array, RandomStream& random) {
  if (!is_matrix(array)) {
    array.dims.assign(2, 1);
    array.values.assign(1, hostile_number(1.0, random));
    return;
  }
  const auto near = [&](std::size_t extent) {
    const auto whole = static_cast<Eigen::Index>(extent);
    const Eigen::Index some[] = {0, 1, 2, whole, whole, whole - 1, whole + 1, 2 * whole};
    return std::max<Eigen::Index>(some[below(random, std::size(some))], 0);
  };
  const Eigen::Index rows = near(array.dims[0]);
  array = resized(array, rows, near(array.dims[1]));
}

void change_text(io::MatArray& array, RandomStream& random) {
  if (array.text.empty() || random.below(8) == 0) {
    array.text = random.below(2) == 0 ? "" : std::string(300, 'x');
    return;
  }
  for (std::uint32_t k = 1 + random.below(4); k > 0; --k) {
    array.text[below(random, array.text.size())] = static_cast<char>(random.below(256));
  }
}

void change_class(io::MatArray& array, RandomStream& random) {
  constexpr const char* kClasses[] = {"double", "char", "struct", "cell", "logical", "object"};
  array.class_name = kClasses[below(random, std::size(kClasses))];
  array.complex = random.below(8) == 0;
}

void change(std::vector<io::MatArray>& arrays, RandomStream& random) {
  const std::size_t at = below(random, arrays.size());
  io::MatArray& array = arrays[at];
  switch (random.below(16)) {
    case 0:
      arrays.erase(arrays.begin() + static_cast<std::ptrdiff_t>(at));
      return;
    case 1:
      return change_class(array, random);
    case 2: {
      const std::string name = array.name;
      array = arrays[below(random, arrays.size())];
      array.name = name;
      return;
    }
    case 3:
    case 4:
    case 5:
    case 6:
      return array.class_name == "char" ? change_text(array, random)
                                        : change_extents(array, random);
    default:
      return array.class_name == "char" ? change_text(array, random)
                                        : change_numbers(array, random);
  }
}

}  // namespace

io::MatFields fields_of(const io::MatFile& file) {
  io::MatFields fields;
  for (const io::MatArray& array : file.arrays()) {
    add(fields, file, array);
  }
  return fields;
}

std::vector<HostileFile> hostile_copies(const io::MatFile& file) {
  std::vector<HostileFile> copies;
  for (std::size_t at = 0; at < file.arrays().size(); ++at) {
    const io::MatArray& array = file.arrays()[at];
    if (is_structure(array)) {
      continue;
    }
    copies.push_back(replaced(file, array.name + ": left out", at, std::nullopt));
    if (is_matrix(array)) {
      add_hostile_numbers(copies, file, at);
      add_hostile_extents(copies, file, at);
    }
    if (array.class_name == "char") {
      add_hostile_texts(copies, file, at);
    }
  }
  return copies;
}

io::MatFile random_copy(const io::MatFile& file, RandomStream& random) {
  std::vector<io::MatArray> arrays = file.arrays();
  for (std::uint32_t k = 1 + random.below(3); k > 0 && !arrays.empty(); --k) {
    change(arrays, random);
  }
  return {std::move(arrays), kName};
}

}  // namespace rheobase::test
