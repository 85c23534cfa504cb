#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/mat/mat_file.hpp"

namespace rheobase::io {

/// What a .mat file holds beside `fields` and `dropped`.
struct OtherFields {
  std::vector<std::byte> level5;      ///< a level 5 file of them; empty: there are none
  std::vector<std::string> left_out;  ///< objects and function handles of a level 7.3 file
};

/// @throws InputError for a variable with an object inside that no level 5 file can hold
OtherFields other_fields(std::span<const std::byte> source, const std::string& where,
                         const MatFields& fields, std::span<const std::string_view> dropped);

/// write_mat with the contents of the file to keep from.
void write_mat_keeping(const std::filesystem::path& path, const MatFields& fields,
                       MatVersion version, std::span<const std::byte> source,
                       const std::string& where, std::span<const std::string_view> dropped,
                       const std::function<bool()>& stop = {});

}  // namespace rheobase::io
