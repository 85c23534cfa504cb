#include "io/exchange/internal/hdf5_writer.hpp"

#include <algorithm>
#include <optional>

#include "io/mat/internal/hdf5_handle.hpp"

namespace rheobase::io {

namespace {

/// Larger datasets are stored in compressed chunks.
constexpr std::size_t kChunkValues = 65536;
constexpr unsigned kCompression = 4;
constexpr std::size_t kGrowth = std::size_t{1} << 20;

Hdf5Handle open_in_memory() {
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file properties");
  hdf5_check(H5Pset_fapl_core(access, kGrowth, 0), "file in memory");
  const Hdf5Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "creation properties");
  return {H5Fcreate("memory", H5F_ACC_TRUNC, creation, access), H5Fclose, "new file"};
}

Hdf5Handle link_properties() {
  Hdf5Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "link properties");
  hdf5_check(H5Pset_create_intermediate_group(links, 1), "groups on the way");
  hdf5_check(H5Pset_char_encoding(links, H5T_CSET_UTF8), "UTF-8 names");
  return links;
}

Hdf5Handle text_type() {
  Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "text type");
  hdf5_check(H5Tset_size(type, H5T_VARIABLE), "text of variable length");
  hdf5_check(H5Tset_cset(type, H5T_CSET_UTF8), "UTF-8 text");
  return type;
}

Hdf5Handle space_of(const Hdf5Writer::Shape& shape) {
  if (shape.empty()) {
    return {H5Screate(H5S_SCALAR), H5Sclose, "scalar"};
  }
  const std::vector<hsize_t> dims(shape.begin(), shape.end());
  return {H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), H5Sclose, "shape"};
}

Hdf5Handle storage_of(const Hdf5Writer::Shape& shape, std::size_t count) {
  Hdf5Handle storage(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "dataset properties");
  // The same contents are the same bytes, whenever they are written.
  hdf5_check(H5Pset_obj_track_times(storage, false), "dataset without times");
  if (count > kChunkValues) {
    std::vector<hsize_t> chunk(shape.begin(), shape.end());
    std::size_t values = count;
    for (hsize_t& extent : chunk) {
      const std::size_t others = values / extent;
      extent = std::clamp<hsize_t>(kChunkValues / std::max<std::size_t>(others, 1), 1, extent);
      values = others * extent;
    }
    hdf5_check(H5Pset_chunk(storage, static_cast<int>(chunk.size()), chunk.data()), "chunks");
    hdf5_check(H5Pset_shuffle(storage), "shuffle");
    hdf5_check(H5Pset_deflate(storage, kCompression), "compression");
  }
  return storage;
}

std::vector<const char*> pointers(const std::vector<std::string>& values) {
  std::vector<const char*> list;
  for (const std::string& value : values) {
    list.push_back(value.c_str());
  }
  return list;
}

}  // namespace

struct Hdf5Writer::Impl {
  Hdf5Handle links = link_properties();
  std::optional<Hdf5Handle> file;

  Impl() {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    file.emplace(open_in_memory());
  }

  void dataset(const std::string& path, hid_t type, hid_t stored, const void* values,
               std::size_t count, const Shape& shape) {
    std::size_t expected = 1;
    for (const std::size_t extent : shape) {
      expected *= extent;
    }
    if (expected != count) {
      throw Error("HDF5: " + path + ": shape and number of values differ");
    }
    const Hdf5Handle set(H5Dcreate2(*file, path.c_str(), stored, space_of(shape), links,
                                    storage_of(shape, count), H5P_DEFAULT),
                         H5Dclose, path);
    if (count > 0) {
      hdf5_check(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), path);
    }
  }

  void attribute(const std::string& path, const std::string& name, hid_t type, const void* values,
                 const Shape& shape) {
    const Hdf5Handle object(H5Oopen(*file, path.c_str(), H5P_DEFAULT), H5Oclose, path);
    const Hdf5Handle entry(
        H5Acreate2(object, name.c_str(), type, space_of(shape), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
        path + " " + name);
    hdf5_check(H5Awrite(entry, type, values), path + " " + name);
  }
};

