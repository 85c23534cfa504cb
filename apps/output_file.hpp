#pragma once

#include <filesystem>
#include <string>

namespace rheobase {

/// Checks, before any work, that `output` can be written and is not the file `input`, which is
/// never changed. An older output is replaced. @param option  what named it ("--output")
/// @param input  may be empty
void check_output(const std::string& option, const std::filesystem::path& output,
                  const std::filesystem::path& input = {});

/// model.mat -> model.<word>.mat
std::filesystem::path with_word(const std::filesystem::path& path, const std::string& word);

}  // namespace rheobase
