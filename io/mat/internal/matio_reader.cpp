#include "io/mat/internal/matio_reader.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <new>

#include <fmt/format.h>
#include <matio.h>

#include "core/error.hpp"
#include "io/mat/internal/byte_stream.hpp"
#include "io/mat/internal/isolate.hpp"
#include "io/mat/internal/mat5_scan.hpp"
#include "io/mat/internal/mat73_file.hpp"
#include "io/mat/internal/matio_handle.hpp"
#include "io/mat/internal/scratch_file.hpp"
#include "io/mat/internal/text_encoding.hpp"

namespace rheobase::io {

namespace {

constexpr std::string_view kMustBeWhole = "must be an undamaged .mat file";

std::size_t element_count(const matvar_t& variable) {
  std::size_t count = 1;
  for (int i = 0; i < variable.rank; ++i) {
    if (__builtin_mul_overflow(count, variable.dims[i], &count)) {
      throw std::bad_alloc();
    }
  }
  return count;
}

const char* class_name(const matvar_t& variable) {
  if (variable.isLogical != 0) {
    return "logical";
  }
  switch (variable.class_type) {
    case MAT_C_DOUBLE:
      return "double";
    case MAT_C_SINGLE:
      return "single";
    case MAT_C_INT8:
      return "int8";
    case MAT_C_UINT8:
      return "uint8";
    case MAT_C_INT16:
      return "int16";
    case MAT_C_UINT16:
      return "uint16";
    case MAT_C_INT32:
      return "int32";
    case MAT_C_UINT32:
      return "uint32";
    case MAT_C_INT64:
      return "int64";
    case MAT_C_UINT64:
      return "uint64";
    case MAT_C_SPARSE:
      return "sparse";
    case MAT_C_CHAR:
      return "char";
    case MAT_C_CELL:
      return "cell";
    case MAT_C_STRUCT:
      return "struct";
    case MAT_C_FUNCTION:
      return "function_handle";
    default:
      return "object";
  }
}

template <class T>
void append_as(std::vector<double>& values, const void* data, std::size_t count) {
  const T* numbers = static_cast<const T*>(data);
  values.reserve(values.size() + count);
  std::transform(numbers, numbers + count, std::back_inserter(values),
                 [](T number) { return static_cast<double>(number); });
}

/// Numbers of a matio type as doubles, nothing for another type.
std::vector<double> numbers_from(matio_types type, const void* data, std::size_t count) {
  std::vector<double> values;
  if (data == nullptr) {
    return values;
  }
  switch (type) {
    case MAT_T_DOUBLE:
      append_as<double>(values, data, count);
      break;
    case MAT_T_SINGLE:
      append_as<float>(values, data, count);
      break;
    case MAT_T_INT8:
      append_as<std::int8_t>(values, data, count);
      break;
    case MAT_T_UINT8:
      append_as<std::uint8_t>(values, data, count);
      break;
    case MAT_T_INT16:
      append_as<std::int16_t>(values, data, count);
      break;
    case MAT_T_UINT16:
      append_as<std::uint16_t>(values, data, count);
      break;
    case MAT_T_INT32:
      append_as<std::int32_t>(values, data, count);
      break;
    case MAT_T_UINT32:
      append_as<std::uint32_t>(values, data, count);
      break;
    case MAT_T_INT64:
      append_as<std::int64_t>(values, data, count);
      break;
    case MAT_T_UINT64:
      append_as<std::uint64_t>(values, data, count);
      break;
    default:
      break;
  }
  return values;
}

/// A sparse matrix in full, nothing when its indices are out of range.
std::vector<double> dense_from(const matvar_t& variable, std::size_t memory_bytes) {
  const auto* sparse = static_cast<const mat_sparse_t*>(variable.data);
  if (sparse == nullptr || variable.rank != 2) {
    return {};
  }
  const std::size_t rows = variable.dims[0];
  const std::size_t cols = variable.dims[1];
  const std::vector<double> values = numbers_from(variable.data_type, sparse->data, sparse->ndata);
  if (element_count(variable) > memory_bytes / sizeof(double) || sparse->njc != cols + 1) {
    return {};
  }
  std::vector<double> dense(rows * cols, 0.0);
  for (std::size_t col = 0; col < cols; ++col) {
    for (std::size_t k = sparse->jc[col]; k < sparse->jc[col + 1]; ++k) {
      if (k >= values.size() || k >= sparse->nir || sparse->ir[k] >= rows) {
        return {};
      }
      dense[col * rows + sparse->ir[k]] = values[k];
    }
  }
  return dense;
}

/// Characters of an array, column by column, as lines of its rows.
template <class Unit, class Encode>
std::string rows_of(std::basic_string_view<Unit> units, std::size_t rows, const Encode& encode) {
  std::string text;
  for (std::size_t row = 0; row < rows; ++row) {
    std::basic_string<Unit> line;
    for (std::size_t i = row; i < units.size(); i += rows) {
      line.push_back(units[i]);
    }
    text += (row > 0 ? "\n" : "") + encode(line);
  }
  return text;
}

/// The text of a char array, its rows as lines.
std::string text_from(const matvar_t& variable) {
  if (variable.data == nullptr || variable.data_size <= 0) {
    return {};
  }
  const std::size_t count = element_count(variable);
  const std::size_t rows = variable.rank == 2 ? std::max<std::size_t>(variable.dims[0], 1) : 1;
  const auto units = [&]<class Unit>(Unit) {
    return std::basic_string_view<Unit>(static_cast<const Unit*>(variable.data),
                                        variable.nbytes / sizeof(Unit));
  };
  const auto lines = [&](auto all, const auto& encode) {
    return rows_of(all, all.size() == count ? rows : 1, encode);
  };
  std::string text;
  if (variable.data_size == 1) {
    const std::string_view bytes = units(char{});
    // SciPy writes the characters, not their bytes, column by column.
    const bool counts_characters = rows > 1 && bytes.size() > count;
    const std::u32string points = counts_characters ? utf32_from_utf8(bytes) : std::u32string();
    text = counts_characters && points.size() == count
               ? lines(std::u32string_view(points), utf8_from_utf32)
               : lines(bytes, [](const std::string& line) { return line; });
  } else if (variable.data_size == 2) {
    text = lines(units(char16_t{}), utf8_from_utf16);
  } else if (variable.data_size == 4) {
    text = lines(units(char32_t{}), utf8_from_utf32);
  }
  while (!text.empty() && text.back() == '\0') {
    text.pop_back();
  }
  return text;
}

/// Sends one variable to the parent, of an object `text`, its class. What is inside a
/// structure or cell follows as variables of their own.
void pack(ByteWriter& message, const matvar_t& variable, const std::string& name,
          std::size_t memory_bytes, bool with_contents, std::string text = {}) {
  std::vector<double> values;
  const std::size_t count = element_count(variable);
  if (with_contents && variable.class_type == MAT_C_SPARSE) {
    values = dense_from(variable, memory_bytes);
  } else if (with_contents && variable.class_type == MAT_C_CHAR) {
    text = text_from(variable);
  } else if (with_contents && variable.isComplex == 0 && variable.class_type >= MAT_C_DOUBLE &&
             variable.class_type <= MAT_C_UINT64 &&
             variable.nbytes / std::max<std::size_t>(Mat_SizeOf(variable.data_type), 1) >= count) {
    values = numbers_from(variable.data_type, variable.data, count);
  }
  message.number(std::uint8_t{1});
  message.text(name);
  message.text(class_name(variable));
  message.numbers(
      std::span<const std::size_t>(variable.dims, static_cast<std::size_t>(variable.rank)));
  message.number(static_cast<std::uint8_t>(variable.isComplex != 0));
  message.numbers(std::span<const double>(values));
  message.text(text);
}

constexpr int kDeepestPacked = 6;  // structures and cells inside each other

void pack_inside(ByteWriter& message, matvar_t& container, const std::string& name,
                 std::size_t memory_bytes, int depth);

void pack_whole(ByteWriter& message, matvar_t* inside, const std::string& name,
                std::size_t memory_bytes, int depth) {
  if (inside != nullptr && inside->rank >= 2) {
    pack(message, *inside, name, memory_bytes, true);
    pack_inside(message, *inside, name, memory_bytes, depth + 1);
  }
}

/// Sends what is inside a structure or cell: s.f for a 1 x 1 structure, s(2).f for element 2 of an
/// array of them, c{2} for the second cell.
void pack_inside(ByteWriter& message, matvar_t& container, const std::string& name,
                 std::size_t memory_bytes, int depth) {
  if (depth > kDeepestPacked || container.data == nullptr) {
    return;
  }
  const std::size_t count = element_count(container);
  if (container.class_type == MAT_C_CELL) {
    for (std::size_t k = 0; k < count; ++k) {
      pack_whole(message, Mat_VarGetCell(&container, static_cast<int>(k)),
                 fmt::format("{}{{{}}}", name, k + 1), memory_bytes, depth);
    }
    return;
  }
  const unsigned members =
      container.class_type == MAT_C_STRUCT ? Mat_VarGetNumberOfFields(&container) : 0;
  char* const* names = members > 0 ? Mat_VarGetStructFieldnames(&container) : nullptr;
  for (std::size_t k = 0; names != nullptr && k < count; ++k) {
    for (unsigned i = 0; i < members; ++i) {
      const std::string element = count == 1 ? name : fmt::format("{}({})", name, k + 1);
      pack_whole(message, Mat_VarGetStructFieldByIndex(&container, i, k),
                 fmt::format("{}.{}", element, names[i]), memory_bytes, depth);
    }
  }
}

using Wanted = std::optional<std::span<const std::string_view>>;

bool is_wanted(const Wanted& wanted, std::string_view name) {
  return !wanted || std::ranges::find(*wanted, name) != wanted->end();
}

void pack_all(ByteWriter& message, matvar_t& variable, std::size_t memory_bytes,
              bool with_contents) {
  pack(message, variable, variable.name, memory_bytes, with_contents);
  if (with_contents) {
    pack_inside(message, variable, variable.name, memory_bytes, 1);
  }
}

/// Runs in the child: every variable of a level 5 file, as one message.
std::string read_level5(const std::string& name, const std::string& where,
                        std::size_t memory_bytes) {
  const MatHandle file(Mat_Open(name.c_str(), MAT_ACC_RDONLY));
  if (!file) {
    throw InputError(where, "", "a file that matio cannot open", kMustBeWhole);
  }
  ByteWriter message(memory_bytes);
  for (;;) {
    const Variable variable(Mat_VarReadNextInfo(file.get()));
    if (!variable) {
      break;
    }
    if (variable->name == nullptr || variable->name[0] == '\0' || variable->rank < 2) {
      continue;
    }
    const bool read = Mat_VarReadDataAll(file.get(), variable.get()) == MATIO_E_NO_ERROR;
    pack_all(message, *variable, memory_bytes, read);
  }
  message.number(std::uint8_t{0});
  return message.take();
}

/// Runs in the child: the wanted variables of a level 7.3 file, and what the others are.
std::string read_level73(std::span<const std::byte> bytes, const std::string& where,
                         const Wanted& wanted) {
  const Mat73File file(bytes, where);
  const std::vector<std::string> names = file.names();
  std::size_t total = 0;
  for (const std::string& name : names) {
    if (is_wanted(wanted, name)) {
      total += file.declared_bytes(name);
      require_memory_for(total, where, fmt::format("field '{}'", name),
                         fmt::format("{} MiB of numbers in the fields up to it", total >> 20));
    }
  }
  allow_memory_for(total);
  ByteWriter message(total);
  for (const std::string& name : names) {
    const bool needed = is_wanted(wanted, name);
    const Variable variable = needed ? file.read(name) : file.head(name);
    if (variable->class_type == MAT_C_OPAQUE) {
      pack(message, *variable, name, 0, false, file.matlab_class(name));
    } else {
      pack_all(message, *variable, total, needed);
    }
  }
  message.number(std::uint8_t{0});
  return message.take();
}

/// Whether an array may be worked with: at least two dimensions, and values for all or none of its
/// elements. Scalars and vectors of level 7.3 (HDF5 has both) become matrices of one column.
bool made_whole(MatArray& array) {
  constexpr std::size_t kMostDimensions = 64;
  while (array.dims.size() < 2) {
    array.dims.push_back(1);
  }
  return array.dims.size() <= kMostDimensions &&
         (array.values.empty() || array.element_count() == array.values.size());
}

/// The child worked on a hostile file with a library: what it says is checked, not believed.
std::vector<MatArray> unpack(const std::string& message, const std::string& where) {
  ByteReader reader(message);
  bool whole = true;
  std::vector<MatArray> arrays;
  while (reader.number<std::uint8_t>() == 1) {
    MatArray array;
    array.name = reader.text();
    array.class_name = reader.text();
    array.dims = reader.numbers<std::size_t>();
    array.complex = reader.number<std::uint8_t>() != 0;
    array.values = reader.numbers<double>();
    array.text = reader.text();
    whole = whole && made_whole(array);
    arrays.push_back(std::move(array));
  }
  if (!whole || !reader.ok() || !reader.at_end()) {
    throw InputError(where, "", "a damaged file", kMustBeWhole);
  }
  return arrays;
}

/// @throws InputError where a variable that the structure of the file has was not decoded
void check_complete(std::span<const Mat5Element* const> elements,
                    const std::vector<MatArray>& arrays, const std::string& where) {
  for (const Mat5Element* element : elements) {
    if (std::ranges::find(arrays, element->name, &MatArray::name) == arrays.end()) {
      throw InputError(where, fmt::format("field '{}'", element->name),
                       "a variable that cannot be decoded", "must be an undamaged variable");
    }
  }
}

/// Runs `body` in a child and takes what it says.
std::vector<MatArray> decode_isolated(const std::function<std::string()>& body,
                                      const IsolationLimits& limits, const std::string& where) {
  try {
    return unpack(run_isolated(body, limits), where);
  } catch (const InputError&) {
    throw;
  } catch (const Error& error) {
    throw InputError(where, "", fmt::format("a file on which a library fails ({})", error.what()),
                     kMustBeWhole);
  }
}

/// matio sees the elements it can read and that are wanted; of the others the scan tells.
std::vector<MatArray> decode_level5(std::span<const std::byte> bytes, const std::string& where,
                                    const Wanted& wanted) {
  const Mat5Layout layout = scan_mat5(bytes, where);
  std::vector<const Mat5Element*> selected;
  std::vector<MatArray> others;
  std::size_t total = 0;
  for (const Mat5Element& element : layout.elements) {
    if (element.name.empty()) {
      continue;
    }
    if (is_wanted(wanted, element.name) && element.obstacle.empty()) {
      selected.push_back(&element);
      total += element.double_bytes;
      require_memory_for(total, where, fmt::format("field '{}'", element.name),
                         fmt::format("{} MiB of numbers in the fields up to it", total >> 20));
    } else {
      others.push_back({element.name,
                        element.class_name,
                        element.dims,
                        element.complex,
                        {},
                        element.object_class});
    }
  }
  if (!selected.empty()) {
    const std::vector<std::byte> selection = select_mat5(bytes, layout, selected);
    const ScratchFile file(MatVersion::level5, selection);
    std::vector<MatArray> arrays =
        decode_isolated([&] { return read_level5(file.name(), where, total); },
                        limits_for(selection.size(), total), where);
    check_complete(selected, arrays, where);
    std::ranges::move(arrays, std::back_inserter(others));
  }
  return others;
}

}  // namespace

std::vector<MatArray> decode_mat(std::span<const std::byte> bytes, MatVersion version,
                                 const std::string& where, Wanted wanted) {
  if (version == MatVersion::level5) {
    return decode_level5(bytes, where, wanted);
  }
  return decode_isolated([&] { return read_level73(bytes, where, wanted); },
                         limits_for(bytes.size(), 0), where);
}

}  // namespace rheobase::io
