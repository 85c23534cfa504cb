#include "io/mat/internal/mat73_file.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/mat/internal/hdf5_handle.hpp"
#include "io/mat/internal/hdf5_objects.hpp"
#include "io/mat/internal/text_encoding.hpp"

namespace rheobase::io {

namespace {

constexpr int kDeepestPart = 16;  // nesting of cells and structures
constexpr std::size_t kMostParts =
    1'000'000;  // of one variable: references may go round in circles
constexpr std::string_view kMustBeWhole73 = "must be an undamaged level 7.3 .mat file";

/// A class of MATLAB's with its type in matio and in HDF5.
struct NumberClass {
  std::string_view name;
  matio_classes array_class;
  matio_types type;
  hid_t memory;
  std::size_t size;
};

const NumberClass* number_class(std::string_view name) {
  static const std::array<NumberClass, 11> classes{{
      {"double", MAT_C_DOUBLE, MAT_T_DOUBLE, H5T_NATIVE_DOUBLE, 8},
      {"single", MAT_C_SINGLE, MAT_T_SINGLE, H5T_NATIVE_FLOAT, 4},
      {"int8", MAT_C_INT8, MAT_T_INT8, H5T_NATIVE_INT8, 1},
      {"uint8", MAT_C_UINT8, MAT_T_UINT8, H5T_NATIVE_UINT8, 1},
      {"int16", MAT_C_INT16, MAT_T_INT16, H5T_NATIVE_INT16, 2},
      {"uint16", MAT_C_UINT16, MAT_T_UINT16, H5T_NATIVE_UINT16, 2},
      {"int32", MAT_C_INT32, MAT_T_INT32, H5T_NATIVE_INT32, 4},
      {"uint32", MAT_C_UINT32, MAT_T_UINT32, H5T_NATIVE_UINT32, 4},
      {"int64", MAT_C_INT64, MAT_T_INT64, H5T_NATIVE_INT64, 8},
      {"uint64", MAT_C_UINT64, MAT_T_UINT64, H5T_NATIVE_UINT64, 8},
      {"logical", MAT_C_UINT8, MAT_T_UINT8, H5T_NATIVE_UINT8, 1},
  }};
  const auto found = std::ranges::find(classes, name, &NumberClass::name);
  return found == classes.end() ? nullptr : &*found;
}

/// What a dataset without MATLAB's attribute holds, from its type.
std::string class_of_type(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return size > 4 ? "double" : "single";
    case H5T_INTEGER:
      return fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", 8 * size);
    case H5T_ENUM:
      return "logical";
    case H5T_STRING:
      return "char";
    case H5T_COMPOUND:
      return "double";
    case H5T_REFERENCE:
      return "cell";
    default:
      return "";
  }
}

std::size_t product(const std::vector<std::size_t>& dims) {
  std::size_t count = 1;
  for (const std::size_t extent : dims) {
    if (__builtin_mul_overflow(count, extent, &count)) {
      throw std::bad_alloc();
    }
  }
  return count;
}

Variable checked(matvar_t* variable) {
  if (variable == nullptr) {
    throw std::bad_alloc();
  }
  return Variable(variable);
}

Variable make(const std::string& name, matio_classes array_class, matio_types type,
              const std::vector<std::size_t>& dims, const void* data, int flags) {
  static std::array<double, 2> nothing{};  // matio takes no null pointer, even for no data
  const bool empty = data != nullptr && product(dims) == 0;
  return checked(Mat_VarCreate(name.c_str(), array_class, type, static_cast<int>(dims.size()),
                               const_cast<std::size_t*>(dims.data()),
                               empty ? nothing.data() : const_cast<void*>(data),
                               flags | (empty ? static_cast<int>(MAT_F_DONT_COPY_DATA) : 0)));
}

/// Stands for what cannot be read: a name, a class and extents.
Variable unreadable(const std::string& name, matio_classes array_class) {
  Variable variable = checked(Mat_VarCalloc());
  variable->name = ::strdup(name.c_str());
  variable->dims = static_cast<std::size_t*>(std::malloc(2 * sizeof(std::size_t)));
  if (variable->name == nullptr || variable->dims == nullptr) {
    throw std::bad_alloc();
  }
  variable->rank = 2;
  variable->dims[0] = variable->dims[1] = 1;
  variable->class_type = array_class;
  return variable;
}

/// Whether a member of a structure holds one reference an element of an array of structures.
bool is_column_of_structures(hid_t member) {
  if (H5Iget_type(member) != H5I_DATASET || has_attribute(member, "MATLAB_class")) {
    return false;
  }
  const Hdf5Handle type(H5Dget_type(member), H5Tclose, "type");
  return H5Tget_class(type) == H5T_REFERENCE;
}

}  // namespace