Hdf5Writer::Hdf5Writer() : impl_(std::make_unique<Impl>()) {}
Hdf5Writer::~Hdf5Writer() = default;

void Hdf5Writer::group(const std::string& path) {
  const Hdf5Handle made(
      H5Gcreate2(*impl_->file, path.c_str(), impl_->links, H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
      path);
}

void Hdf5Writer::numbers(const std::string& path, std::span<const double> values,
                         const Shape& shape) {
  impl_->dataset(path, H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE, values.data(), values.size(), shape);
}

void Hdf5Writer::numbers(const std::string& path, std::span<const float> values,
                         const Shape& shape) {
  impl_->dataset(path, H5T_NATIVE_FLOAT, H5T_IEEE_F32LE, values.data(), values.size(), shape);
}

void Hdf5Writer::numbers(const std::string& path, std::span<const std::int32_t> values,
                         const Shape& shape) {
  impl_->dataset(path, H5T_NATIVE_INT32, H5T_STD_I32LE, values.data(), values.size(), shape);
}

void Hdf5Writer::numbers(const std::string& path, std::span<const std::int64_t> values,
                         const Shape& shape) {
  impl_->dataset(path, H5T_NATIVE_INT64, H5T_STD_I64LE, values.data(), values.size(), shape);
}

void Hdf5Writer::numbers(const std::string& path, std::span<const std::uint8_t> values,
                         const Shape& shape) {
  impl_->dataset(path, H5T_NATIVE_UINT8, H5T_STD_U8LE, values.data(), values.size(), shape);
}

void Hdf5Writer::numbers(const std::string& path, std::span<const std::uint64_t> values,
                         const Shape& shape) {
  impl_->dataset(path, H5T_NATIVE_UINT64, H5T_STD_U64LE, values.data(), values.size(), shape);
}

void Hdf5Writer::number(const std::string& path, double value) {
  numbers(path, std::span(&value, 1), {});
}

void Hdf5Writer::vector(const std::string& path, const Eigen::VectorXd& values) {
  const auto size = static_cast<std::size_t>(values.size());
  numbers(path, std::span(values.data(), size), {size});
}

void Hdf5Writer::matrix(const std::string& path, const Eigen::MatrixXd& values) {
  const Eigen::MatrixXd transposed = values.transpose();
  numbers(path, std::span(transposed.data(), static_cast<std::size_t>(transposed.size())),
          {static_cast<std::size_t>(values.rows()), static_cast<std::size_t>(values.cols())});
}

void Hdf5Writer::text(const std::string& path, const std::string& value) {
  texts(path, {value}, {});
}

void Hdf5Writer::texts(const std::string& path, const std::vector<std::string>& values,
                       const Shape& shape) {
  const Hdf5Handle type = text_type();
  impl_->dataset(path, type, type, pointers(values).data(), values.size(), shape);
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name,
                           const std::string& value) {
  const char* text = value.c_str();
  impl_->attribute(path, name, text_type(), &text, {});
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name,
                           const std::vector<std::string>& values) {
  impl_->attribute(path, name, text_type(), pointers(values).data(), {values.size()});
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, double value) {
  impl_->attribute(path, name, H5T_NATIVE_DOUBLE, &value, {});
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, std::int32_t value) {
  impl_->attribute(path, name, H5T_NATIVE_INT32, &value, {});
}

void Hdf5Writer::reference(const std::string& path, const std::string& name,
                           const std::string& target) {
  hobj_ref_t value{};
  hdf5_check(H5Rcreate(&value, *impl_->file, target.c_str(), H5R_OBJECT, -1), target);
  impl_->attribute(path, name, H5T_STD_REF_OBJ, &value, {});
}

std::vector<std::byte> Hdf5Writer::finish() {
  hdf5_check(H5Fflush(*impl_->file, H5F_SCOPE_GLOBAL), "flush");
  const ssize_t size = H5Fget_file_image(*impl_->file, nullptr, 0);
  if (size < 0) {
    throw Error("HDF5: file image failed");
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  if (H5Fget_file_image(*impl_->file, bytes.data(), bytes.size()) != size) {
    throw Error("HDF5: file image failed");
  }
  impl_->file.reset();
  return bytes;
}

}  // namespace rheobase::io
