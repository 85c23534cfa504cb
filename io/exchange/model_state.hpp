#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "io/mat/rate_model_file.hpp"

namespace rheobase::io {

class Hdf5Writer;

/// Adds the root group /rheobase: every field of the model file (docs/formats.md) as a dataset of
/// the same name and shape, so that an exported file holds the whole model.
void add_model_state(Hdf5Writer& writer, const ModelFile& file);

/// The model of a file with that group. @throws InputError that names file and field
ModelFile read_model_state(const std::filesystem::path& path);
/// The same from the file's contents; `where` names it in messages.
ModelFile parse_model_state(std::span<const std::byte> bytes, const std::string& where);

}  // namespace rheobase::io
