#include "io/exchange/internal/hdf5_reader.hpp"

#include <optional>

#include "io/exchange/internal/hdf5_handle.hpp"

namespace rheobase::io {

namespace {

Hdf5Handle open_image(std::span<const std::byte> bytes, const std::string& where) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file properties");
  hdf5_check(H5Pset_fapl_core(access, std::size_t{1} << 20, 0), "file in memory");
  std::vector<std::byte> copy(bytes.begin(), bytes.end());
  hdf5_check(H5Pset_file_image(access, copy.data(), copy.size()), "file image");
  const hid_t file = H5Fopen("memory", H5F_ACC_RDONLY, access);
  if (file < 0) {
    throw InputError(where, "", "something else", "must be an undamaged HDF5 file");
  }
  return {file, H5Fclose, where};
}

/// The word of a stored type; empty: none of ours.
std::string type_word(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return size == 8 ? "f64" : size == 4 ? "f32" : "";
    case H5T_INTEGER:
      return size == 8 ? "i64" : size == 4 ? "i32" : size == 1 ? "u8" : "";
    case H5T_STRING:
      return H5Tis_variable_str(type) > 0 ? "text" : "";
    default:
      return "";
  }
}

}  // namespace

struct Hdf5Reader::Impl {
  std::string where;
  Hdf5Handle file;

  [[noreturn]] void fail(const std::string& path, const std::string& found) const {
    throw InputError(where, "'" + path + "'", found,
                     "must be numbers or one text, as `rheobase export` writes them");
  }
};

Hdf5Reader::Hdf5Reader(std::span<const std::byte> bytes, std::string where)
    : impl_(new Impl{where, open_image(bytes, where)}) {}

Hdf5Reader::~Hdf5Reader() = default;

bool Hdf5Reader::has(const std::string& path) const {
  std::size_t slash = 1;
  // Every part must exist: H5Lexists fails beyond a missing one.
  while (slash != std::string::npos) {
    slash = path.find('/', slash + 1);
    if (H5Lexists(impl_->file, path.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) {
      return false;
    }
  }
  return true;
}

std::vector<std::string> Hdf5Reader::members(const std::string& path) const {
  const Hdf5Handle group(H5Gopen2(impl_->file, path.c_str(), H5P_DEFAULT), H5Gclose, path);
  H5G_info_t info{};
  hdf5_check(H5Gget_info(group, &info), path);
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const ssize_t size =
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
    hdf5_check(size < 0 ? -1 : 0, path);
    std::string name(static_cast<std::size_t>(size), '\0');
    H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size() + 1,
                       H5P_DEFAULT);
    names.push_back(name);
  }
  return names;
}

bool Hdf5Reader::is_group(const std::string& path) const {
  const Hdf5Handle object(H5Oopen(impl_->file, path.c_str(), H5P_DEFAULT), H5Oclose, path);
  return H5Iget_type(object) == H5I_GROUP;
}

Hdf5Values Hdf5Reader::values(const std::string& path) const {
  const Hdf5Handle set(H5Dopen2(impl_->file, path.c_str(), H5P_DEFAULT), H5Dclose, path);
  const Hdf5Handle type(H5Dget_type(set), H5Tclose, path);
  const Hdf5Handle space(H5Dget_space(set), H5Sclose, path);
  Hdf5Values result;
  result.type = type_word(type);
  const int rank = H5Sget_simple_extent_ndims(space);
  if (result.type.empty() || rank < 0) {
    impl_->fail(path, "another type");
  }
  std::vector<hsize_t> dims(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space, dims.data(), nullptr);
  result.shape.assign(dims.begin(), dims.end());
  const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space));
  if (result.type == "text") {
    if (count != 1) {
      impl_->fail(path, std::to_string(count) + " texts");
    }
    char* text = nullptr;
    hdf5_check(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &text), path);
    result.text = text == nullptr ? "" : text;
    H5free_memory(text);
    return result;
  }
  result.numbers.resize(count);
  if (count > 0) {
    hdf5_check(
        H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, result.numbers.data()),
        path);
  }
  return result;
}

}  // namespace rheobase::io
