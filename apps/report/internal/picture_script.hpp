#pragma once

#include <filesystem>
#include <string>

#include "apps/report/picture.hpp"

namespace rheobase::report {

enum class ImageFormat { png, svg };

/// Writes the data files of the figure into `folder` and returns the gnuplot script that draws
/// them into `folder`/`image`.
std::string write_picture_script(const Picture& picture, ImageFormat format,
                                 const std::filesystem::path& folder, const std::string& image);

}  // namespace rheobase::report
