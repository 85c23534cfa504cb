#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/mat/rate_model_file.hpp"

namespace rheobase::io {

class Hdf5Writer;

/// Adds the root group /rheobase: every field of the model file (docs/formats.md) as a dataset of
/// the same name and shape, so that an exported file holds the whole model, and `others`, what its
/// file holds beside, as the bytes of a level 5 file.
void add_model_state(Hdf5Writer& writer, const ModelFile& file,
                     std::span<const std::byte> others = {});

/// A model from another format.
struct ImportedModel {
  ModelFile file;
  std::vector<std::byte> others;   ///< as for add_model_state
  std::vector<std::string> notes;  ///< what became of what the model file has no place for
};

/// The model of a file with that group, or of any graph of the neuromorphic intermediate
/// representation that a network here can stand for (nir_import.hpp).
/// @param spike_step_ms  of a graph whose weights count a spike as 1 in a step of this length; 0:
/// as a pulse of area 1; none: as its metadata say, else as the pulse
/// @throws InputError that names file and field
ImportedModel import_model(const std::filesystem::path& path,
                           std::optional<double> spike_step_ms = {});

/// Writes the model file, with the fields that this program does not know.
void write_imported(const std::filesystem::path& path, const ImportedModel& model);

/// The model alone of a file with the group /rheobase.
ModelFile read_model_state(const std::filesystem::path& path);
/// The same from the file's contents; `where` names it in messages.
ModelFile parse_model_state(std::span<const std::byte> bytes, const std::string& where);
ImportedModel parse_import(std::span<const std::byte> bytes, const std::string& where,
                           std::optional<double> spike_step_ms);

}  // namespace rheobase::io
