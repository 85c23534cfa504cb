#include "io/mat/mat_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/edit_distance.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/mat_format.hpp"
#include "io/mat/internal/matio_reader.hpp"

namespace rheobase::io {

namespace {

std::string field_name(std::string_view name) {
  return fmt::format("field '{}'", name);
}

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Text of a file as it may stand in a message: one line, not too long.
std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 120;
  std::string line(text.substr(0, kLongest));
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  std::replace_if(line.begin(), line.end(), is_control, '?');
  return text.size() > kLongest ? line + "..." : line;
}

std::string in_small_letters(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(), lower);
  return text;
}

/// What to say of a name that is not there. Names in `expected` are no misspellings of another.
std::string describe_missing(const std::vector<MatArray>& arrays,
                             const std::vector<std::string>& expected, std::string_view name) {
  std::string_view nearest;
  std::size_t smallest = (name.size() + 2) / 3 + 1;
  for (const MatArray& array : arrays) {
    const bool is_itself =
        std::find(expected.begin(), expected.end(), array.name) != expected.end();
    const std::size_t distance =
        is_itself ? smallest : edit_distance(in_small_letters(name), in_small_letters(array.name));
    if (distance < smallest) {
      smallest = distance;
      nearest = array.name;
    }
  }
  return nearest.empty() ? "no such field"
                         : fmt::format("no such field, the nearest is '{}'", nearest);
}

bool is_top_level(const MatArray& array) {
  return array.name.find_first_of(".{") == std::string::npos;
}

/// The structure that all of a model or of trials is kept in: the only one of a file that has none
/// of the wanted variables. nullptr: there is no such.
const MatArray* wrapper_of(const std::vector<MatArray>& arrays,
                           std::span<const std::string_view> wanted) {
  const MatArray* wrapper = nullptr;
  for (const MatArray& array : arrays) {
    if (std::ranges::find(wanted, array.name) != wanted.end()) {
      return nullptr;
    }
    if (array.class_name == "struct" && is_top_level(array)) {
      if (wrapper != nullptr) {
        return nullptr;
      }
      wrapper = &array;
    }
  }
  return wrapper;
}

std::vector<MatArray> decode(std::span<const std::byte> bytes, const std::string& where,
                             std::span<const std::string_view> wanted) {
  const MatVersion version = identify_mat(bytes, where);
  if (wanted.empty()) {
    return decode_mat(bytes, version, where, std::nullopt);
  }
  std::vector<MatArray> arrays = decode_mat(bytes, version, where, wanted);
  const bool names_only = wanted.size() == 1 && wanted.front().empty();
  const MatArray* wrapper = names_only ? nullptr : wrapper_of(arrays, wanted);
  if (wrapper == nullptr) {
    return arrays;
  }
  const std::array<std::string_view, 1> name{wrapper->name};
  std::vector<MatArray> inside = decode_mat(bytes, version, where, name);
  for (MatArray& array : inside) {
    if (array.name.starts_with(wrapper->name + ".")) {
      array.name.erase(0, wrapper->name.size() + 1);
    }
  }
  return inside;
}

/// How to make something readable of what MATLAB keeps to itself.
std::string advice(const MatArray& array, std::string_view as) {
  const bool unreadable = array.class_name == "object" || array.class_name == "function_handle";
  return unreadable ? fmt::format("; only MATLAB reads its own objects: save it as {}", as) : "";
}

}  // namespace

std::optional<std::size_t> MatArray::element_count() const {
  std::size_t count = 1;
  for (const std::size_t extent : dims) {
    if (__builtin_mul_overflow(count, extent, &count)) {
      return std::nullopt;
    }
  }
  return count;
}

bool MatArray::numeric() const {
  constexpr std::array<std::string_view, 5> kOthers{"char", "struct", "cell", "object",
                                                    "function_handle"};
  return element_count() == values.size() && dims.size() >= 2 && !complex &&
         std::ranges::find(kOthers, class_name) == kOthers.end();
}

