#include "io/mat/learner_state_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::io {

namespace {

constexpr std::string_view kState = "learner_state";
constexpr std::string_view kArrays = "learner_arrays";
constexpr std::size_t kLongestName = 63;  // MATLAB's namelengthmax
constexpr std::int64_t kMostArrays = 10000;

std::string state_member(std::string_view name) {
  return fmt::format("{}.{}", kState, name);
}

std::string array_member(std::string_view name) {
  return fmt::format("{}.{}", kArrays, name);
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_matlab_name(std::string_view name) {
  const auto part_of_name = [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= kLongestName && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), part_of_name);
}

/// The place of the first number that is not finite, or the size.
std::size_t first_not_finite(std::span<const double> values) {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [](double value) { return !std::isfinite(value); });
  return static_cast<std::size_t>(found - values.begin());
}

/// Whether every number is the same bit for bit after a way through single precision.
bool is_single(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) {
    return std::abs(value) <= std::numeric_limits<float>::max() &&
           std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<float>(value))) ==
               std::bit_cast<std::uint64_t>(value);
  });
}

void require_writable(const rate::NamedArray& array, std::set<std::string_view>& names) {
  if (!is_matlab_name(array.name)) {
    throw InputError("learner's state", "name of an array", fmt::format("'{}'", array.name),
                     fmt::format("must begin with a letter and have letters, digits and "
                                 "underscores, at most {}",
                                 kLongestName));
  }
  if (!names.insert(array.name).second) {
    throw InputError("learner's state", fmt::format("field '{}'", array.name), "it twice",
                     "must be there once");
  }
  const std::size_t at = first_not_finite(array.values);
  if (at < array.values.size()) {
    throw InputError("learner's state", fmt::format("field '{}'", array.name),
                     fmt::format("{} at {}", array.values[at], at + 1), "must be finite");
  }
}

rate::NamedArray read_array(const MatFile& file, std::string_view name) {
  constexpr std::string_view kRequired = "must be a column of finite numbers";
  const std::string full = array_member(name);
  const Eigen::MatrixXd values = file.matrix(full, kRequired);
  if (values.size() > 0 && values.cols() != 1) {
    file.fail(full, fmt::format("{} x {} numbers", values.rows(), values.cols()), kRequired);
  }
  rate::NamedArray array{std::string(name), {values.data(), values.data() + values.size()}};
  const std::size_t at = first_not_finite(array.values);
  if (at < array.values.size()) {
    file.fail(full, fmt::format("{} at {}", array.values[at], at + 1), kRequired);
  }
  return array;
}

}  // namespace

std::span<const std::string_view> learner_state_variables() {
  static constexpr std::array variables{kState, kArrays};
  return variables;
}

bool holds_learner_state(const MatFile& file) {
  return file.has(kState);
}

void add_learner_state(MatFields& fields, const LearnerState& state) {
  std::set<std::string_view> names;
  for (const rate::NamedArray& array : state.arrays) {
    require_writable(array, names);
  }
  fields.text(state_member("kind"), state.kind);
  fields.number(state_member("version"), state.version);
  fields.number(state_member("arrays"), static_cast<double>(state.arrays.size()));
  for (const rate::NamedArray& array : state.arrays) {
    if (is_single(array.values)) {
      fields.single_column(array_member(array.name),
                           std::vector<float>(array.values.begin(), array.values.end()));
    } else {
      fields.column(array_member(array.name), array.values);
    }
  }
}

LearnerState read_learner_state(const MatFile& file, std::string_view kind, int version) {
  const std::string required = fmt::format("must be the state of a learner of kind '{}'", kind);
  if (!holds_learner_state(file)) {
    file.fail(kState, "a file without it", required);
  }
  LearnerState state;
  state.kind = file.text(state_member("kind"), required);
  if (state.kind != kind) {
    file.fail(state_member("kind"), fmt::format("'{}'", state.kind), required);
  }
  state.version = static_cast<int>(
      file.integer(state_member("version"), version, version,
                   fmt::format("must be {}, the version that this program reads", version)));
  const std::int64_t count =
      file.integer(state_member("arrays"), 0, kMostArrays, "must be the number of arrays");
  const std::string prefix = array_member("");
  std::set<std::string_view> names;
  for (const MatArray& array : file.arrays()) {
    if (array.name.starts_with(prefix) && names.insert(array.name).second) {
      state.arrays.push_back(read_array(file, std::string_view(array.name).substr(prefix.size())));
    }
  }
  if (static_cast<std::int64_t>(state.arrays.size()) != count) {
    file.fail(kArrays, fmt::format("{} arrays", state.arrays.size()),
              fmt::format("must have {}, as {} says", count, state_member("arrays")));
  }
  return state;
}

void write_learner_state(const std::filesystem::path& path, const LearnerState& state) {
  MatFields fields;
  add_learner_state(fields, state);
  write_mat(path, fields, MatVersion::level5);
}

LearnerState read_learner_state(const std::filesystem::path& path, std::string_view kind,
                                int version) {
  return parse_learner_state(read_bytes(path), path.string(), kind, version);
}

LearnerState parse_learner_state(std::span<const std::byte> bytes, const std::string& where,
                                 std::string_view kind, int version) {
  return read_learner_state(MatFile(bytes, where, learner_state_variables()), kind, version);
}

}  // namespace rheobase::io
