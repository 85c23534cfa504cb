#pragma once

#include "io/mat/internal/kept_fields.hpp"
#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"

namespace rheobase::io {

/// Members of the structure that says how a network was trained.
inline constexpr const char* kTrainingOptions = "training_options.";

/// The variables of a model file, in the order and with the shapes of the reference.
MatFields model_fields(const ModelFile& file);

/// Those of the structures among them that say how the network was trained.
MatFields record_structures(const ModelProvenance& provenance);

/// Checks the parameters or, where there are none, the network. @throws InputError
void validate(const ModelFile& file, const std::string& where);

/// What the file of a model holds beside what this program knows of it (records of another form
/// too).
OtherFields other_model_fields(std::span<const std::byte> source, const std::string& where,
                               const ModelFile& file);

/// write_model with such fields; `others` may be empty.
void write_model_with(const std::filesystem::path& path, const ModelFile& file,
                      std::span<const std::byte> others, const std::string& where);

}  // namespace rheobase::io
