#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <Eigen/Core>

namespace rheobase::io {

/// Reads a table of numbers: a row a line, separated by commas, semicolons, tabs or spaces. A first
/// line in which nothing begins like a number is a heading and skipped; '#' starts a comment, a
/// byte order mark is skipped. @throws InputError with file, line and column
Eigen::MatrixXd read_csv_matrix(const std::filesystem::path& path);
/// The same from text; `where` names it in messages.
Eigen::MatrixXd parse_csv_matrix(std::string_view text, const std::string& where);

}  // namespace rheobase::io
