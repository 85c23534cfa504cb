#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "apps/report/internal/html_encoding.hpp"

/// Pages of numbers and figures that need nothing else, no script either.
namespace rheobase::report {

/// A row of a table of two columns.
std::string row_html(std::string_view name, std::string_view value);

/// A figure of an image file, .svg or .png, which becomes part of the page.
std::string figure_html(std::string_view id, const std::filesystem::path& image,
                        std::string_view caption);

struct PlainPage {
  std::string title;    ///< plain text, as source and command
  std::string source;   ///< the file that it shows
  std::string command;  ///< that made it
  std::string body;     ///< HTML
};

/// Writes the page, complete or not at all. @throws InputError where `path` cannot be written
void write_plain_page(const PlainPage& page, const std::filesystem::path& path);

}  // namespace rheobase::report
