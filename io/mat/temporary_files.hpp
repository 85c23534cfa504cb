#pragma once

#include <filesystem>
#include <string>

namespace rheobase::io {

/// Begins the names of this process' temporary files and folders: hidden, with machine and process.
std::string temporary_prefix();

/// Removes what killed processes of this machine left in a folder under such names. What belongs to
/// running ones or, in a shared folder, to other machines stays.
void clear_remains(const std::filesystem::path& folder);

}  // namespace rheobase::io
