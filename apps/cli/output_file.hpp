#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rheobase::cli {

/// Checks, before any work, that `output` can be written and is none of the files that are read,
/// which are never changed. An older output is replaced. @param option  what named it ("--output")
/// @param inputs  may hold empty ones
void check_output(const std::string& option, const std::filesystem::path& output,
                  const std::vector<std::filesystem::path>& inputs = {});

/// FILE.mat of FILE.mat:FIELD; empty without a field.
std::filesystem::path file_of(const std::string& file_and_field);

/// model.mat -> model.<word>.mat
std::filesystem::path with_word(const std::filesystem::path& path, const std::string& word);

}  // namespace rheobase::cli
