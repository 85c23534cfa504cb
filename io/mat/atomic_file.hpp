#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace rheobase::io {

/// Checks that a file of this name can be made: to be called before a long computation, so that
/// its result is not lost. Makes and removes an empty file in the folder.
/// @throws InputError for a directory, a device, a missing folder or missing permission
void require_writable(const std::filesystem::path& path);

/// Writes a file under a temporary name in the same folder, flushes it to the disk and renames it:
/// `path` holds the old or the new contents, never a part, and nothing else is left behind.
/// Follows symbolic links and keeps the permissions of a file that it replaces.
/// @param stop  asked between parts and before the name is given, may be empty
/// @throws InputError as require_writable, and when the disk is full or fails; Cancelled where
///         stopped, with nothing changed
void write_atomically(const std::filesystem::path& path, std::span<const std::byte> contents,
                      const std::function<bool()>& stop = {});
void write_atomically(const std::filesystem::path& path, std::string_view contents,
                      const std::function<bool()>& stop = {});

/// @throws InputError that names a failed write and its reason, an errno
[[noreturn]] void fail_writing(const std::filesystem::path& path, int error);

/// Bytes that a file of this process may have (ulimit -f).
std::uintmax_t largest_file();

/// Reads a whole file.
/// @throws InputError for a missing or empty file, a directory, a device or missing permission
std::vector<std::byte> read_bytes(const std::filesystem::path& path);

}  // namespace rheobase::io
