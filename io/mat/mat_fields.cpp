#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/isolate.hpp"
#include "io/mat/internal/mat5_scan.hpp"
#include "io/mat/internal/mat_format.hpp"
#include "io/mat/internal/matio_reader.hpp"
#include "io/mat/internal/matio_writer.hpp"
#include "io/mat/internal/text_encoding.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::io {

namespace {

using Kind = MatField::Kind;

template <class T>
std::vector<std::byte> to_bytes(const T* values, std::size_t count) {
  const auto bytes = std::as_bytes(std::span(values, count));
  return {bytes.begin(), bytes.end()};
}

std::string_view top_level(std::string_view name) {
  return name.substr(0, name.find('.'));
}

/// Names of the variables of `source` that the new file has no value for.
std::vector<std::string> names_to_keep(const std::vector<std::string>& present,
                                       const MatFields& fields,
                                       std::span<const std::string_view> dropped) {
  std::set<std::string_view> taken(dropped.begin(), dropped.end());
  for (const MatField& field : fields.fields()) {
    taken.insert(top_level(field.name));
  }
  std::vector<std::string> names;
  for (const std::string& name : present) {
    if (taken.insert(name).second) {
      names.push_back(name);
    }
  }
  return names;
}

/// Appends variables byte for byte: whatever is in them, known to matio or not, stays the same.
void append_elements(std::vector<std::byte>& target, std::span<const std::byte> source,
                     const Mat5Layout& layout, const std::vector<std::string>& names) {
  for (const Mat5Element& element : layout.elements) {
    if (element.is_subsystem) {  // where objects and function handles keep their insides
      const std::uint64_t offset = target.size();
      std::memcpy(target.data() + kMat5SubsystemField, &offset, sizeof offset);
    } else if (std::find(names.begin(), names.end(), element.name) == names.end()) {
      continue;
    }
    const auto bytes = source.subspan(element.offset, element.size);
    target.insert(target.end(), bytes.begin(), bytes.end());
  }
}

std::vector<std::byte> encode_with_kept(const MatFields& fields, MatVersion version,
                                        const std::filesystem::path& keep_from,
                                        std::span<const std::string_view> dropped) {
  const std::vector<std::byte> source = read_bytes(keep_from);
  const std::string where = keep_from.string();
  const MatVersion source_version = identify_mat(source, where);
  std::vector<std::string> present;
  if (source_version == MatVersion::level5) {
    const Mat5Layout layout = scan_mat5(source, where, limits_for_file(source.size()).memory_bytes);
    for (const Mat5Element& element : layout.elements) {
      present.push_back(element.name);
    }
    if (version == MatVersion::level5 && !layout.swapped) {
      std::vector<std::byte> target = encode_mat(fields.fields(), version, {});
      append_elements(target, source, layout, names_to_keep(present, fields, dropped));
      return target;
    }
  } else {
    for (const MatArray& array :
         decode_mat(source, source_version, where, std::span<const std::string_view>())) {
      present.push_back(array.name);
    }
  }
  const KeptVariables kept{source, source_version, where, names_to_keep(present, fields, dropped)};
  return encode_mat(fields.fields(), version, kept);
}

/// @throws Error unless the new file can be read and has all its fields
void verify(std::span<const std::byte> bytes, const MatFields& fields, const std::string& where) {
  static constexpr std::array<std::string_view, 1> kNoContents{""};
  try {
    const MatFile written(bytes, where, kNoContents);
    for (const MatField& field : fields.fields()) {
      if (!written.has(top_level(field.name))) {
        throw Error(fmt::format("{}: not written, as field '{}' was lost", where, field.name));
      }
    }
  } catch (const InputError& error) {
    throw Error(fmt::format("{}: not written, as what was made is damaged (found {})", where,
                            error.found()));
  }
}

}  // namespace

void MatFields::matrix(std::string name, const Eigen::Ref<const Eigen::MatrixXd>& values) {
  const Eigen::MatrixXd packed = values;
  fields_.push_back({std::move(name), Kind::float64, static_cast<std::size_t>(packed.rows()),
                     static_cast<std::size_t>(packed.cols()),
                     to_bytes(packed.data(), static_cast<std::size_t>(packed.size()))});
}

void MatFields::row(std::string name, std::span<const double> values) {
  fields_.push_back(
      {std::move(name), Kind::float64, 1, values.size(), to_bytes(values.data(), values.size())});
}

void MatFields::column(std::string name, std::span<const double> values) {
  fields_.push_back(
      {std::move(name), Kind::float64, values.size(), 1, to_bytes(values.data(), values.size())});
}

void MatFields::single_column(std::string name, std::span<const float> values) {
  fields_.push_back(
      {std::move(name), Kind::float32, values.size(), 1, to_bytes(values.data(), values.size())});
}

void MatFields::int32_column(std::string name, std::span<const std::int32_t> values) {
  fields_.push_back(
      {std::move(name), Kind::int32, values.size(), 1, to_bytes(values.data(), values.size())});
}

void MatFields::logical_column(std::string name, const std::vector<bool>& values) {
  const std::vector<std::uint8_t> bytes(values.begin(), values.end());
  fields_.push_back(
      {std::move(name), Kind::logical, bytes.size(), 1, to_bytes(bytes.data(), bytes.size())});
}

void MatFields::number(std::string name, double value) {
  row(std::move(name), {&value, 1});
}

void MatFields::integer(std::string name, std::int64_t value) {
  fields_.push_back({std::move(name), Kind::int64, 1, 1, to_bytes(&value, 1)});
}

void MatFields::logical(std::string name, bool value) {
  logical_column(std::move(name), std::vector<bool>{value});
}

void MatFields::text(std::string name, std::string_view utf8) {
  const std::u16string units = utf16_from_utf8(utf8);
  fields_.push_back({std::move(name), Kind::text, units.empty() ? 0U : 1U, units.size(),
                     to_bytes(units.data(), units.size())});
}

void write_mat(const std::filesystem::path& path, const MatFields& fields, MatVersion version,
               const std::optional<std::filesystem::path>& keep_from,
               std::span<const std::string_view> dropped) {
  require_writable(path);
  const std::vector<std::byte> bytes = keep_from
                                           ? encode_with_kept(fields, version, *keep_from, dropped)
                                           : encode_mat(fields.fields(), version, {});
  verify(bytes, fields, path.string());
  write_atomically(path, bytes);
}

void require_writable_mat(const std::filesystem::path& path, MatVersion version,
                          const std::optional<std::filesystem::path>& keep_from,
                          std::span<const std::string_view> dropped) {
  require_writable(path);
  if (keep_from) {
    encode_with_kept({}, version, *keep_from, dropped);
  }
}

}  // namespace rheobase::io
