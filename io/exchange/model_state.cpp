#include "io/exchange/model_state.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "io/exchange/internal/hdf5_reader.hpp"
#include "io/exchange/internal/hdf5_writer.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/isolate.hpp"
#include "io/mat/internal/matio_writer.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "io/mat/internal/text_encoding.hpp"

namespace rheobase::io {

namespace {

const std::string kGroup = "/rheobase";

template <class T>
std::vector<T> row_major(const MatField& field) {
  std::vector<T> columns(field.rows * field.cols);
  std::memcpy(columns.data(), field.data.data(), columns.size() * sizeof(T));
  std::vector<T> rows(columns.size());
  for (std::size_t i = 0; i < field.rows; ++i) {
    for (std::size_t j = 0; j < field.cols; ++j) {
      rows[i * field.cols + j] = columns[j * field.rows + i];
    }
  }
  return rows;
}

/// "task_parameters.delay" is the dataset task_parameters/delay.
std::string path_of(const std::string& name) {
  std::string path = kGroup + "/" + name;
  std::replace(path.begin(), path.end(), '.', '/');
  return path;
}

std::string text_of(const MatField& field) {
  std::u16string units(field.data.size() / sizeof(char16_t), u'\0');
  std::memcpy(units.data(), field.data.data(), field.data.size());
  return utf8_from_utf16(units);
}

void add_field(Hdf5Writer& writer, const MatField& field) {
  const std::string path = path_of(field.name);
  const Hdf5Writer::Shape shape{field.rows, field.cols};
  switch (field.kind) {
    case MatField::Kind::float64:
      return writer.numbers(path, row_major<double>(field), shape);
    case MatField::Kind::float32:
      return writer.numbers(path, row_major<float>(field), shape);
    case MatField::Kind::int32:
      return writer.numbers(path, row_major<std::int32_t>(field), shape);
    case MatField::Kind::int64:
      return writer.numbers(path, row_major<std::int64_t>(field), shape);
    case MatField::Kind::logical:
      return writer.numbers(path, row_major<std::uint8_t>(field), shape);
    case MatField::Kind::text:
      return writer.text(path, text_of(field));
  }
}

/// @throws InputError for a number that the field's type does not hold
template <class T>
MatField column_major(std::string name, MatField::Kind kind, const Hdf5Values& values,
                      const std::string& where) {
  MatField field{std::move(name), kind, values.shape[0], values.shape[1], {}};
  std::vector<T> columns(values.numbers.size());
  for (std::size_t i = 0; i < field.rows; ++i) {
    for (std::size_t j = 0; j < field.cols; ++j) {
      const double number = values.numbers[i * field.cols + j];
      if constexpr (std::is_integral_v<T>) {
        if (!whole_number<T>(number)) {
          throw InputError(where, fmt::format("field '{}'", field.name), fmt::format("{}", number),
                           "must be a whole number within the range of its type");
        }
      }
      columns[j * field.rows + i] = static_cast<T>(number);
    }
  }
  const auto bytes = std::as_bytes(std::span(columns));
  field.data.assign(bytes.begin(), bytes.end());
  return field;
}

MatField field_of(const Hdf5Reader& reader, const std::string& path, std::string name,
                  const std::string& where) {
  const Hdf5Values values = reader.values(path);
  if (values.type == "text") {
    MatFields one;
    one.text(std::move(name), values.text);
    return one.fields().front();
  }
  if (values.shape.size() != 2) {
    throw InputError(where, fmt::format("'{}'", path),
                     fmt::format("{} dimensions", values.shape.size()), "must have two");
  }
  if (values.type == "f32") {
    return column_major<float>(std::move(name), MatField::Kind::float32, values, where);
  }
  if (values.type == "i32") {
    return column_major<std::int32_t>(std::move(name), MatField::Kind::int32, values, where);
  }
  if (values.type == "i64") {
    return column_major<std::int64_t>(std::move(name), MatField::Kind::int64, values, where);
  }
  if (values.type == "u8") {
    return column_major<std::uint8_t>(std::move(name), MatField::Kind::logical, values, where);
  }
  return column_major<double>(std::move(name), MatField::Kind::float64, values, where);
}

void read_group(const Hdf5Reader& reader, const std::string& path, const std::string& prefix,
                const std::string& where, MatFields& fields) {
  for (const std::string& member : reader.members(path)) {
    const std::string inside = path + "/" + member;
    if (!reader.is_group(inside)) {
      fields.add(field_of(reader, inside, prefix + member, where));
    } else if (prefix.empty()) {
      read_group(reader, inside, member + ".", where, fields);
    }
  }
}

/// The state as the bytes of a level 5 .mat file, whose reader is the one every model goes through.
std::string mat_bytes(std::span<const std::byte> bytes, const std::string& where) {
  const Hdf5Reader reader(bytes, where);
  if (!reader.has(kGroup) || !reader.is_group(kGroup)) {
    throw InputError(where, "group '/rheobase'", "nothing",
                     "must hold a model, as `rheobase export` writes it (--format nir or hdf5)");
  }
  MatFields fields;
  read_group(reader, kGroup, "", where, fields);
  const std::vector<std::byte> mat = encode_mat(fields.fields(), MatVersion::level5, {});
  return {reinterpret_cast<const char*>(mat.data()), mat.size()};
}

}  // namespace

void add_model_state(Hdf5Writer& writer, const ModelFile& file) {
  writer.group(kGroup);
  const MatFields fields = model_fields(file);
  for (const MatField& field : fields.fields()) {
    add_field(writer, field);
  }
}

ModelFile read_model_state(const std::filesystem::path& path) {
  return parse_model_state(read_bytes(path), path.string());
}

ModelFile parse_model_state(std::span<const std::byte> bytes, const std::string& where) {
  std::string mat;
  try {
    mat = run_isolated([&] { return mat_bytes(bytes, where); }, limits_for_file(bytes.size()));
  } catch (const InputError&) {
    throw;
  } catch (const Error& error) {
    throw InputError(where, "", fmt::format("contents that cannot be read ({})", error.what()),
                     "must be an undamaged HDF5 file");
  }
  return parse_model(std::as_bytes(std::span(mat)), where);
}

}  // namespace rheobase::io
