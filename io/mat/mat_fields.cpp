#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/kept_fields.hpp"
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

/// The variables `names` of a level 5 file for a file of another level or byte order.
KeptVariables kept_of_level5(std::span<const std::byte> source, const std::string& where,
                             const Mat5Layout& layout, const std::vector<std::string>& names) {
  KeptVariables kept{{}, MatVersion::level5, where, names, 0};
  std::vector<const Mat5Element*> selected;
  for (const Mat5Element& element : layout.elements) {
    if (std::ranges::find(names, element.name) == names.end()) {
      continue;
    }
    if (!element.obstacle.empty()) {
      throw InputError(where, fmt::format("field '{}'", element.name), element.obstacle,
                       kMustBeCopyable);
    }
    selected.push_back(&element);
    kept.number_bytes += element.double_bytes;
  }
  kept.bytes = select_mat5(source, layout, selected);
  return kept;
}

std::vector<std::byte> encode_with_kept(const MatFields& fields, MatVersion version,
                                        std::span<const std::byte> source, const std::string& where,
                                        const KeptContents& kept) {
  if (kept.version == MatVersion::level73) {
    return encode_mat(
        fields.fields(), version,
        KeptVariables{{source.begin(), source.end()}, kept.version, where, kept.names, 0});
  }
  if (version == MatVersion::level5 && !kept.layout.swapped) {
    std::vector<std::byte> target = encode_mat(fields.fields(), version, {});
    append_elements(target, source, kept.layout, kept.names);
    return target;
  }
  return encode_mat(fields.fields(), version,
                    kept_of_level5(source, where, kept.layout, kept.names));
}

/// Bytes of one number or character of a class; 0 where the extents do not tell what there is.
std::size_t bytes_of_class(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::size_t>, 12> kBytes{
      {{"double", 8},
       {"single", 4},
       {"int64", 8},
       {"uint64", 8},
       {"int32", 4},
       {"uint32", 4},
       {"int16", 2},
       {"uint16", 2},
       {"char", 2},
       {"int8", 1},
       {"uint8", 1},
       {"logical", 1}}};
  const auto found = std::ranges::find(kBytes, name, [](const auto& entry) { return entry.first; });
  return found == kBytes.end() ? 0 : found->second;
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
    if (bytes.size() >= largest_file()) {
      fail_writing(where, EFBIG);  // matio does not say so
    }
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

OtherFields other_fields(std::span<const std::byte> source, const std::string& where,
                         const MatFields& fields, std::span<const std::string_view> dropped) {
  const MatVersion version = identify_mat(source, where);
  std::set<std::string> known(dropped.begin(), dropped.end());
  for (const MatField& field : fields.fields()) {
    known.emplace(top_level(field.name));
  }
  OtherFields others;
  bool any = false;
  for (const MatArray& array :
       decode_mat(source, version, where, std::span<const std::string_view>())) {
    const bool is_object = array.class_name == "object" || array.class_name == "function_handle";
    if (!known.contains(array.name) && is_object && version == MatVersion::level73) {
      others.left_out.push_back(array.name);
      known.insert(array.name);
    }
    any = any || !known.contains(array.name);
  }
  if (any) {
    const std::vector<std::string_view> names(known.begin(), known.end());
    others.level5 = encode_with_kept({}, MatVersion::level5, source, where,
                                     kept_contents(source, where, {}, names));
  }
  return others;
}

KeptContents kept_contents(std::span<const std::byte> source, const std::string& where,
                           const MatFields& fields, std::span<const std::string_view> dropped) {
  KeptContents kept{identify_mat(source, where), {}, {}, 0};
  std::vector<std::string> present;
  std::vector<std::size_t> bytes;
  if (kept.version == MatVersion::level73) {
    for (const MatArray& array :
         decode_mat(source, kept.version, where, std::span<const std::string_view>())) {
      const std::size_t parts = array.complex ? 2 : 1;
      present.push_back(array.name);
      bytes.push_back(parts * array.element_count().value_or(0) * bytes_of_class(array.class_name));
    }
  } else {
    kept.layout = scan_mat5(source, where);
    for (const Mat5Element& element : kept.layout.elements) {
      present.push_back(element.name);
      bytes.push_back(element.contents_bytes);
    }
  }
  kept.names = names_to_keep(present, fields, dropped);
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (std::ranges::find(kept.names, present[i]) != kept.names.end()) {
      kept.bytes += bytes[i];
    }
  }
  return kept;
}

MatVersion level_that_holds(const MatFields& fields, MatVersion wanted, std::size_t kept_bytes,
                            std::size_t most_inflated) {
  std::map<std::string_view, std::size_t> bytes;
  std::size_t total = kept_bytes;
  for (const MatField& field : fields.fields()) {
    bytes[top_level(field.name)] += field.data.size();
    total += field.data.size();
  }
  const std::size_t tags = most_inflated / 64;  // and names beside the numbers
  const bool fits =
      std::ranges::all_of(bytes, [](const auto& variable) { return fits_level5(variable.second); });
  return fits && total < most_inflated - tags ? wanted : MatVersion::level73;
}

void write_mat_keeping(const std::filesystem::path& path, const MatFields& fields,
                       MatVersion wanted, std::span<const std::byte> source,
                       const std::string& where, std::span<const std::string_view> dropped,
                       const std::function<bool()>& stop) {
  require_writable(path);
  const KeptContents kept =
      source.empty() ? KeptContents{} : kept_contents(source, where, fields, dropped);
  const MatVersion version = level_that_holds(fields, wanted, kept.bytes);
  const std::vector<std::byte> bytes = source.empty()
                                           ? encode_mat(fields.fields(), version, {})
                                           : encode_with_kept(fields, version, source, where, kept);
  verify(bytes, fields, path.string());
  write_atomically(path, bytes, stop);
}

void write_mat(const std::filesystem::path& path, const MatFields& fields, MatVersion version,
               const std::optional<std::filesystem::path>& keep_from,
               std::span<const std::string_view> dropped, const std::function<bool()>& stop) {
  require_writable(path);
  write_mat_keeping(path, fields, version,
                    keep_from ? read_bytes(*keep_from) : std::vector<std::byte>(),
                    keep_from.value_or("").string(), dropped, stop);
}

void require_writable_mat(const std::filesystem::path& path, MatVersion version,
                          const std::optional<std::filesystem::path>& keep_from,
                          std::span<const std::string_view> dropped) {
  require_writable(path);
  if (keep_from) {
    const std::vector<std::byte> source = read_bytes(*keep_from);
    const std::string where = keep_from->string();
    encode_with_kept({}, version, source, where, kept_contents(source, where, {}, dropped));
  }
}

}  // namespace rheobase::io