struct Mat73File::Impl {
  std::string where;
  Hdf5Handle file;
  std::string variable = {};  ///< that is being read, for messages
  std::size_t parts = 0;      ///< of it, so far

  [[noreturn]] void fail(const std::string& found) const {
    throw InputError(where, fmt::format("field '{}'", variable), found, kMustBeWhole73);
  }

  /// Starts on a variable of the file.
  Hdf5Handle begin(const std::string& name) {
    variable = name;
    parts = 0;
    return open_member(file, name);
  }

  Hdf5Handle open_member(hid_t group, const std::string& name) {
    const std::string obstacle = link_obstacle(group, name);
    if (!obstacle.empty()) {
      fail(obstacle);
    }
    return {H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose, name};
  }

  Variable variable_of(hid_t object, const std::string& name, int depth, bool with_contents);
  Variable dataset(hid_t set, const std::string& name, int depth, bool with_contents);
  Variable numbers(hid_t set, const NumberClass& kind, const std::vector<std::size_t>& dims,
                   const std::string& name, int flags);
  Variable complex_numbers(hid_t set, const NumberClass& kind, const std::vector<std::size_t>& dims,
                           const std::string& name);
  Variable text(hid_t set, const std::vector<std::size_t>& dims, const std::string& name);
  Variable cell(hid_t set, const std::vector<std::size_t>& dims, const std::string& name,
                int depth);
  Variable structure(hid_t group, const std::string& name, int depth, bool with_contents);
  Variable sparse(hid_t group, const std::string& name, std::size_t rows);
  std::vector<mat_uint32_t> indices(hid_t group, const std::string& member);
  std::vector<std::string> members(hid_t group) const;
  std::vector<std::size_t> empty_extents(hid_t set, const std::vector<std::size_t>& dims);
  std::size_t declared(hid_t object, int depth);
  void count_part(int depth);
};

void Mat73File::Impl::count_part(int depth) {
  if (depth > kDeepestPart || ++parts > kMostParts) {
    fail("cells and structures nested too deeply");
  }
}

Variable Mat73File::Impl::numbers(hid_t set, const NumberClass& kind,
                                  const std::vector<std::size_t>& dims, const std::string& name,
                                  int flags) {
  std::vector<std::byte> data(product(dims) * kind.size + 1);
  if (product(dims) > 0) {
    hdf5_check(H5Dread(set, kind.memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data.data()), name);
  }
  return make(name, kind.array_class, kind.type, dims, data.data(), flags);
}

Variable Mat73File::Impl::complex_numbers(hid_t set, const NumberClass& kind,
                                          const std::vector<std::size_t>& dims,
                                          const std::string& name) {
  std::array<std::vector<std::byte>, 2> parts_of_numbers;
  constexpr std::array<const char*, 2> kNames{"real", "imag"};
  for (std::size_t i = 0; i < 2; ++i) {
    const Hdf5Handle type(H5Tcreate(H5T_COMPOUND, kind.size), H5Tclose, name);
    hdf5_check(H5Tinsert(type, kNames[i], 0, kind.memory), name);
    parts_of_numbers[i].resize(product(dims) * kind.size + 1);
    if (product(dims) > 0) {
      hdf5_check(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, parts_of_numbers[i].data()),
                 name);
    }
  }
  mat_complex_split_t both{parts_of_numbers[0].data(), parts_of_numbers[1].data()};
  return make(name, kind.array_class, kind.type, dims, &both, MAT_F_COMPLEX);
}

Variable Mat73File::Impl::text(hid_t set, const std::vector<std::size_t>& dims,
                               const std::string& name) {
  const Hdf5Handle type(H5Dget_type(set), H5Tclose, name);
  if (H5Tget_class(type) == H5T_STRING) {  // as h5py writes text
    const std::u16string units = utf16_from_utf8(read_scalar_text(set, name));
    return make(name, MAT_C_CHAR, MAT_T_UTF16, {units.empty() ? 0U : 1U, units.size()},
                units.data(), 0);
  }
  std::vector<char16_t> units(product(dims) + 1);
  if (product(dims) > 0) {
    hdf5_check(H5Dread(set, H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, units.data()), name);
  }
  return make(name, MAT_C_CHAR, MAT_T_UTF16, dims, units.data(), 0);
}

Variable Mat73File::Impl::cell(hid_t set, const std::vector<std::size_t>& dims,
                               const std::string& name, int depth) {
  Variable result = make(name, MAT_C_CELL, MAT_T_CELL, dims, nullptr, 0);
  const std::vector<hobj_ref_t> references = read_references(set, product(dims), name);
  for (std::size_t i = 0; i < references.size(); ++i) {
    const Hdf5Handle object = dereference(set, references[i], name);
    Mat_VarSetCell(result.get(), static_cast<int>(i),
                   variable_of(object, "", depth + 1, true).release());
  }
  return result;
}

