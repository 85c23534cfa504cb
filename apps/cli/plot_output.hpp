#pragma once

#include <filesystem>
#include <string>

#include "apps/cli/json_output.hpp"

namespace rheobase::cli {

/// The line that ends a command's text with the figure that it wrote; nothing without one.
std::string saved_plot(const std::filesystem::path& plot);

/// The command's object with "plot": the figure's name, or null.
Json with_plot(Json json, const std::filesystem::path& plot);

}  // namespace rheobase::cli
