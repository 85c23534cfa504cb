#include "io/mat/internal/hdf5_objects.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rheobase::io {

namespace {

std::string trimmed(std::string text) {
  text.resize(std::min(text.find('\0'), text.size()));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::size_t points_of(hid_t space) {
  const hssize_t points = H5Sget_simple_extent_npoints(space);
  hdf5_check(points < 0 ? -1 : 0, "extents");
  return static_cast<std::size_t>(points);
}

/// A text that the library has put on its heap.
std::string taken_text(char* text) {
  const std::string copy = text == nullptr ? "" : text;
  H5free_memory(text);
  return copy;
}

}  // namespace

Hdf5Handle open_hdf5_image(std::span<const std::byte> bytes, const std::string& where) {
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

std::vector<std::string> member_names(hid_t group) {
  H5G_info_t info{};
  hdf5_check(H5Gget_info(group, &info), "group");
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const ssize_t size =
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
    hdf5_check(size < 0 ? -1 : 0, "name of a member");
    std::string name(static_cast<std::size_t>(size), '\0');
    H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size() + 1,
                       H5P_DEFAULT);
    names.push_back(std::move(name));
  }
  return names;
}

std::string link_obstacle(hid_t group, const std::string& name) {
  H5L_info_t info{};
  if (H5Lget_info(group, name.c_str(), &info, H5P_DEFAULT) < 0) {
    return "a damaged link";
  }
  switch (info.type) {
    case H5L_TYPE_HARD:
      return {};
    case H5L_TYPE_SOFT:
      return "a symbolic link inside the file";
    default:
      return "a link to another file";
  }
}

std::string storage_obstacle(hid_t set) {
  const Hdf5Handle creation(H5Dget_create_plist(set), H5Pclose, "dataset properties");
  if (H5Pget_external_count(creation) > 0) {
    return "numbers that lie in another file";
  }
  if (H5Pget_layout(creation) == H5D_VIRTUAL) {
    return "a virtual dataset, whose numbers lie elsewhere";
  }
  const Hdf5Handle space(H5Dget_space(set), H5Sclose, "extents");
  const Hdf5Handle type(H5Dget_type(set), H5Tclose, "type");
  constexpr double kMostCompressed = 1100.0;  // deflate reaches 1032
  constexpr double kSmall = 1 << 20;          // chunks that were never written are zeros
  const double declared =
      static_cast<double>(points_of(space)) * static_cast<double>(H5Tget_size(type));
  const auto stored = static_cast<double>(H5Dget_storage_size(set));
  return declared > kSmall && declared > kMostCompressed * stored
             ? fmt::format("{:.0f} bytes for an array of {:.0f} bytes", stored, declared)
             : std::string();
}

bool has_attribute(hid_t object, const std::string& name) {
  return H5Aexists(object, name.c_str()) > 0;
}

std::string text_attribute(hid_t object, const std::string& name) {
  if (!has_attribute(object, name)) {
    return {};
  }
  const Hdf5Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, name);
  const Hdf5Handle type(H5Aget_type(attribute), H5Tclose, name);
  const Hdf5Handle space(H5Aget_space(attribute), H5Sclose, name);
  if (H5Tget_class(type) != H5T_STRING || points_of(space) != 1) {
    return {};
  }
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    hdf5_check(H5Aread(attribute, type, &text), name);
    return trimmed(taken_text(text));
  }
  std::string text(H5Tget_size(type), '\0');
  hdf5_check(H5Aread(attribute, type, text.data()), name);
  return trimmed(std::move(text));
}

std::optional<std::size_t> size_attribute(hid_t object, const std::string& name) {
  if (!has_attribute(object, name)) {
    return std::nullopt;
  }
  const Hdf5Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, name);
  const Hdf5Handle space(H5Aget_space(attribute), H5Sclose, name);
  std::uint64_t value = 0;
  if (points_of(space) != 1 || H5Aread(attribute, H5T_NATIVE_UINT64, &value) < 0) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(value);
}

std::vector<std::string> name_list_attribute(hid_t object, const std::string& name) {
  if (!has_attribute(object, name)) {
    return {};
  }
  const Hdf5Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, name);
  const Hdf5Handle space(H5Aget_space(attribute), H5Sclose, name);
  const Hdf5Handle character(H5Tcopy(H5T_C_S1), H5Tclose, name);
  const Hdf5Handle type(H5Tvlen_create(character), H5Tclose, name);
  std::vector<hvl_t> lists(points_of(space));
  if (lists.empty() || H5Aread(attribute, type, lists.data()) < 0) {
    return {};
  }
  std::vector<std::string> names;
  for (const hvl_t& list : lists) {
    const auto* letters = static_cast<const char*>(list.p);
    names.push_back(letters == nullptr ? "" : trimmed(std::string(letters, list.len)));
  }
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, lists.data());
  return names;
}

std::vector<std::size_t> matlab_extents(hid_t set) {
  const Hdf5Handle space(H5Dget_space(set), H5Sclose, "extents");
  const int rank = H5Sget_simple_extent_ndims(space);
  hdf5_check(rank < 0 ? -1 : 0, "extents");
  std::vector<hsize_t> dims(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space, dims.data(), nullptr);
  std::vector<std::size_t> extents(dims.rbegin(), dims.rend());
  while (extents.size() < 2) {
    extents.push_back(1);
  }
  return extents;
}

std::string read_scalar_text(hid_t set, const std::string& what) {
  const std::vector<std::string> texts = read_texts(set, what);
  return texts.size() == 1 ? texts.front() : std::string();
}

std::vector<std::string> read_texts(hid_t set, const std::string& what) {
  const Hdf5Handle type(H5Dget_type(set), H5Tclose, what);
  const Hdf5Handle space(H5Dget_space(set), H5Sclose, what);
  const std::size_t count = points_of(space);
  std::vector<std::string> texts;
  if (count == 0) {
    return texts;
  }
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> pointers(count);
    hdf5_check(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), what);
    for (char* text : pointers) {
      texts.push_back(taken_text(text));
    }
    return texts;
  }
  const std::size_t size = H5Tget_size(type);
  std::string all(count * size, '\0');
  hdf5_check(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()), what);
  for (std::size_t i = 0; i < count; ++i) {
    texts.push_back(trimmed(all.substr(i * size, size)));
  }
  return texts;
}

std::vector<hobj_ref_t> read_references(hid_t set, std::size_t count, const std::string& what) {
  std::vector<hobj_ref_t> references(count);
  if (count > 0) {
    hdf5_check(H5Dread(set, H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL, H5P_DEFAULT, references.data()),
               what);
  }
  return references;
}

Hdf5Handle dereference(hid_t from, const hobj_ref_t& reference, const std::string& what) {
  return {H5Rdereference2(from, H5P_DEFAULT, H5R_OBJECT, &reference), H5Oclose, what};
}

}  // namespace rheobase::io