/// Members in MATLAB's order, those it does not list behind them.
std::vector<std::string> Mat73File::Impl::members(hid_t group) const {
  const std::vector<std::string> present = member_names(group);
  std::vector<std::string> names = name_list_attribute(group, "MATLAB_fields");
  std::erase_if(
      names, [&](const std::string& name) { return !std::ranges::binary_search(present, name); });
  for (const std::string& name : present) {
    if (std::ranges::find(names, name) == names.end()) {
      names.push_back(name);
    }
  }
  return names;
}

Variable Mat73File::Impl::structure(hid_t group, const std::string& name, int depth,
                                    bool with_contents) {
  const std::vector<std::string> names = members(group);
  std::vector<std::size_t> dims{1, 1};
  if (!names.empty()) {
    const Hdf5Handle first = open_member(group, names.front());
    dims = is_column_of_structures(first) ? matlab_extents(first) : dims;
  }
  std::vector<const char*> pointers;
  for (const std::string& member : names) {
    pointers.push_back(member.c_str());
  }
  pointers.push_back(nullptr);
  Variable result = checked(Mat_VarCreateStruct2(name.c_str(), static_cast<int>(dims.size()),
                                                 dims.data(), pointers.data()));
  for (std::size_t i = 0; with_contents && i < names.size(); ++i) {
    const Hdf5Handle member = open_member(group, names[i]);
    if (!is_column_of_structures(member)) {
      Mat_VarSetStructFieldByIndex(result.get(), i, 0,
                                   variable_of(member, names[i], depth + 1, true).release());
      continue;
    }
    if (matlab_extents(member) != dims) {
      fail(fmt::format("members of different extents in '{}'", name));
    }
    const std::vector<hobj_ref_t> references = read_references(member, product(dims), name);
    for (std::size_t k = 0; k < references.size(); ++k) {
      const Hdf5Handle object = dereference(member, references[k], name);
      Mat_VarSetStructFieldByIndex(result.get(), i, k,
                                   variable_of(object, names[i], depth + 1, true).release());
    }
  }
  return result;
}

