#include "io/exchange/model_state.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <sstream>
#include <type_traits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "io/exchange/internal/hdf5_reader.hpp"
#include "io/exchange/internal/hdf5_writer.hpp"
#include "io/exchange/internal/isolated_hdf5.hpp"
#include "io/exchange/internal/nir_import.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/byte_stream.hpp"
#include "io/mat/internal/mat_format.hpp"
#include "io/mat/internal/matio_writer.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "io/mat/internal/text_encoding.hpp"

namespace rheobase::io {

namespace {

const std::string kGroup = "/rheobase";
const std::string kOthers = "/rheobase/other_fields";

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
    if (inside == kOthers) {
      continue;
    }
    if (!reader.is_group(inside)) {
      fields.add(field_of(reader, inside, prefix + member, where));
    } else if (prefix.empty()) {
      read_group(reader, inside, member + ".", where, fields);
    }
  }
}

/// The state as the bytes of a level 5 .mat file, whose reader is the one every model goes through.
std::string state_bytes(const Hdf5Reader& reader, const std::string& where) {
  MatFields fields;
  read_group(reader, kGroup, "", where, fields);
  const std::vector<std::byte> mat = encode_mat(fields.fields(), MatVersion::level5, {});
  return {reinterpret_cast<const char*>(mat.data()), mat.size()};
}

std::string other_bytes(const Hdf5Reader& reader) {
  if (!reader.has(kOthers)) {
    return {};
  }
  const Hdf5Values values = reader.values(kOthers);
  std::string bytes;
  std::ranges::transform(values.numbers, std::back_inserter(bytes),
                         [](double value) { return static_cast<char>(to_integer<int>(value)); });
  return bytes;
}

/// Runs in the child: the model's .mat file, the other fields', notes.
std::string import_bytes(std::span<const std::byte> bytes, const std::string& where,
                         std::optional<double> spike_step_ms) {
  const Hdf5Reader reader(bytes, where);
  ByteWriter message;
  if (reader.has(kGroup) && reader.is_group(kGroup)) {
    message.text(state_bytes(reader, where));
    message.text(other_bytes(reader));
    message.text("");
    return message.take();
  }
  if (!reader.has("/node/nodes")) {
    throw InputError(where, "group '/rheobase'", "nothing",
                     "must hold a model, as `rheobase export` writes it (--format nir or hdf5), or "
                     "a NIR graph (/node)");
  }
  const NirNetwork network = read_nir(reader, where, spike_step_ms);
  const std::vector<std::byte> mat =
      encode_mat(model_fields(network.file).fields(), MatVersion::level5, {});
  message.text({reinterpret_cast<const char*>(mat.data()), mat.size()});
  message.text("");
  message.text(fmt::format("{}", fmt::join(network.notes, "\n")));
  return message.take();
}

/// A file of another kind is named, with the way to convert it.
void require_hdf5(std::span<const std::byte> bytes, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::string found = text.starts_with("MATLAB ")   ? "a .mat file, which needs no import"
                      : text.starts_with("\x89HDF") ? ""
                                                    : foreign_format(bytes);
  if (!found.empty()) {
    throw InputError(where, "", std::move(found),
                     "must be an HDF5 file: a NIR graph or an export of this program");
  }
}

}  // namespace

void add_model_state(Hdf5Writer& writer, const ModelFile& file, std::span<const std::byte> others) {
  writer.group(kGroup);
  const MatFields fields = model_fields(file);
  for (const MatField& field : fields.fields()) {
    add_field(writer, field);
  }
  if (!others.empty()) {
    writer.numbers(kOthers,
                   std::span(reinterpret_cast<const std::uint8_t*>(others.data()), others.size()),
                   {others.size()});
  }
}

ImportedModel import_model(const std::filesystem::path& path, std::optional<double> spike_step_ms) {
  return parse_import(read_bytes(path), path.string(), spike_step_ms);
}

ImportedModel parse_import(std::span<const std::byte> bytes, const std::string& where,
                           std::optional<double> spike_step_ms) {
  require_hdf5(bytes, where);
  const std::string message =
      isolated_hdf5(bytes, where, [&] { return import_bytes(bytes, where, spike_step_ms); });
  ByteReader reader(message);
  const std::string mat = reader.text();
  const std::string others = reader.text();
  std::istringstream notes(reader.text());
  ImportedModel model{parse_model(std::as_bytes(std::span(mat)), where), {}, {}};
  const auto other_view = std::as_bytes(std::span(others));
  model.others.assign(other_view.begin(), other_view.end());
  for (std::string line; std::getline(notes, line);) {
    model.notes.push_back(line);
  }
  return model;
}

void write_imported(const std::filesystem::path& path, const ImportedModel& model) {
  write_model_with(path, model.file, model.others, "the imported file's other fields");
}

ModelFile read_model_state(const std::filesystem::path& path) {
  return import_model(path).file;
}

ModelFile parse_model_state(std::span<const std::byte> bytes, const std::string& where) {
  return parse_import(bytes, where, {}).file;
}

}  // namespace rheobase::io
