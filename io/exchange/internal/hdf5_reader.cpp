#include "io/exchange/internal/hdf5_reader.hpp"

#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/mat/internal/hdf5_objects.hpp"
#include "io/mat/internal/isolate.hpp"

namespace rheobase::io {

namespace {

/// The word of a stored type; empty: none of ours.
std::string type_word(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return size == 8 ? "f64" : size == 4 ? "f32" : "";
    case H5T_INTEGER:
      return size == 8 ? "i64" : size == 4 ? "i32" : size == 1 ? "u8" : "";
    case H5T_STRING:
      return "text";
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
    : impl_(new Impl{where, open_hdf5_image(bytes, where)}) {}

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
  const std::vector<std::string> names = member_names(group);
  for (const std::string& name : names) {
    const std::string obstacle = link_obstacle(group, name);
    if (!obstacle.empty()) {
      impl_->fail(path + "/" + name, obstacle);
    }
  }
  return names;
}

bool Hdf5Reader::is_group(const std::string& path) const {
  const Hdf5Handle object(H5Oopen(impl_->file, path.c_str(), H5P_DEFAULT), H5Oclose, path);
  return H5Iget_type(object) == H5I_GROUP;
}

Hdf5Values Hdf5Reader::values(const std::string& path) const {
  if (!has(path)) {
    impl_->fail(path, "nothing");
  }
  const Hdf5Handle set(H5Dopen2(impl_->file, path.c_str(), H5P_DEFAULT), H5Dclose, path);
  const Hdf5Handle type(H5Dget_type(set), H5Tclose, path);
  const Hdf5Handle space(H5Dget_space(set), H5Sclose, path);
  const std::string obstacle = storage_obstacle(set);
  if (!obstacle.empty()) {
    impl_->fail(path, obstacle);
  }
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
    result.text = read_scalar_text(set, path);
    return result;
  }
  require_memory_for(sizeof(double) * count, impl_->where, "'" + path + "'",
                     std::to_string(count) + " numbers");
  allow_memory_for(sizeof(double) * count);
  result.numbers.resize(count);
  if (count > 0) {
    hdf5_check(
        H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, result.numbers.data()),
        path);
  }
  return result;
}

std::string Hdf5Reader::describe(const std::string& path) const {
  const Hdf5Handle object(H5Oopen(impl_->file, path.c_str(), H5P_DEFAULT), H5Oclose, path);
  if (H5Iget_type(object) != H5I_DATASET) {
    return "a named type";
  }
  const Hdf5Handle set(H5Dopen2(impl_->file, path.c_str(), H5P_DEFAULT), H5Dclose, path);
  const Hdf5Handle type(H5Dget_type(set), H5Tclose, path);
  const Hdf5Handle space(H5Dget_space(set), H5Sclose, path);
  const H5T_class_t kind = H5Tget_class(type);
  const std::string word = kind == H5T_STRING                         ? "text"
                           : kind == H5T_FLOAT || kind == H5T_INTEGER ? "number"
                           : kind == H5T_REFERENCE                    ? "reference"
                                                                      : "value";
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank <= 0) {
    return "one " + word;
  }
  std::vector<hsize_t> dims(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space, dims.data(), nullptr);
  return fmt::format("{} {}{}", fmt::join(dims, " x "), word,
                     dims == std::vector<hsize_t>{1} ? "" : "s");
}

std::vector<std::string> Hdf5Reader::texts(const std::string& path) const {
  if (!has(path)) {
    impl_->fail(path, "nothing");
  }
  const Hdf5Handle set(H5Dopen2(impl_->file, path.c_str(), H5P_DEFAULT), H5Dclose, path);
  const Hdf5Handle type(H5Dget_type(set), H5Tclose, path);
  const std::string obstacle = storage_obstacle(set);
  if (H5Tget_class(type) != H5T_STRING || !obstacle.empty()) {
    impl_->fail(path, obstacle.empty() ? "another type" : obstacle);
  }
  return read_texts(set, path);
}

}  // namespace rheobase::io
