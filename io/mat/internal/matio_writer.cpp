#include "io/mat/internal/matio_writer.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <set>

#include <fmt/format.h>
#include <matio.h>

#include "core/error.hpp"
#include "core/version.hpp"
#include "io/mat/internal/isolate.hpp"
#include "io/mat/internal/mat73_file.hpp"
#include "io/mat/internal/matio_handle.hpp"
#include "io/mat/internal/scratch_file.hpp"

namespace rheobase::io {

namespace {

struct MatioType {
  matio_classes array_class;
  matio_types type;
};

MatioType matio_type(MatField::Kind kind) {
  switch (kind) {
    case MatField::Kind::float64:
      return {MAT_C_DOUBLE, MAT_T_DOUBLE};
    case MatField::Kind::float32:
      return {MAT_C_SINGLE, MAT_T_SINGLE};
    case MatField::Kind::int32:
      return {MAT_C_INT32, MAT_T_INT32};
    case MatField::Kind::int64:
      return {MAT_C_INT64, MAT_T_INT64};
    case MatField::Kind::logical:
      return {MAT_C_UINT8, MAT_T_UINT8};
    case MatField::Kind::text:
      return {MAT_C_CHAR, MAT_T_UTF16};
  }
  throw Error("unknown kind of field");
}

/// The variable borrows the field's data.
Variable make_variable(const std::string& name, const MatField& field) {
  const MatioType type = matio_type(field.kind);
  std::size_t dims[2] = {field.rows, field.cols};
  const int flags =
      MAT_F_DONT_COPY_DATA | (field.kind == MatField::Kind::logical ? MAT_F_LOGICAL : 0);
  // matio refuses a null pointer even for no data.
  static const std::byte nothing{};
  const std::byte* data = field.data.empty() ? &nothing : field.data.data();
  Variable variable(Mat_VarCreate(name.c_str(), type.array_class, type.type, 2, dims,
                                  const_cast<std::byte*>(data), flags));
  if (!variable) {
    throw std::bad_alloc();
  }
  return variable;
}

std::string_view structure_of(const MatField& field) {
  const std::size_t dot = field.name.find('.');
  return dot == std::string::npos ? std::string_view()
                                  : std::string_view(field.name).substr(0, dot);
}

Variable make_structure(const std::string& name, const std::vector<MatField>& fields) {
  std::size_t dims[2] = {1, 1};
  const char* no_names[1] = {nullptr};
  Variable structure(Mat_VarCreateStruct2(name.c_str(), 2, dims, no_names));
  if (!structure) {
    throw std::bad_alloc();
  }
  for (const MatField& field : fields) {
    if (structure_of(field) == name) {
      const std::string member = field.name.substr(name.size() + 1);
      Mat_VarAddStructField(structure.get(), member.c_str());
      Mat_VarSetStructFieldByName(structure.get(), member.c_str(), 0,
                                  make_variable(member, field).release());
    }
  }
  return structure;
}

bool holds_something(const matvar_t& variable) {
  return std::all_of(variable.dims, variable.dims + variable.rank,
                     [](std::size_t extent) { return extent > 0; });
}

void write_variable(mat_t* file, matvar_t* variable, std::size_t bytes) {
  constexpr std::size_t kWorthCompressing = 4096;  // below, HDF5's chunk index is larger
  // matio compresses an empty array to fewer bytes than its tag declares.
  const bool level73 = Mat_GetVersion(file) == MAT_FT_MAT73;
  const bool compress = level73 ? bytes >= kWorthCompressing : holds_something(*variable);
  if (Mat_VarWrite(file, variable, compress ? MAT_COMPRESSION_ZLIB : MAT_COMPRESSION_NONE) !=
      MATIO_E_NO_ERROR) {
    throw Error(fmt::format("variable '{}' could not be put into a .mat file", variable->name));
  }
}

void write_fields(mat_t* file, const std::vector<MatField>& fields) {
  std::set<std::string_view> structures;
  for (const MatField& field : fields) {
    const std::string_view structure = structure_of(field);
    if (structure.empty()) {
      write_variable(file, make_variable(field.name, field).get(), field.data.size());
    } else if (structures.insert(structure).second) {
      write_variable(file, make_structure(std::string(structure), fields).get(), 0);
    }
  }
}

/// The class of a variable, or of something inside, that matio cannot write; empty: it can.
std::string_view uncarried(const matvar_t& variable) {
  const bool nested = variable.class_type == MAT_C_CELL || variable.class_type == MAT_C_STRUCT;
  if (variable.class_type == MAT_C_OBJECT || variable.class_type == MAT_C_FUNCTION ||
      variable.class_type == MAT_C_OPAQUE) {
    return variable.class_type == MAT_C_FUNCTION ? "a function handle" : "an object";
  }
  if (!nested || variable.data == nullptr) {
    return {};
  }
  const auto* const* children = static_cast<const matvar_t* const*>(variable.data);
  for (std::size_t i = 0; i < variable.nbytes / sizeof(matvar_t*); ++i) {
    const std::string_view inside = children[i] == nullptr ? "" : uncarried(*children[i]);
    if (!inside.empty()) {
      return inside;
    }
  }
  return {};
}

void copy_variable(mat_t* file, const std::string& name, Variable variable,
                   const std::string& where) {
  const std::string_view obstacle = variable ? uncarried(*variable) : "a damaged variable";
  if (!obstacle.empty()) {
    throw InputError(where, fmt::format("field '{}'", name), obstacle, kMustBeCopyable);
  }
  write_variable(file, variable.get(), Mat_VarGetSize(variable.get()));
}

void copy_variables(mat_t* file, const std::string& source_name, const KeptVariables& kept) {
  if (kept.version == MatVersion::level73) {
    const Mat73File source(kept.bytes, kept.where);
    for (const std::string& name : kept.names) {
      allow_memory_for(source.declared_bytes(name));
      copy_variable(file, name, source.read(name), kept.where);
    }
    return;
  }
  const MatHandle source(Mat_Open(source_name.c_str(), MAT_ACC_RDONLY));
  if (!source) {
    throw Error(fmt::format("{}: the file to copy fields from cannot be opened", kept.where));
  }
  for (const std::string& name : kept.names) {
    copy_variable(file, name, Variable(Mat_VarRead(source.get(), name.c_str())), kept.where);
  }
}

/// Runs in the child.
void write_all(const std::string& name, const std::vector<MatField>& fields, MatVersion version,
               const std::string& source_name, const std::optional<KeptVariables>& kept) {
  const bool level5 = version == MatVersion::level5;
  const std::string header =
      fmt::format("MATLAB {} MAT-file, written by Rheobase {}", level5 ? "5.0" : "7.3", kVersion);
  mat_t* file = Mat_CreateVer(name.c_str(), header.c_str(), level5 ? MAT_FT_MAT5 : MAT_FT_MAT73);
  if (file == nullptr) {
    throw Error(fmt::format("a .mat file could not be made as {} (/proc must be mounted)", name));
  }
  MatHandle closer(file);
  write_fields(file, fields);
  if (kept && !kept->names.empty()) {
    copy_variables(file, source_name, *kept);
  }
  if (Mat_Close(closer.release()) != MATIO_E_NO_ERROR) {
    throw Error("a .mat file could not be completed");
  }
}

}  // namespace

std::vector<std::byte> encode_mat(const std::vector<MatField>& fields, MatVersion version,
                                  const std::optional<KeptVariables>& kept) {
  const ScratchFile file(version);
  std::optional<ScratchFile> source;
  if (kept && kept->version == MatVersion::level5) {
    source.emplace(kept->version, kept->bytes);
  }
  std::size_t number_bytes = kept ? kept->number_bytes : 0;
  for (const MatField& field : fields) {
    number_bytes += field.data.size();
  }
  try {
    run_isolated(
        [&] {
          write_all(file.name(), fields, version, source ? source->name() : "", kept);
          return std::string();
        },
        limits_for_writing(kept ? kept->bytes.size() : 0, number_bytes));
  } catch (const Error&) {
    file.require_room();
    throw;
  }
  return file.contents();
}

}  // namespace rheobase::io
