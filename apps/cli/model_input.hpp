#pragma once

#include <filesystem>

#include "apps/cli/console.hpp"
#include "io/mat/rate_model_file.hpp"

namespace rheobase::cli {

/// The model of a file, with a note about what in it is hardly meant. @throws InputError
io::ModelFile read_noted_model(const std::filesystem::path& path, const Console& console);

}  // namespace rheobase::cli