std::string MatArray::describe() const {
  if (class_name == "object" && !text.empty()) {
    return fmt::format("an object of MATLAB's class {}", text);
  }
  return fmt::format("{} {}{}", fmt::join(dims, " x "), complex ? "complex " : "", class_name);
}

MatFile::MatFile(const std::filesystem::path& path, std::span<const std::string_view> wanted)
    : MatFile(read_bytes(path), path.string(), wanted) {}

MatFile::MatFile(std::span<const std::byte> bytes, std::string where,
                 std::span<const std::string_view> wanted)
    : where_(std::move(where)),
      wanted_(wanted.begin(), wanted.end()),
      arrays_(decode(bytes, where_, wanted)) {}

const MatArray* MatFile::find(std::string_view name) const {
  // A name that was appended again stands for its last value, as in MATLAB.
  const auto found = std::find_if(arrays_.rbegin(), arrays_.rend(),
                                  [&](const MatArray& array) { return array.name == name; });
  return found == arrays_.rend() ? nullptr : &*found;
}

void MatFile::fail(std::string_view name, std::string_view found, std::string_view required) const {
  throw InputError(where_, field_name(name), printable(found), required);
}

const MatArray& MatFile::get(std::string_view name, std::string_view required) const {
  const MatArray* array = find(name);
  if (array == nullptr) {
    fail(name, describe_missing(arrays_, wanted_, name), required);
  }
  return *array;
}

const MatArray& MatFile::numbers(std::string_view name, std::string_view required) const {
  const MatArray& array = get(name, required);
  if (!array.numeric()) {
    fail(name, array.describe(), fmt::format("{}{}", required, advice(array, "numbers (double)")));
  }
  return array;
}

Eigen::MatrixXd MatFile::matrix(std::string_view name, std::string_view required) const {
  const MatArray& array = numbers(name, required);
  const bool flat = std::all_of(array.dims.begin() + 2, array.dims.end(),
                                [](std::size_t extent) { return extent == 1; });
  if (!flat) {
    fail(name, array.describe(), required);
  }
  return Eigen::Map<const Eigen::MatrixXd>(array.values.data(),
                                           static_cast<Eigen::Index>(array.dims[0]),
                                           static_cast<Eigen::Index>(array.dims[1]));
}

Eigen::MatrixXd MatFile::matrix(std::string_view name, Eigen::Index rows, Eigen::Index cols,
                                std::string_view required) const {
  Eigen::MatrixXd values = matrix(name, required);
  if ((rows >= 0 && values.rows() != rows) || (cols >= 0 && values.cols() != cols)) {
    const bool turned = (rows < 0 || values.cols() == rows) && (cols < 0 || values.rows() == cols);
    fail(name, get(name, required).describe(),
         fmt::format("{}{}", required, turned ? " (transposed?)" : ""));
  }
  return values;
}

Eigen::VectorXd MatFile::vector(std::string_view name, Eigen::Index size,
                                std::string_view required) const {
  const Eigen::MatrixXd values = matrix(name, required);
  const bool line = values.rows() == 1 || values.cols() == 1 || values.size() == 0;
  if (!line || (size >= 0 && values.size() != size)) {
    fail(name, get(name, required).describe(), required);
  }
  return values.reshaped();
}

double MatFile::number(std::string_view name, std::string_view required) const {
  return vector(name, 1, required)(0);
}

std::int64_t MatFile::integer(std::string_view name, std::int64_t low, std::int64_t high,
                              std::string_view required) const {
  const double value = number(name, required);
  const std::optional<std::int64_t> whole = whole_number<std::int64_t>(value);
  if (!whole || *whole < low || *whole > high) {
    fail(name, fmt::format("{}", value), required);
  }
  return *whole;
}

std::string MatFile::text(std::string_view name, std::string_view required) const {
  const MatArray& array = get(name, required);
  if (array.class_name != "char") {
    fail(name, array.describe(), fmt::format("{}{}", required, advice(array, "char")));
  }
  return array.text;
}

}  // namespace rheobase::io
