#include "io/mat/mat_file.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/edit_distance.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/isolate.hpp"
#include "io/mat/internal/mat5_scan.hpp"
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

/// @throws InputError where a variable that the structure of the file has was not decoded
void check_complete(const Mat5Layout& layout, const std::vector<MatArray>& arrays,
                    const std::string& where) {
  for (const Mat5Element& element : layout.elements) {
    const bool there = element.name.empty() ||
                       std::any_of(arrays.begin(), arrays.end(), [&](const MatArray& array) {
                         return array.name == element.name;
                       });
    if (!there) {
      throw InputError(where, field_name(element.name), "a variable that cannot be decoded",
                       "must be an undamaged variable");
    }
  }
}

std::vector<MatArray> decode(std::span<const std::byte> bytes, const std::string& where,
                             std::span<const std::string_view> wanted) {
  const auto selection =
      wanted.empty() ? std::optional<std::span<const std::string_view>>() : wanted;
  const MatVersion version = identify_mat(bytes, where);
  if (version == MatVersion::level73) {
    return decode_mat(bytes, version, where, selection);
  }
  const Mat5Layout layout = scan_mat5(bytes, where, limits_for_file(bytes.size()).memory_bytes);
  std::vector<MatArray> arrays = decode_mat(bytes, version, where, selection);
  check_complete(layout, arrays, where);
  return arrays;
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
  return element_count() == values.size() && dims.size() >= 2 && !complex && class_name != "char" &&
         class_name != "struct" && class_name != "cell" && class_name != "object" &&
         class_name != "function_handle";
}

std::string MatArray::describe() const {
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
    fail(name, array.describe(), required);
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
    fail(name, get(name, required).describe(), required);
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
    fail(name, array.describe(), required);
  }
  return array.text;
}

}  // namespace rheobase::io