/// Indices of a sparse matrix.
std::vector<mat_uint32_t> Mat73File::Impl::indices(hid_t group, const std::string& member) {
  if (H5Lexists(group, member.c_str(), H5P_DEFAULT) <= 0) {
    return {};
  }
  const Hdf5Handle set = open_member(group, member);
  if (H5Iget_type(set) != H5I_DATASET) {
    fail("a damaged sparse matrix");
  }
  std::vector<mat_uint32_t> values(product(matlab_extents(set)));
  if (!values.empty()) {
    hdf5_check(H5Dread(set, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
               member);
  }
  return values;
}

Variable Mat73File::Impl::sparse(hid_t group, const std::string& name, std::size_t rows) {
  std::vector<mat_uint32_t> row = indices(group, "ir");
  std::vector<mat_uint32_t> start = indices(group, "jc");
  if (start.empty() || start.back() != row.size()) {
    fail("a damaged sparse matrix");
  }
  std::vector<double> values(row.size() + 1);
  if (!row.empty()) {
    const Hdf5Handle set = open_member(group, "data");
    const bool fits =
        H5Iget_type(set) == H5I_DATASET && product(matlab_extents(set)) == row.size() &&
        H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0;
    if (!fits) {
      fail("a damaged or complex sparse matrix");
    }
  }
  row.push_back(0);  // never an empty buffer
  mat_sparse_t matrix{};
  const auto count = static_cast<mat_uint32_t>(row.size() - 1);
  matrix.nzmax = matrix.nir = matrix.ndata = count;
  matrix.ir = row.data();
  matrix.njc = static_cast<mat_uint32_t>(start.size());
  matrix.jc = start.data();
  matrix.data = values.data();
  return make(name, MAT_C_SPARSE, MAT_T_DOUBLE, {rows, start.size() - 1}, &matrix, 0);
}

Variable Mat73File::Impl::dataset(hid_t set, const std::string& name, int depth,
                                  bool with_contents) {
  const std::string obstacle = storage_obstacle(set);
  if (!obstacle.empty()) {
    fail(obstacle);
  }
  const Hdf5Handle type(H5Dget_type(set), H5Tclose, name);
  const std::string given = text_attribute(set, "MATLAB_class");
  const std::string word = given.empty() ? class_of_type(type) : given;
  std::vector<std::size_t> dims = matlab_extents(set);
  const bool empty = size_attribute(set, "MATLAB_empty").value_or(0) != 0;
  if (empty) {  // the dataset holds the extents
    dims = empty_extents(set, dims);
  }
  if (word == "cell") {
    return empty || !with_contents ? make(name, MAT_C_CELL, MAT_T_CELL, dims, nullptr, 0)
                                   : cell(set, dims, name, depth);
  }
  if (word == "struct" && empty) {
    return checked(Mat_VarCreateStruct2(name.c_str(), static_cast<int>(dims.size()), dims.data(),
                                        std::array<const char*, 1>{nullptr}.data()));
  }
  const NumberClass* kind = number_class(word);
  if (word != "char" && kind == nullptr) {
    return unreadable(name, word == "function_handle" ? MAT_C_FUNCTION : MAT_C_OPAQUE);
  }
  if (!with_contents) {
    return word == "char" ? make(name, MAT_C_CHAR, MAT_T_UTF16, dims, nullptr, 0)
                          : make(name, kind->array_class, kind->type, dims, nullptr, 0);
  }
  if (word == "char") {
    return text(set, dims, name);
  }
  return H5Tget_class(type) == H5T_COMPOUND
             ? complex_numbers(set, *kind, dims, name)
             : numbers(set, *kind, dims, name, word == "logical" ? MAT_F_LOGICAL : 0);
}

/// What a dataset of MATLAB_empty says: at least one of the extents is 0.
std::vector<std::size_t> Mat73File::Impl::empty_extents(hid_t set,
                                                        const std::vector<std::size_t>& dims) {
  constexpr std::size_t kMostExtents = 64;
  std::vector<std::uint64_t> extents(std::min(product(dims), kMostExtents + 1));
  const bool fits =
      extents.size() >= 2 && extents.size() <= kMostExtents &&
      H5Dread(set, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, extents.data()) >= 0 &&
      std::ranges::find(extents, 0U) != extents.end();
  if (!fits) {
    fail("a damaged empty array");
  }
  return {extents.begin(), extents.end()};
}

Variable Mat73File::Impl::variable_of(hid_t object, const std::string& name, int depth,
                                      bool with_contents) {
  count_part(depth);
  const bool is_object = has_attribute(object, "MATLAB_object_decode");
  const std::string word = text_attribute(object, "MATLAB_class");
  if (is_object || word == "function_handle") {
    return unreadable(name, word == "function_handle" ? MAT_C_FUNCTION : MAT_C_OPAQUE);
  }
  switch (H5Iget_type(object)) {
    case H5I_DATASET:
      return dataset(object, name, depth, with_contents);
    case H5I_GROUP:
      if (const auto rows = size_attribute(object, "MATLAB_sparse")) {
        return sparse(object, name, *rows);
      }
      return word.empty() || word == "struct" ? structure(object, name, depth, with_contents)
                                              : unreadable(name, MAT_C_OPAQUE);
    default:
      return unreadable(name, MAT_C_OPAQUE);
  }
}

std::size_t Mat73File::Impl::declared(hid_t object, int depth) {
  count_part(depth);
  std::size_t bytes = 0;
  if (H5Iget_type(object) == H5I_GROUP) {
    if (const auto rows = size_attribute(object, "MATLAB_sparse")) {
      const std::size_t columns = indices(object, "jc").size();
      return sizeof(double) * product({*rows, columns});
    }
    for (const std::string& name : members(object)) {
      bytes += declared(open_member(object, name), depth + 1);
    }
    return bytes;
  }
  if (H5Iget_type(object) != H5I_DATASET) {
    return 0;
  }
  const std::size_t count = product(matlab_extents(object));
  bytes = product({sizeof(double), count});
  const Hdf5Handle type(H5Dget_type(object), H5Tclose, "type");
  const bool readable = storage_obstacle(object).empty();
  if (readable && H5Tget_class(type) == H5T_REFERENCE && count <= kMostParts) {
    for (const hobj_ref_t& reference : read_references(object, count, "cell")) {
      bytes += declared(dereference(object, reference, "cell"), depth + 1);
    }
  }
  return bytes;
}

Mat73File::Mat73File(std::span<const std::byte> bytes, std::string where)
    : impl_(new Impl{where, open_hdf5_image(bytes, where)}) {}

Mat73File::~Mat73File() = default;

std::vector<std::string> Mat73File::names() const {
  std::vector<std::string> names = member_names(impl_->file);
  std::erase_if(names, [](const std::string& name) { return name.empty() || name[0] == '#'; });
  return names;
}

Variable Mat73File::head(const std::string& name) const {
  return impl_->variable_of(impl_->begin(name), name, 0, false);
}

Variable Mat73File::read(const std::string& name) const {
  return impl_->variable_of(impl_->begin(name), name, 0, true);
}

std::size_t Mat73File::declared_bytes(const std::string& name) const {
  return impl_->declared(impl_->begin(name), 0);
}

std::string Mat73File::matlab_class(const std::string& name) const {
  return text_attribute(impl_->begin(name), "MATLAB_class");
}

}  // namespace rheobase::io
